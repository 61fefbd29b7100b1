"""Ask questions that are made to be dear: 2,000 characters of separators, signs, scripts, marks, names and titles.

    python -m benchmarks.hostile --index data/demo --questions 5000 --seed 1

Prints the process's CPU time a question (median, 99th percentile, worst, with the worst question's beginning)
and its memory after the first 500 questions and at the end, as one object.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bot.answering import MAX_QUESTION_CHARS, answer, prepare
from bot.heap import hold_little
from index.search import Searcher

_WARM = 500  # questions after which memory should stay
_PARTS = (
    "a/b/c/", "a?", "%s%n", "a b c d ", "x_y_", "e\u0301 ", '"a" ', "l'a d'b ", "talks by ", "1.2.3-4 ", "pod-", "a or b ",
    "([{", "day 3 ", "in 2021 ", "日本 как ", "🚀🏽 ", "http://a.b/c?d=e&f=#g ", "<@U1> ", "aBcD", "\u202e", "\u200b", "\x00",
    "ß", "İ", "ﷺ", "\ud800", "not ", "who ", "what about ", "compare ", "vs ", "since ", ",", ".", "…", "\n", "\t", "#",
)  # fmt: skip


def hostile(chance: random.Random, titles: Sequence[str]) -> str:
    """Make a question."""
    length = chance.choice((20, 200, 1_000, MAX_QUESTION_CHARS, MAX_QUESTION_CHARS))
    kinds = chance.sample(_PARTS, chance.choice((1, 1, 2, 4)))
    if titles and chance.random() < 0.3:
        kinds.append(chance.choice(titles) + chance.choice((" ", "/", "? ", "")))
    if chance.random() < 0.15:
        kinds = ["".join(chr(chance.randrange(0x20, 0x3000)) for _ in range(40))]
    parts: list[str] = []
    while sum(map(len, parts)) < length:
        parts.append(chance.choice(kinds))
    return "".join(parts)[:length]


def memory_mb() -> float:
    """Return what the process holds at this moment."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:  # the most that it ever held, where the system tells no more
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 1e6


def main() -> None:
    """Ask, and print what it cost."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    hold_little()  # as the bot does
    chance = random.Random(given.seed)  # noqa: S311 questions, not secrets
    searcher = Searcher.open(given.index)
    prepare(searcher)
    titles = [talk.title for talk in searcher.build.talks.values()]
    costs: list[tuple[float, str]] = []
    held: list[float] = []
    for number in range(given.questions):
        question = hostile(chance, titles)
        started = time.process_time()
        answer(question, searcher=searcher)
        costs.append((time.process_time() - started, question))
        if number % 100 == 0:
            held.append(round(memory_mb(), 1))
            print(f"{number} {held[-1]} MB", file=sys.stderr)
    costs.sort()
    warm = held[min(_WARM // 100, len(held) - 1)]
    worst = costs[-1]
    figures = {
        "questions": len(costs),
        "median_ms": round(costs[len(costs) // 2][0] * 1000, 1),
        "p99_ms": round(costs[int(len(costs) * 0.99)][0] * 1000, 1),
        "worst_ms": round(worst[0] * 1000, 1),
        "worst": ascii(worst[1][:80]),
        "memory_after_500_mb": warm,
        "memory_at_the_end_mb": round(memory_mb(), 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
