"""What reading the best few brings on conferences that were left out: a table of layers and passages.

    python -m training.reader.measuring --seen SEEN.jsonl --weights WEIGHTS.safetensors [--lists LISTS.jsonl] --out TABLE.json

The weight of the reader beside the fusion's score is learnt without the conference that it is judged on.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]

from bot.evaluation.evaluation import auroc
from index.encoder.adapter import choose_adapter
from index.encoder.base import DEFAULT_ENCODER
from index.encoder.weights import default_folder
from training.pairs import run
from training.ranking.fitting import ASKED
from training.reader.lists import read_lists
from training.reader.network import ANSWER, RANK, Pieces, Reader, Row, read_weights
from training.reader.observing import Seen, read_seen
from training.reader.recipe import LEFT_OUT, Recipe
from training.reader.squad import SQUAD
from training.reader.texts import ANSWERS, OTHER, TAKEN_AWAY, UNANSWERED, ReadText

Numbers = NDArray[np.float64]
MEASURES = ("R@1", "MRR@10", "@400", "@800", "talk@1")
_BUDGETS = (400, 800)
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Read:
    """A seen question with what the reader says of its first candidates, (n_read, 2)."""

    seen: Seen
    numbers: Numbers


def main() -> None:
    """Read, measure and write."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--seen", type=Path, required=True)
    options.add_argument("--weights", type=Path, required=True)
    options.add_argument("--adapter", help="the encoder's that the run began with")
    options.add_argument("--lists", type=Path, help="for the public questions of articles left out")
    options.add_argument("--most", type=int, help="of the questions: to look at a run on its way")
    options.add_argument("--out", type=Path)
    arguments = options.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS") or 1))
    seen = read_seen(arguments.seen)
    if arguments.most:
        order = np.random.default_rng(8).permutation(len(seen))[: arguments.most]
        seen = [seen[at] for at in sorted(order)]
    recipe = Recipe()
    model = default_folder()
    pieces = Pieces(model, recipe.question_pieces, recipe.most_pieces)
    adapter = choose_adapter(arguments.adapter, DEFAULT_ENCODER)
    reader = Reader(model, recipe.exits, recipe.apart, adapter)
    read_weights(reader, arguments.weights)
    reader.eval()
    found = judged(
        reader, [pieces.row(one.question, ReadText(*text, OTHER)) for one in seen for text in one.texts]
    )
    content: dict[str, Any] = {"questions": len(seen)}
    for exit, numbers in found.items():
        ends = np.cumsum([len(one.texts) for one in seen])
        read = [Read(one, part) for one, part in zip(seen, np.split(numbers, ends[:-1]), strict=True)]
        content[f"layers {exit}"] = table(read)
    if arguments.lists:
        content["squad"] = public(reader, pieces, arguments.lists)
    text = json.dumps(content, indent=1)
    print(text)
    if arguments.out:
        arguments.out.write_text(text + "\n", encoding="utf-8")


def judged(reader: Reader, rows: Sequence[Row]) -> dict[int, Numbers]:
    """Return what the reader says of some rows, (n_rows, 2) for each exit."""
    parts: dict[int, list[Numbers]] = {exit: [] for exit in reader.exits}
    with torch.inference_mode():
        for start in range(0, len(rows), _BATCH):
            for exit, numbers in reader(rows[start : start + _BATCH]).items():
                parts[exit].append(numbers.double().numpy())
    return {exit: np.concatenate(some) for exit, some in parts.items()}


def table(read: Sequence[Read]) -> dict[str, Any]:
    """Return the figures for each number of passages read, and how well near misses are told."""
    asked = [one for one in read if one.seen.answerable]
    told: dict[str, Any] = {"off": summary(asked, [measure(one, 0.0, 0) for one in asked])}
    off = np.array([measure(one, 0.0, 0) for one in asked])
    for count in (3, 5, 10):
        weights = held_out_weights(asked, count)
        values = np.array([measure(one, weights[one.seen.group], count) for one in asked])
        share = styles_weights(asked)
        gap = values - off
        mean = share @ gap
        error = np.sqrt((share[:, None] ** 2 * (gap - mean) ** 2).sum(axis=0))
        told[f"read {count}"] = {
            "weight": round(fit_weight(asked, count), 4),
            **summary(asked, values),
            "gain": {
                n: (round(float(m), 4), round(float(e), 4))
                for n, m, e in zip(MEASURES, mean, error, strict=True)
            },
        }
    near = [one for one in read if not one.seen.answerable]
    shown = [one for one in asked if one.seen.shown]
    for writer in ("", *sorted({one.seen.writer for one in read})):
        some = [[best(one) for one in part if writer in ("", one.seen.writer)] for part in (shown, near)]
        told[f"near auroc {writer}".strip()] = [_auroc(*some), len(some[0]), len(some[1])]
    return told


