"""Question sets that point into notes, and the answers that a build gives to them.

A line of `benchmarks/questions/*.jsonl` says what a right answer holds. Where that is somebody else's words
it is kept as `{"file", "start", "end", "sha256"}`: characters of a file's text (end exclusive) and the first
digits of their sha256. Our own words, names, short titles and links stand there as they are.
`benchmarks/questions/README.md` lists the fields.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.answering import answer, prepare
from bot.slack.desk.compose import asks
from index.errors import IndexFault
from index.search import Searcher
from training.pairs import PairsError, Texts, digest, lines_of

FOLDER = Path(__file__).resolve().parent / "questions"
Row = dict[str, Any]
_SPAN = {"file", "start", "end", "sha256"}


def read_set(path: Path, texts: Texts) -> list[Row]:
    """Read a set and put words in the place of its spans.

    Raises:
        PairsError: the set, or a file that it points into, is not there, is no JSON, or was changed.
    """
    return [resolved(row, texts) for _, row in lines_of(path)]


def resolved(value: Any, texts: Texts) -> Any:
    """Return a value with the words of each span that it holds, however deep.

    Raises:
        PairsError: a span's file is not there or was changed.
    """
    if isinstance(value, list):
        return [resolved(part, texts) for part in value]
    if not isinstance(value, dict):
        return value
    if value.keys() != _SPAN:
        return {name: resolved(part, texts) for name, part in value.items()}
    words = texts[value["file"]][value["start"] : value["end"]]
    if digest(words) != value["sha256"]:
        place = f"characters {value['start']} to {value['end']} of {value['file']}"
        raise PairsError(f"Cannot use a span: {place} were changed. Name the unchanged notes with --texts.")
    return words


def open_builds(named: Sequence[str]) -> dict[str, Searcher]:
    """Open builds given as NAME=FOLDER, ready for the first question.

    Raises:
        PairsError: one is not given like that, or its build cannot be opened.
    """
    builds = {}
    for one in named:
        name, equals, folder = one.partition("=")
        if not equals:
            raise PairsError(f"Cannot use the build {one!r}: expected NAME=FOLDER, as in seeds=data/index.")
        try:
            builds[name] = Searcher.open(Path(folder))
        except IndexFault as fault:
            raise PairsError(str(fault)) from fault
        prepare(builds[name])
    return builds


def within(rows: Iterable[Row], builds: Mapping[str, Searcher]) -> list[Row]:
    """Return the rows whose build is open; a row that names none goes with any."""
    return [row for row in rows if row.get("build") is None or row["build"] in builds]


def ask(row: Mapping[str, Any], builds: Mapping[str, Searcher], question: str | None = None) -> Row:
    """Return the answer object to a row's question, or to another wording of it."""
    searcher = builds[row["build"]] if row.get("build") else next(iter(builds.values()))
    started = time.perf_counter()
    found = answer(question or row["question"], searcher=searcher, history=row.get("history", ()))
    told = found.to_json(row["id"], round((time.perf_counter() - started) * 1000, 1))
    return {**told, "asks": asks(found, searcher)}  # whether it is answered in a thread without a mention


def ask_all(rows: Iterable[Row], builds: Mapping[str, Searcher]) -> list[Row]:
    """Return the answer objects to the rows' questions, in their order."""
    return [ask(row, builds) for row in rows]


def share(count: float, whole: int) -> float | None:
    """Return a share with three digits, none of nothing."""
    return round(count / whole, 3) if whole else None


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as JSON lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every measurement on question sets has."""
    parser.add_argument(
        "--texts",
        type=Path,
        action="append",
        default=[],
        metavar="FOLDER",
        help="notes that the sets point into",
    )
    parser.add_argument(
        "--build",
        action="append",
        required=True,
        metavar="NAME=FOLDER",
        help="a build to ask, as the sets name it",
    )
