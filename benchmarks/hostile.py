"""Ask questions that are made to be dear: 2,000 characters of separators, signs, scripts, marks, names and titles.

    python -m benchmarks.hostile --index data/demo --questions 5000 --seed 1

Prints the process's CPU time a question and the time that went by (median, 99th percentile, worst, with the
beginning of the question that cost most CPU), and its memory after the first 500 questions and at the end, as one
object. On a machine with other work the time that goes by is mostly that work's.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bot.answering import MAX_QUESTION_CHARS, answer, prepare
from bot.heap import hold_little
from index.ranking.reader import ReaderSetting
from index.search import Searcher

_WARM = 500  # questions after which memory should stay
_PARTS = (
    "a/b/c/", "a?", "%s%n", "a b c d ", "x_y_", "e\u0301 ", '"a" ', "l'a d'b ", "talks by ", "1.2.3-4 ", "1.", "pod-", "a or b ",
    "([{", "day 3 ", "in 2021 ", "日本 как ", "🚀🏽 ", "http://a.b/c?d=e&f=#g ", "<@U1> ", "aBcD", "\u202e", "\u200b", "\x00",
    "ß", "İ", "ﷺ", "\ud800", "not ", "who ", "what about ", "compare ", "vs ", "since ", ",", ".", "…", "\n", "\t", "#",
    "what ", "who spoke on it and when was it and ",
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


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    """Return the median, the 99th percentile and the worst, in milliseconds."""
    ranked = sorted(seconds)
    named = {"median": ranked[len(ranked) // 2], "p99": ranked[int(len(ranked) * 0.99)], "worst": ranked[-1]}
    return {name: round(one * 1000, 1) for name, one in named.items()}


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
    reading = ReaderSetting()
    searcher = Searcher.open(given.index, reader=reading)
    prepare(searcher)
    titles = [talk.title for talk in searcher.build.talks.values()]
    costs: list[tuple[float, str]] = []
    passed: list[float] = []
    held: list[float] = []
    for number in range(given.questions):
        question = hostile(chance, titles)
        started, began = time.process_time(), time.perf_counter()
        answer(question, searcher=searcher)
        costs.append((time.process_time() - started, question))
        passed.append(time.perf_counter() - began)
        if number % 100 == 0:
            held.append(round(memory_mb(), 1))
            print(f"{number} {held[-1]} MB", file=sys.stderr)
    worst = max(costs)[1]
    figures = {
        "questions": len(costs),
        "reader": reading.reader(searcher.encoder) is not None,
        "cpu_ms": _spread([cost for cost, _ in costs]),
        "wall_ms": _spread(passed),
        "worst": ascii(worst[:80]),
        "memory_after_500_mb": held[min(_WARM // 100, len(held) - 1)],
        "memory_at_the_end_mb": round(memory_mb(), 1),
        "load": [round(one, 1) for one in os.getloadavg()],
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
