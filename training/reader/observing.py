"""Questions of conferences that were left out, as the product searches them: the best candidates and what the reader says of them.

    python -m training.reader.observing --corpus INDEX --texts FOLDER [--texts FOLDER ...] [--quoted FILE ...] --out SEEN.jsonl

INDEX is best made with an encoder whose adapter was trained without those conferences too, so that neither
side of the comparison has seen them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.answering.evidence.evidence import gather
from bot.answering.evidence.signals import signals
from bot.answering.question.understanding import understand
from index.search import Query, Searcher
from training.pairs import NEAR_MISS, Pair, Texts, lines_of, run
from training.reader.lists import ROOT, Notes, known_pairs
from training.reader.recipe import LEFT_OUT

_DEPTH = 50  # as the product asks
_LOOKED_AT = 30  # passages of an answer
READ = 10  # the most that are read


@dataclass(frozen=True, slots=True)
class Seen:
    """A question's best candidates in the order of the fusion, at most thirty; texts of those that may be read."""

    question: str
    style: str
    writer: str
    group: str
    scores: tuple[float, ...]
    answers: tuple[bool, ...]
    lengths: tuple[int, ...]  # characters
    talks: tuple[bool, ...]  # of a talk that an answering candidate is of
    texts: tuple[tuple[str, str], ...]  # context and text of the first ten
    signals: dict[str, float]  # what the judge is given
    shown: bool  # an answer is among the first three bodies

    @property
    def answerable(self) -> bool:
        """Return whether the notes answer the question."""
        return self.style != NEAR_MISS


def main() -> None:
    """Write what is seen."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--corpus", type=Path, required=True)
    options.add_argument("--texts", type=Path, action="append", required=True)
    options.add_argument("--pairs", type=Path, default=ROOT / "pairs")
    options.add_argument("--quoted", type=Path, action="append", default=[])
    options.add_argument("--adapter", help="the encoder's that the build was made with")
    options.add_argument("--out", type=Path, required=True)
    arguments = options.parse_args()
    notes = Notes.of(Searcher.open(arguments.corpus, adapter=arguments.adapter))
    known = known_pairs(arguments.pairs, arguments.quoted, Texts(arguments.texts))
    with arguments.out.open("w", encoding="utf-8") as stream:
        for one in observe(known, notes):
            stream.write(json.dumps(asdict(one)) + "\n")


def observe(known: Sequence[tuple[Pair, str]], notes: Notes) -> Iterator[Seen]:
    """Yield what the product sees of each question about a conference that was left out."""
    for pair, writer in known:
        if pair.file in LEFT_OUT:
            seen = _seen(pair, writer, notes.event_of(pair.file), notes)
            if seen.scores and seen.signals:
                yield seen


def _seen(pair: Pair, writer: str, group: str, notes: Notes) -> Seen:
    searcher = notes.searcher
    question = understand(pair.question, searcher, pair.history)
    found = gather(question, searcher)
    right = set(notes.quoted(pair))
    query = Query(question.search_text, context=question.context, depth=_DEPTH, k=_LOOKED_AT)
    kept = [
        item
        for item in searcher.rank(query)
        if item.row in right or not any(notes.same(item.row, row) for row in right)
    ]
    rows = [item.row for item in kept]
    talks = {notes.passages[row].talk_id for row in right}
    bodies = [row for row in rows if notes.passages[row].role == "body"] or rows
    return Seen(
        f"{question.context} {question.search_text}".strip(),
        pair.style,
        writer,
        group,
        tuple(round(item.score, 5) for item in kept),
        tuple(row in right and pair.answers for row in rows),
        tuple(len(notes.passages[row].text) for row in rows),
        tuple(notes.passages[row].talk_id in talks for row in rows),
        tuple((notes.contexts[row], notes.passages[row].text) for row in rows[:READ]),
        signals(question, found),
        pair.answers and any(row in right for row in bodies[:3]),
    )


def read_seen(path: Path) -> list[Seen]:
    """Read what `observe` wrote.

    Raises:
        PairsError: a line is not of it.
    """
    return [Seen(**fields) for _, fields in lines_of(path)]


if __name__ == "__main__":
    run(main)