def best(one: Read) -> float:
    """Return the highest number of answering among the first five."""
    return float(one.numbers[:5, ANSWER].max())


def order_of(one: Read, weight: float, count: int) -> list[int]:
    """Return the candidates in the order after reading the first few."""
    scores = np.array(one.seen.scores[:count])
    after = scores + weight * one.numbers[: len(scores), RANK]
    return [*np.argsort(-after, kind="stable").tolist(), *range(len(scores), len(one.seen.scores))]


def measure(one: Read, weight: float, count: int) -> tuple[float, ...]:
    """Return a question's measures after reading."""
    order = order_of(one, weight, count)
    right = [rank for rank, at in enumerate(order[:10], 1) if one.seen.answers[at]]
    rank = right[0] if right else 0
    chars = sum(one.seen.lengths[at] + 1 for at in order[:rank])
    return (
        float(rank == 1),
        1 / rank if rank else 0.0,
        *(float(0 < chars <= budget) for budget in _BUDGETS),
        float(one.seen.talks[order[0]]),
    )


def styles_weights(asked: Sequence[Read]) -> Numbers:
    """Return each question's weight, so that styles count as they are asked; they sum to 1."""
    styles = [one.seen.style for one in asked]
    weights = np.array([ASKED[style] / styles.count(style) for style in styles])
    scaled: Numbers = weights / weights.sum()
    return scaled


def summary(asked: Sequence[Read], values: Any) -> dict[str, Any]:
    """Return the means over styles as they are asked, and of paraphrases alone."""
    share = styles_weights(asked)
    paraphrase = np.array([one.seen.style == "paraphrase" for one in asked]) / 1.0
    rows = np.array(values)
    return {
        name: dict(zip(MEASURES, (part @ rows / part.sum()).round(4).tolist(), strict=True))
        for name, part in (("asked", share), ("paraphrase", paraphrase), ("each", np.ones(len(asked))))
    }


def fit_weight(asked: Sequence[Read], count: int) -> float:
    """Return the reader's weight beside the fusion's score that puts the answering candidates of those read first."""
    lists = [one for one in asked if 0 < sum(one.seen.answers[:count]) < len(one.seen.answers[:count])]
    share = styles_weights(lists)

    def loss(factors: Numbers) -> float:
        total = 0.0
        for part, one in zip(share, lists, strict=True):
            scores = np.array(one.seen.scores[:count])
            values = factors[0] * scores + factors[1] * one.numbers[: len(scores), RANK]
            values = values - values.max()
            right = np.array(one.seen.answers[: len(scores)])
            total -= part * float(np.log(np.exp(values)[right].sum() / np.exp(values).sum()))
        return total

    solved = minimize(loss, np.array([25.0, 1.0]), method="Nelder-Mead", options={"maxiter": 100})
    return float(solved.x[1] / solved.x[0])


def held_out_weights(asked: Sequence[Read], count: int) -> dict[str, float]:
    """Return for each conference the weight that is learnt from the others."""
    return {
        group: fit_weight([one for one in asked if one.seen.group != group], count)
        for group in sorted({one.seen.group for one in asked})
    }


def public(reader: Reader, pieces: Pieces, lists: Path) -> dict[str, Any]:
    """Return the figures on public questions of articles that were left out, by exit."""
    own = [one for one in read_lists(lists) if one.writer == SQUAD and one.group in LEFT_OUT]
    rows = [
        (one.question, text)
        for one in own
        for text in one.texts
        if text.label in (ANSWERS, UNANSWERED, TAKEN_AWAY)
    ]
    told: dict[str, Any] = {}
    for exit, numbers in judged(reader, [pieces.row(*row) for row in rows]).items():
        groups = {
            label: [
                float(n[ANSWER]) for n, (_, text) in zip(numbers, rows, strict=True) if text.label == label
            ]
            for label in (ANSWERS, UNANSWERED, TAKEN_AWAY)
        }
        told[f"layers {exit}"] = {
            label: [_auroc(groups[ANSWERS], groups[label]), len(groups[label])]
            for label in (UNANSWERED, TAKEN_AWAY)
        }
    return told


def _auroc(higher: Sequence[float], lower: Sequence[float]) -> float | None:
    found = auroc(list(higher), list(lower))
    return None if found is None else round(found, 3)


if __name__ == "__main__":
    run(main)
