"""Measure spelling and lists on a build: slips in its names that are corrected, and lists that equal a scan of the notes.

usage: python -m benchmarks.words --index DIR [--slips 300] [--lists 30]

The slips are one or two random edits, after the first letter, in names that the notes contain; the same seed
every time.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from bot.answering import answer
from bot.answering.language.knowledge import Knowledge, knowledge_of
from bot.answering.language.wordlists import is_real_word
from bot.answering.question.understanding import understand
from index.search import Searcher

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_TWO_EDITS_FROM = 7
_TWO_EDITS_SHARE = 0.4


def main() -> None:
    """Print both figures as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--slips", type=int, default=300)
    parser.add_argument("--lists", type=int, default=30)
    args = parser.parse_args()
    searcher = Searcher.open(args.index)
    knowledge = knowledge_of(searcher)
    chance = random.Random(5)  # noqa: S311  a fixed sample, no secret
    print(
        json.dumps(
            {
                "slips_corrected": corrected(knowledge, chance, args.slips),
                "lists_equal_scan": lists(searcher, chance, args.lists),
            }
        )
    )


def corrected(knowledge: Knowledge, chance: random.Random, count: int) -> float:
    """Return the share of slips that are read as the name that was meant."""
    names = sorted(
        w
        for w in knowledge.frequencies
        if knowledge.is_name(w) and len(w) >= 5 and w.isalpha() and not is_real_word(w)
    )
    right = tried = 0
    while tried < count:
        name = chance.choice(names)
        slip = edited(name, chance)
        if len(name) >= _TWO_EDITS_FROM and chance.random() < _TWO_EDITS_SHARE:
            slip = edited(slip, chance)
        if not knowledge.contains(slip):
            tried += 1
            right += list(understand(f"what is {slip}?", knowledge).corrections.values()) == [name]
    return round(right / count, 3)


def edited(word: str, chance: random.Random) -> str:
    """Drop, add, replace or swap one letter."""
    at = chance.randrange(1, len(word))
    letter = chance.choice(_LETTERS)
    choices = (
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
    )
    return chance.choice((*choices, word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]))


def lists(searcher: Searcher, chance: random.Random, count: int) -> float:
    """Return the share of names whose list of talks equals a scan of the notes for the name and its aliases."""
    knowledge = knowledge_of(searcher)
    names = sorted(
        w for w in knowledge.frequencies if knowledge.is_name(w) and len(w) >= 4 and searcher.mentions(w)
    )
    equal = 0
    for name in chance.sample(names, min(count, len(names))):
        listed = {hit.talk.talk_id for hit in answer(f"which talks mention {name}?", searcher=searcher).hits}
        scanned = {
            hit.talk.talk_id
            for said in (name, *knowledge.aliases.others(name))
            for hit in searcher.mentions(said)
        }
        equal += listed == scanned
    return round(equal / count, 3)


if __name__ == "__main__":
    main()
