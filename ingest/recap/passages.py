"""Cut the words of found talks into passages: verbatim slices of a size that reads well in Slack and ranks well."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import attrgetter, itemgetter

from index.models import Passage, Role, Voice
from ingest.links import kind_of, timed_url, valid_url
from ingest.loaders.blocks import Block, LoadedRecap
from ingest.recap.cutting import cut
from ingest.recap.stretches import (
    MAX_CHARS,
    MIN_CHARS,
    TARGET_CHARS,
    Stretch,
    ends_sentence,
    headings_above,
    mark_leads,
    read_stretches,
)
from ingest.talks import FoundTalk, Span

# How much of a passage must be the note-taker's own remark before it counts as theirs: the rest is white
# space and punctuation.
AUTHOR_SHARE = 0.8

_START, _END = attrgetter("start"), attrgetter("end")
_WORD = re.compile(r"\w")


def make_passages(
    recap: LoadedRecap, found: FoundTalk, talk_id: str, recording: str = ""
) -> tuple[Passage, ...]:
    """Cut a talk's heading and body into passages, in source order.

    Every word of the talk's spans lands in exactly one passage, and `passage.text` is the recap's text at its
    offsets.

    Args:
        recap: The recap that the talk was found in.
        found: The talk with the spans of its words.
        talk_id: What the passages' ids start with.
        recording: Address of the talk's recording by the catalogue, where the notes name none and its seconds
            are the recap's.
    """
    roles: tuple[tuple[Role, Sequence[Span]], ...] = (("heading", found.heading), ("body", found.body))
    runs: list[tuple[int, int, Role]] = []
    above: dict[int, tuple[str, ...]] = {}
    for role, spans in roles:
        stretches = _stretches(recap, found, spans)
        runs += ((start, end, role) for start, end in _grouped(stretches, recap.text))
        if role == "body":
            above.update(headings_above(recap.text, stretches))
    video = found.links.get("video") or str(recap.meta.get("url", ""))
    video = video if kind_of(video) == "video" else recording
    return tuple(
        _passage(recap, found, f"{talk_id}#{ordinal}", run, above.get(run[0], ()), video=video)
        for ordinal, run in enumerate(sorted(runs))
    )


def _passage(
    recap: LoadedRecap,
    found: FoundTalk,
    passage_id: str,
    run: tuple[int, int, Role],
    headings: tuple[str, ...],
    *,
    video: str,
) -> Passage:
    """Make one passage of a stretch."""
    start, end, role = run
    talk_id, _, ordinal = passage_id.rpartition("#")
    return Passage(
        passage_id=passage_id,
        talk_id=talk_id,
        recap_id=recap.recap_id,
        ordinal=int(ordinal),
        text=recap.text[start:end],
        start=start,
        end=end,
        source_start=recap.to_source(start),
        source_end=max(recap.to_source(end - 1) + 1, recap.to_source(start)),
        role=role,
        voice=_voice(found.author_spans, start, end),
        links=_links(recap, video, start, end),
        headings=headings,
    )


def _voice(author_spans: Sequence[Span], start: int, end: int) -> Voice:
    """Say whose words a stretch holds."""
    first = bisect_right(author_spans, start, key=itemgetter(1))
    touching = itertools.takewhile(lambda span: span[0] < end, itertools.islice(author_spans, first, None))
    own = sum(min(end, e) - max(start, s) for s, e in touching)
    return "author" if own >= AUTHOR_SHARE * (end - start) else "notes"


def _links(recap: LoadedRecap, video: str, start: int, end: int) -> tuple[str, ...]:
    """List the addresses that the notes give inside a stretch, each once; a transcript's cue gives the recording at its second."""
    urls: dict[str, None] = {}
    for block in _blocks_within(recap, start, end):
        if block.second is not None and (timed := timed_url(video, block.second)):
            urls.setdefault(timed)
        for link in itertools.islice(block.links, bisect_left(block.links, start, key=_START), None):
            if link.start > end:
                break
            within = link.start < end or link.end == end  # a player at the very end
            if within and (url := valid_url(link.url)):
                urls.setdefault(url)
    return tuple(urls)


