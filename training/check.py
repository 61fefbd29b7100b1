"""Check pairs before they are learnt from; `make pairs` does it for all that there are.

    python -m training.check --texts FOLDER [--texts FOLDER ...] [--quoted FILE] [--against QUESTIONS.jsonl
    ...]

Each passage stands in its file as it was when the question was written and is of a length that a person
reads; no question stands there twice or among those that the product is measured by (`--against`); follow-ups
have an earlier turn; every fifth passage has a question that it does not answer. Prints the shares of styles
and languages.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from training.pairs import (
    NEAR_MISS,
    STYLES,
    Pair,
    PairsError,
    Texts,
    lines_of,
    passage_of,
    read_pairs,
    read_quoted,
    run,
)

ROOT = Path(__file__).resolve().parent
LENGTHS = (30, 900)  # characters of a passage
NEAR_MISSES = 0.2  # share of the passages that have one
FRENCH = 0.05


def main() -> int:
    """Print every defect and the shares; 1 where there is a defect."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--texts", type=Path, action="append", required=True)
    options.add_argument("--pairs", type=Path, default=ROOT / "pairs")
    options.add_argument("--quoted", type=Path, action="append", default=[])
    options.add_argument("--against", type=Path, action="append", default=[])
    arguments = options.parse_args()
    texts = Texts(arguments.texts)
    given = [pair for path in arguments.quoted for pair in read_quoted(path, texts)]
    pairs = read_pairs(arguments.pairs)
    taken = {fold(fields["question"]) for path in arguments.against for _, fields in lines_of(path)}
    found = [*defects(pairs, texts, taken | {fold(pair.question) for pair in given}), *shares(pairs)]
    print("\n".join([*found, *describe([*given, *pairs])]))
    return 1 if found else 0


def defects(pairs: Sequence[Pair], texts: Texts, taken: set[str]) -> Iterator[str]:
    """Yield what is wrong with single pairs."""
    seen: set[tuple[str, str]] = set()
    for pair in pairs:
        key = (fold(pair.question), fold(" ".join(pair.history)))
        for reason in _reasons(pair, texts):
            yield f"{pair.file}: {pair.question!r:.80}: {reason}"
        if key in seen or (key[0] in taken and not pair.history):
            yield f"{pair.file}: {pair.question!r:.80}: stands twice, or among the questions that measure"
        seen.add(key)


def _reasons(pair: Pair, texts: Texts) -> Iterator[str]:
    try:
        passage = passage_of(pair, texts)
    except PairsError as error:
        yield str(error)
        return
    if not LENGTHS[0] <= len(passage) <= LENGTHS[1]:
        yield f"its passage has {len(passage)} characters, {LENGTHS[0]} to {LENGTHS[1]} are wanted"
    if passage != passage.strip():
        yield "its passage begins or ends with white space"
    if pair.style not in STYLES:
        yield f"no such style: {pair.style}"
    if pair.answers and (pair.style == "followup") != bool(pair.history):
        yield "a follow-up has an earlier turn, and nothing else that is answered has"


def shares(pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield which shares are too small."""
    passages = {(pair.file, pair.start, pair.end) for pair in pairs}
    missed = {(pair.file, pair.start, pair.end) for pair in pairs if pair.style == NEAR_MISS}
    if len(missed) < NEAR_MISSES * len(passages):
        yield f"{len(missed)} of {len(passages)} passages have a near-miss, every fifth should"
    if sum(pair.lang == "fr" for pair in pairs) < FRENCH * len(pairs):
        yield f"fewer than {FRENCH:.0%} of the questions are French"


def describe(pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield how many pairs there are, by style and language."""
    passages = {(pair.file, pair.start, pair.end) for pair in pairs}
    yield f"{len(pairs)} pairs on {len(passages)} passages of {len({pair.file for pair in pairs})} files"
    for name, counts in (
        ("styles", Counter(p.style for p in pairs)),
        ("languages", Counter(p.lang for p in pairs)),
    ):
        yield f"{name}: " + ", ".join(
            f"{one} {count} ({count / len(pairs):.0%})" for one, count in counts.most_common()
        )


def fold(text: str) -> str:
    """Return a text's words in small letters."""
    return re.sub(r"\W+", " ", text.lower()).strip()


if __name__ == "__main__":
    run(main)
