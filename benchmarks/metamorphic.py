"""Ask questions again in other clothes and count how many get the same first quote.

    python -m benchmarks.metamorphic --texts ../shared/training/texts --build training=data/questions/training

Chat filler in front, lower and upper case, no punctuation, a slip in a small word, singular and plural,
hyphenated, closed and spaced compounds, “please” and “thanks” change nothing of what is asked. The final
measurement uses other fillers (`--held-out`); nobody looks at those while working.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from benchmarks.question_sets import FOLDER, Row, add_options, ask, open_builds, read_set, share, within
from index.search import Searcher
from training.pairs import Texts, run

FILLERS = 3  # of the list are put around each question, others around the next
_HYPHENATED = re.compile(r"(?<![\w./:-])[A-Za-z]{2,}(?:-[A-Za-z]{2,})+(?![\w./:-])")
_PUNCTUATION = re.compile(r"(?<=\w)['’](?=\w)|[?!,;:.\"()…]+(?=\s|$)|(?<!\S)[\"(]+|\s[-–—](?=\s)")


class Variants:
    """Other wordings of a question, by what kind of change they are."""

    def __init__(self, path: Path = FOLDER / "variants.yaml", *, held_out: bool = False) -> None:
        """Read the words; with `held_out` the fillers that are kept for the final measurement."""
        words = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.fillers: list[str] = words["fillers"]["held_out" if held_out else "open"]
        self._around = {kind: list[str](words[kind]) for kind in ("please", "thanks")}
        self._slips: dict[str, str] = words["slips"]
        self._numbers = {one: other for pair in words["numbers"] for one, other in (pair, pair[::-1])}
        self._compounds: list[list[str]] = words["compounds"]

    def of(self, question: str, turn: int) -> Iterator[tuple[str, str]]:
        """Yield kinds and wordings; `turn` chooses among what can be put around a question."""
        for step in range(FILLERS):
            yield "filler", _wrapped(self.fillers, turn * FILLERS + step, question)
        for kind, around in self._around.items():
            yield kind, _wrapped(around, turn, question)
        changed = {
            "lower case": question.lower(),
            "upper case": question.upper(),
            "no punctuation": " ".join(_PUNCTUATION.sub("", question).split()),
            "slip": self._first_word(question, self._slips),
            "singular or plural": self._first_word(question, self._numbers),
        }
        yield from ((kind, text) for kind, text in changed.items() if text != question)
        yield from (("compound", text) for text in self._respelt(question))

    @staticmethod
    def _first_word(question: str, others: Mapping[str, str]) -> str:
        """Return the question with the first word that has another form in that form."""
        for word in re.finditer(r"[\w'’]+", question):
            if other := others.get(word[0].lower().replace("’", "'")):
                return _replaced(question, word, _cased(other, word[0]))
        return question

    def _respelt(self, question: str) -> Iterator[str]:
        for family in self._compounds:
            for spelling in family:
                if found := re.search(rf"(?<![\w-]){re.escape(spelling)}(?![\w-])", question, re.IGNORECASE):
                    yield from (_replaced(question, found, other) for other in family if other != spelling)
                    break
        listed = {spelling for family in self._compounds for spelling in family}
        for found in _HYPHENATED.finditer(question):
            if found[0].lower() not in listed:
                yield from (_replaced(question, found, found[0].replace("-", sign)) for sign in ("", " "))


def _wrapped(around: list[str], turn: int, question: str) -> str:
    return around[turn % len(around)].replace("{}", question)


def _replaced(question: str, found: re.Match[str], other: str) -> str:
    return question[: found.start()] + other + question[found.end() :]


def _cased(other: str, like: str) -> str:
    return other.capitalize() if like[:1].isupper() and not like.isupper() else other


def opening(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what an answer opens with: first quote, else first talk of a list, else outcome."""
    if given["quotes"]:
        quote = given["quotes"][0]
        return "quote", quote["passage_id"], quote["text"]
    if given["status"] == "answered" and given["hits"]:
        return "talk", given["hits"][0]["talk"]
    return "outcome", given["status"], str(given["miss"])


def compare(rows: list[Row], builds: Mapping[str, Searcher], variants: Variants) -> list[dict[str, Any]]:
    """Ask questions and their variants; what is not answered as it stands is left out."""
    told = []
    for turn, row in enumerate(rows):
        original = ask(row, builds)
        if original["status"] != "answered":
            continue
        for kind, question in variants.of(row["question"], turn):
            other = ask(row, builds, question)
            told.append(
                {
                    "row": row,
                    "kind": kind,
                    "question": question,
                    "same": opening(other) == opening(original),
                    "answer": other,
                }
            )
    return told


def figures(told: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the share with the same opening, of all variants and of each kind."""
    kinds: dict[str, list[bool]] = defaultdict(list)
    for one in told:
        kinds[one["kind"]].append(one["same"])
    same = sum(one["same"] for one in told)
    by_kind = {kind: f"{share(sum(found), len(found))} of {len(found)}" for kind, found in kinds.items()}
    return {
        "questions": len({one["row"]["id"] for one in told}),
        "variants": len(told),
        "same": share(same, len(told)),
        "by_kind": by_kind,
    }


def main() -> int:
    """Ask, compare and print the figures as one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser)
    parser.add_argument("questions", type=Path, nargs="?", default=FOLDER / "everyday.jsonl")
    parser.add_argument(
        "--held-out",
        action="store_true",
        help="held-out questions with held-out fillers; shows no misses",
    )
    parser.add_argument("--misses", action="store_true", help="show variants with another opening")
    given = parser.parse_args()
    builds = open_builds(given.build)
    rows = within(read_set(given.questions, Texts(given.texts)), builds)
    rows = [row for row in rows if row.get("held_out", given.held_out) == given.held_out]
    told = compare(rows, builds, Variants(held_out=given.held_out))
    for one in told:
        if given.misses and not given.held_out and not one["same"]:
            print(
                one["row"]["id"],
                one["kind"],
                one["question"],
                one["answer"]["answer"][:70].replace("\n", " / "),
                sep=" | ",
            )
    print(json.dumps(figures(told), ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    run(main)