def _blocks_within(recap: LoadedRecap, start: int, end: int) -> Iterator[Block]:
    """Return the blocks that overlap a stretch; blocks are in source order and never overlap each other."""
    at = bisect_right(recap.blocks, start, key=_END)
    while at < len(recap.blocks) and recap.blocks[at].start < end:
        yield recap.blocks[at]
        at += 1


def _stretches(recap: LoadedRecap, found: FoundTalk, spans: Sequence[Span]) -> list[Stretch]:
    """Cut spans into stretches and say what each announces and whose words it holds."""
    stretches: list[Stretch] = []
    for start, end in _joined(spans):
        stretches += read_stretches(recap, list(_blocks_within(recap, start, end)), start, end)
    for one in stretches if found.author_spans else ():
        one.own = _voice(found.author_spans, one.start, one.end) == "author"
    mark_leads(recap.text, stretches)
    return _fitted(recap.text, stretches)


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Join spans that touch: the lines of one paragraph stay together."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _fitted(text: str, stretches: Sequence[Stretch]) -> list[Stretch]:
    """Cut what an announcement leads to, where both together are too long for one passage."""
    fitted: list[Stretch] = []
    for one in stretches:
        last = fitted[-1] if fitted else None
        # Measured from start to start: what it leads to may stand pages away, and no room is left then.
        if (
            last is None
            or not last.leads
            or one.end - last.start <= MAX_CHARS
            or one.start - last.start > MAX_CHARS // 2
        ):
            fitted.append(one)
            continue
        parts = cut(text, one.start, one.end, TARGET_CHARS, MAX_CHARS - (one.start - last.start))
        fitted += [
            replace(one, start=start, end=end, leads=one.leads and end == one.end) for start, end in parts
        ]
    return fitted


def _grouped(stretches: Sequence[Stretch], text: str) -> list[Span]:
    """Join neighbouring pieces to passages of about the target size."""
    groups: list[list[Stretch]] = []
    for piece in stretches:
        if groups and not _breaks(groups[-1], piece, text):
            groups[-1].append(piece)
        elif groups and len(groups) > 1 and _belongs_back(groups[-2], groups[-1], text):
            _join_last(groups)
            groups.append([piece])
        else:
            groups.append([piece])
    if len(groups) > 1 and _belongs_back(groups[-2], groups[-1], text):
        _join_last(groups)
    return [(group[0].start, group[-1].end) for group in groups]


def _join_last(groups: list[list[Stretch]]) -> None:
    """Put the last group behind the one before it."""
    tail = groups.pop()
    groups[-1].extend(tail)


def _apart(last: Stretch, piece: Stretch, text: str) -> bool:
    """Return whether two neighbours can never share a passage: another voice, or words of another talk lie between."""
    return last.own != piece.own or _WORD.search(text, last.end, piece.start) is not None


def _belongs_back(group: list[Stretch], tail: list[Stretch], text: str) -> bool:
    """Return whether a group is too short to stand alone and fits its predecessor."""
    short = tail[-1].end - tail[0].start < MIN_CHARS and not tail[-1].leads
    return short and tail[-1].end - group[0].start <= MAX_CHARS and not _apart(group[-1], tail[0], text)


def _breaks(group: list[Stretch], piece: Stretch, text: str) -> bool:
    """Return whether a new passage starts with a piece."""
    last = group[-1]
    size, joined = last.end - group[0].start, piece.end - group[0].start
    if joined > MAX_CHARS or _apart(last, piece, text):
        return True
    if last.leads or (size < MIN_CHARS and not (piece.heads and ends_sentence(text, last))):
        return False
    if piece.heads or (piece.opens and size >= TARGET_CHARS // 2):
        return True
    # Whichever lies nearer to the target: with the piece or without it.
    return joined > TARGET_CHARS and joined - TARGET_CHARS > TARGET_CHARS - size
