"""What is shown does not read more records when the notes grow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from bot.answering import (
    answer,
    digest,
    events,
    examples,
    extent_text,
    find_talk,
    help_answer,
    list_talks,
    person_card,
)
from index.build.reader import open_build
from index.encoder.base import Encoder
from index.files.records import Rows
from index.models import Passage, Talk
from index.search import Searcher
from ingest.job import Job
from ingest.nightly.run import run

Record = TypeVar("Record", Passage, Talk)
SMALL, LARGE = 2, 20  # conferences
SPEAKERS = ("Ada Quill", "Noor Haddad", "Bram Okoye", "Ilse Roth")


class CountedRows(Rows[Record]):
    """Records by row that count how often one is asked for."""

    def __init__(self, path: Path, record_type: type[Record]) -> None:
        super().__init__(path, record_type)  # type: ignore[arg-type]
        self.read = 0

    def __getitem__(self, row: int | slice) -> Record:  # type: ignore[override]
        self.read += 1
        return super().__getitem__(row)  # type: ignore[return-value]

    def __iter__(self):  # type: ignore[no-untyped-def]
        self.read += len(self)
        return super().__iter__()


def name_of(number: int) -> str:
    """Return the name of a conference."""
    series = ("PierConf", "DockCon", "QuayConf", "TideCon")[number // 10]
    return f"{series} {2015 + number % 10}"


def conference(number: int) -> str:
    """Return the notes on a conference of six talks on two days; only in the first one somebody speaks of herons."""
    lines = [f"# {name_of(number)}, Lisbon, 4-5 September {2015 + number % 10}", ""]
    for day in (1, 2):
        lines += [f"## Day {day}", ""]
        for at in range(3):
            about = "herons" if number == 0 else f"subject {number}-{at}"
            lines += [
                f"### Talk {number}-{day}-{at} about {about} - {SPEAKERS[at]}, Company{number}",
                "",
                f"{about.capitalize()} is a thing that people at pier {number} keep in crate {at}.",
                "",
                f"They counted {number * 7 + at} of them on day {day}.",
                "",
            ]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> dict[int, Path]:
    """Give index folders of few and of ten times as many conferences."""
    folder = tmp_path_factory.mktemp("growth")
    for size in (SMALL, LARGE):
        (folder / f"notes{size}").mkdir()
        for number in range(size):
            path = folder / f"notes{size}" / f"{number:03}.md"
            path.write_text(conference(number), encoding="utf-8")
        run(Job(paths=(folder / f"notes{size}",), index_dir=folder / f"index{size}"), encoder=encoder)
    return {size: folder / f"index{size}" for size in (SMALL, LARGE)}


def counted(index_dir: Path, encoder: Encoder) -> tuple[Searcher, Callable[[], int]]:
    """Return a searcher of a build and how many of its records were read."""
    build = open_build(index_dir)
    passages = CountedRows(build.folder / "passages.jsonl", Passage)
    talks = CountedRows(build.folder / "talks.jsonl", Talk)
    build.stored_talks.rows = talks
    counting = replace(build, passages=passages)
    return Searcher(counting, encoder), lambda: passages.read + talks.read


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("digest of a day", lambda s: digest(s, event="PierConf 2016", day=1)),
        ("digest of an event", lambda s: digest(s, event="PierConf 2016")),
        ("list of an event", lambda s: list_talks(s, event="PierConf 2016")),
        ("events", events),
        ("footer", extent_text),
        ("person", lambda s: person_card(s, "Nobody Nowhere")),
        ("talk", lambda s: find_talk(s, "talk 0-1-1")),
        ("question", lambda s: answer("what did they say about herons?", searcher=s)),
        ("day asked for", lambda s: answer("summarize day 1 of PierConf 2016", searcher=s)),
        ("company", lambda s: answer("which speakers are from Company1?", searcher=s)),
    ],
)
def test_ten_times_the_notes_read_no_more_records(
    builds: dict[int, Path], encoder: Encoder, name: str, shown: Callable[[Searcher], object]
) -> None:
    """What is shown of one conference, talk or name reads as many records of few talks as of ten times as many."""
    read = {}
    for size, index_dir in builds.items():
        searcher, count = counted(index_dir, encoder)
        shown(searcher)
        read[size] = count()

    # Rankings of more notes bring other passages, not more of them.
    assert read[LARGE] <= 1.5 * read[SMALL] + 60, name


@pytest.mark.parametrize("shown", [help_answer, examples, digest, list_talks])
def test_overviews_read_no_more_than_a_page(
    builds: dict[int, Path], encoder: Encoder, shown: Callable[[Searcher], object]
) -> None:
    """What is made from all notes reads a fixed number of talks and their first passages at most."""
    searcher, count = counted(builds[LARGE], encoder)
    shown(searcher)

    assert count() <= 1_000
