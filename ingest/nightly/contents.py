"""Join readings to what a build holds, compare it with the last one, and check it before it goes live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from index.build.layout import text_file
from index.conferences.editions import event_for
from index.files.plain import read_plain
from index.files.records import read_lines
from index.models import Event, Passage, Recap, Talk
from ingest.errors import PublishError
from ingest.nightly.report import Difference
from ingest.recap.reading import ReadRecap

Contents = tuple[list[Event], list[Recap], dict[str, str], list[Talk], list[Passage]]


def assemble(readings: Sequence[ReadRecap], named: Iterable[Event]) -> Contents:
    """Join readings, in their order; events a person named go before those that were inferred.

    Returns:
        Events by id, recaps, readable texts by recap, talks and passages.
    """
    events = {event.event_id: event for event in named}
    for read in readings:
        if read.event:
            events.setdefault(read.event.event_id, read.event)
        for talk in read.talks:
            if talk.event_id:
                events.setdefault(talk.event_id, event_for(talk.event_id))
    used = {talk.event_id for read in readings for talk in read.talks} | {
        read.recap.event_id for read in readings
    }
    return (
        [events[event_id] for event_id in sorted(events) if event_id in used],
        [read.recap for read in readings],
        {read.recap.recap_id: read.text for read in readings},
        [talk for read in readings for talk in read.talks],
        [passage for read in readings for passage in read.passages],
    )


def verify_quotes(index_dir: Path, build_id: str) -> None:
    """Read a written build again and check that every passage stands in the stored text at its offsets.

    Raises:
        PublishError: One does not.
    """
    folder = index_dir / build_id
    texts: dict[str, str] = {}
    for recap in read_lines(folder / "recaps.jsonl", Recap):
        texts[recap.recap_id] = read_plain(text_file(folder, recap.text_sha256)).decode("utf-8")
    for passage in read_lines(folder / "passages.jsonl", Passage):
        if texts[passage.recap_id][passage.start : passage.end] != passage.text:
            raise PublishError(
                f"Cannot publish build {build_id}: passage {passage.passage_id} is not what its recap has at {passage.start}. "
                "The live build stays; run `confnotes ingest --full`."
            )


@dataclass(frozen=True, slots=True)
class _Held:
    """What a build says: talks that are no sections by id with their title, all their words' digest, and the digests of all passages."""

    titles: Mapping[str, str]
    digests: Mapping[str, str]
    passages: frozenset[str]


def difference(
    index_dir: Path, before: str | None, talks: Iterable[Talk], passages: Iterable[Passage]
) -> Difference:
    """Compare what a build will say with an earlier one, by talks and passages; without one all are new."""
    old, new = _held_by(index_dir, before), _held(talks, passages)
    return Difference(
        new=tuple(new.titles[i] for i in new.titles if i not in old.titles),
        changed=tuple(
            new.titles[i] for i in new.titles if i in old.titles and old.digests[i] != new.digests[i]
        ),
        removed=tuple(old.titles[i] for i in old.titles if i not in new.titles),
        passages_new=len(new.passages - old.passages),
        passages_removed=len(old.passages - new.passages),
    )


def _held_by(index_dir: Path, build_id: str | None) -> _Held:
    """Read what a build says; nothing where there is none, or where it is damaged."""
    if build_id is None:
        return _held((), ())
    folder = index_dir / build_id
    try:
        return _held(read_lines(folder / "talks.jsonl", Talk), read_lines(folder / "passages.jsonl", Passage))
    except Exception:  # a damaged build may say anything, and this is only told
        return _held((), ())


def _held(talks: Iterable[Talk], passages: Iterable[Passage]) -> _Held:
    """Sum talks and passages up for a comparison."""
    titles: dict[str, str] = {}
    words: dict[str, list[str]] = {}
    for talk in talks:
        if talk.kind != "section":
            titles[talk.talk_id] = f"{talk.title} ({talk.recap_id})"
        words[talk.talk_id] = [repr((talk.title, talk.speakers, talk.day, talk.url))]
    held = set()
    for passage in passages:
        words[passage.talk_id].append(passage.text)
        held.add(f"{passage.talk_id}\n{passage.text}")
    digests = {
        talk_id: sha256("\n".join(said).encode("utf-8", "replace")).hexdigest()
        for talk_id, said in words.items()
    }
    return _Held(titles, digests, frozenset(held))
