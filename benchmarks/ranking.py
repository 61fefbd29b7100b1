"""Measure what each stage of the ranking adds, on a build and a file of questions with evidence.

    python -m benchmarks.ranking INDEX QUESTIONS.jsonl

A question line holds `question`, `evidence` (verbatim strings of the notes, any of which answers it), and
where known `talk` and `history`. Every stage orders the same candidates; the search is asked as it is,
without the bot's understanding of the question.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from index.models import Hit
from index.ranking.fusion import Evidence, load_fusion
from index.search import Query, Ranking, Searcher

SHOWN = 10
BUDGETS = (400, 800, 1600)  # characters of the hits' passages, joined: passage size is no advantage
RRF_CONSTANT = 60  # Cormack, Clarke and Buettcher, SIGIR 2009

Order = Sequence[Hit]


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what answers it."""

    text: str
    context: str
    evidence: tuple[str, ...]
    talk: str


def stages() -> Mapping[str, Callable[[Ranking], Order]]:
    """Return the orders that are compared, by name: each ranker, what ranked before, and what ships without each feature."""
    weights = load_fusion()
    return {
        "BM25": lambda ranking: by(ranking, lambda item: item.lexical),
        "dense": lambda ranking: by(ranking, lambda item: item.dense),
        "reciprocal rank fusion of both": fused,
        "late interaction": lambda ranking: by(ranking, lambda item: item.late),
        "  + .2 dense + .2 talk (decision 0002)": lambda ranking: by(
            ranking, lambda item: item.late + 0.2 * item.dense + 0.2 * item.talk
        ),
        "as shipped": lambda ranking: ranking.hits,
        **{f"  without {name}": partial(without, name) for name in weights if name not in {"late", "bias"}},
    }


def without(name: str, ranking: Ranking) -> Order:
    """Order as shipped, but for one feature."""
    weight = load_fusion()[name]
    return by(ranking, lambda item: item.score - weight * item.features[name])


def by(ranking: Ranking, score: Callable[[Evidence], float]) -> Order:
    """Order the candidates by another score, ties by row."""
    pairs = sorted(
        zip(ranking.hits, ranking.evidence, strict=True), key=lambda pair: (-score(pair[1]), pair[1].row)
    )
    return [hit for hit, _ in pairs]


def fused(ranking: Ranking) -> Order:
    """Order by the sum of reciprocal ranks in BM25 and in dense search."""
    sums: dict[str, float] = {}
    for order in (by(ranking, lambda item: item.lexical), by(ranking, lambda item: item.dense)):
        for rank, hit in enumerate(order, start=1):
            sums[hit.passage.passage_id] = sums.get(hit.passage.passage_id, 0.0) + 1 / (RRF_CONSTANT + rank)
    return sorted(ranking.hits, key=lambda hit: -sums[hit.passage.passage_id])


def read_questions(path: Path) -> list[Question]:
    """Read the answerable questions of a file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        Question(
            row["question"],
            (row.get("history") or [""])[-1],
            tuple(map(fold, row["evidence"])),
            title(row.get("talk") or ""),
        )
        for row in rows
        if row.get("evidence")
    ]


def fold(text: str) -> str:
    """Return a text with case and white space folded."""
    return " ".join(text.replace("’", "'").casefold().split())


def title(text: str) -> str:
    """Return a title's letters and digits."""
    return re.sub(r"[\W_]+", " ", fold(text)).strip()


def score(orders: Iterable[tuple[Question, Order]]) -> dict[str, float]:
    """Return the share of questions answered within each budget, the mean reciprocal rank and the share with the right talk first."""
    tallies: dict[str, list[float]] = {}
    for question, order in orders:
        passages = [fold(hit.passage.text) for hit in order[:SHOWN]]
        joined = " ".join(passages)
        for budget in BUDGETS:
            tallies.setdefault(f"@{budget}", []).append(
                any(item in joined[:budget] for item in question.evidence)
            )
        ranks = [
            rank
            for rank, passage in enumerate(passages, 1)
            if any(item in passage for item in question.evidence)
        ]
        tallies.setdefault("MRR@10", []).append(1 / ranks[0] if ranks else 0.0)
        if question.talk:
            found = title(order[0].talk.title) if order else ""
            tallies.setdefault("talk@1", []).append(
                bool(found) and (found in question.talk or question.talk in found)
            )
    return {name: sum(values) / len(values) for name, values in tallies.items()}


def main() -> None:
    """Print one table row a stage."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("index", type=Path)
    parser.add_argument("questions", type=Path)
    arguments = parser.parse_args()
    searcher = Searcher.open(arguments.index)
    questions = read_questions(arguments.questions)
    everything = len(searcher.build.passages)
    rankings = [
        searcher.search(Query(one.text, context=one.context, depth=everything, k=everything))
        for one in questions
    ]
    print(f"{len(questions)} questions, {everything} passages, build {searcher.build.build_id}\n")
    for number, (name, order) in enumerate(stages().items()):
        figures = score(
            (question, order(ranking)) for question, ranking in zip(questions, rankings, strict=True)
        )
        if number == 0:
            print("| stage | " + " | ".join(figures) + " |\n|---|" + "---|" * len(figures))
        print(f"| {name} | " + " | ".join(f"{value:.3f}" for value in figures.values()) + " |")
    for depth in (10, 20, 50, 100):
        started = time.perf_counter()
        cut = [
            (one, searcher.search(Query(one.text, context=one.context, depth=depth)).hits)
            for one in questions
        ]
        spent = (time.perf_counter() - started) / max(len(questions), 1) * 1000
        figures = score(cut)
        print(
            f"| as shipped, depth {depth} ({spent:.1f} ms) | "
            + " | ".join(f"{value:.3f}" for value in figures.values())
            + " |"
        )


if __name__ == "__main__":
    main()
