"""Learn what is no question for conference notes, and what people say to each other under an answer.

    python -m training.judge.belonging --corpus INDEX --build training=INDEX --build seeds=INDEX

Learnt from the open halves of `benchmarks/questions`, and from the questions of `training/pairs`, asked of a build of the texts that
they are about. Figures are of conferences and threads left out. What is held out there is never read here.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

from bot.answering.evidence.belonging import chatter_signals, off_topic_signals
from bot.answering.evidence.evidence import gather
from bot.answering.question.understanding import understand
from index.search import Searcher

ROOT = Path(__file__).resolve().parents[2]
STRENGTH = 0.3
FOLDS = 8
OF_A_FILE = 25  # questions of a file of pairs
# What is lost of real questions at most, left out: of those that are asked, and of the pairs, which are harder.
OFF_TOPIC_LOST, CHATTER_LOST = (0.002, 0.015), (0.025, 0.05)


@dataclass(frozen=True)
class Message:
    """A message's numbers, whether it belongs to the notes, what is left out together, and how it counts."""

    signals: Mapping[str, float]
    ours: bool
    group: str
    weight: float = 1.0


def main() -> None:
    """Learn both, print the figures and write."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--corpus", type=Path, required=True, help="a build of the texts of the pairs")
    options.add_argument("--build", action="append", required=True, metavar="NAME=INDEX")
    options.add_argument("--sets", type=Path, default=ROOT / "benchmarks" / "questions")
    options.add_argument("--pairs", type=Path, default=ROOT / "training" / "pairs")
    options.add_argument(
        "--out", type=Path, default=ROOT / "bot" / "answering" / "evidence" / "belonging.json"
    )
    options.add_argument("--check", nargs=2, action="append", default=[], metavar=("INDEX", "QUESTIONS"))
    arguments = options.parse_args()
    builds = {name: Searcher.open(Path(where)) for name, where in (one.split("=") for one in arguments.build)}
    pairs = _pairs(arguments.pairs)
    corpus = Searcher.open(arguments.corpus)
    asked = _read(arguments.sets / "everyday.jsonl")
    others = _read(arguments.sets / "off_topic.jsonl")
    chatter = _read(arguments.sets / "chatter.jsonl")
    follow_ups = _read(arguments.sets / "follow_ups.jsonl")
    off_topic = [
        *(_off_topic(row, one, False, row["question"]) for row in others for one in builds.values()),
        *(
            _off_topic(row, builds[row["build"]], True, row["build"], 3.0)
            for row in asked
            if row["kind"] != "absent"
        ),
        *(_off_topic(row, corpus, True, group) for group, row in pairs if row["style"] != "near_miss"),
    ]
    threads = [
        *(_chatter(row, builds[row["build"]], False, row["build"] + row["kind"]) for row in chatter),
        *(_chatter(row, builds[row["build"]], True, row["history"][0], 2.0) for row in follow_ups),
        *(
            _chatter(row, builds[row["build"]], True, row["history"][0], 2.0)
            for row in asked
            if row.get("history")
        ),
        *(_chatter(row, corpus, True, group) for group, row in pairs if row.get("history")),
    ]
    checked = [
        _off_topic(row, searcher, True, "")
        for where, path in arguments.check
        for searcher in [Searcher.open(Path(where))]
        for row in _read(Path(path))
        if row.get("type") != "unanswerable" and row.get("status", "answered") == "answered"
    ]
    content = {
        "off_topic": _learn("off_topic", off_topic, OFF_TOPIC_LOST, checked),
        "chatter": _learn("chatter", threads, CHATTER_LOST),
        "source": f"training.judge.belonging, {date.today().isoformat()}",
    }
    arguments.out.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _read(path: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [row for row in rows if not row.get("held_out")]


def _pairs(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    chosen = random.Random(1)  # noqa: S311  draws questions, keeps no secret
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        rows = _read(path)
        found += [(path.name, row) for row in chosen.sample(rows, min(OF_A_FILE, len(rows)))]
        found += [(path.name, row) for row in rows if row.get("history")][:OF_A_FILE]
    return found


def _off_topic(
    row: Mapping[str, Any], searcher: Searcher, ours: bool, group: str, weight: float = 1.0
) -> Message:
    question = understand(row["question"], searcher, row.get("history") or ())
    return Message(off_topic_signals(question, gather(question, searcher)), ours, group, weight)


def _chatter(
    row: Mapping[str, Any], searcher: Searcher, ours: bool, group: str, weight: float = 1.0
) -> Message:
    question = understand(row["question"], searcher, row["history"])
    return Message(chatter_signals(question), ours, group, weight)


def _learn(
    name: str, messages: Sequence[Message], lost: tuple[float, float], checked: Sequence[Message] = ()
) -> dict[str, Any]:
    """Fit a logistic regression, and find the odds above which no more than a share of real questions lies, left out.

    Above those lies none of the questions that are only checked.
    """
    names = sorted(messages[0].signals)
    inputs = np.array([[one.signals[signal] for signal in names] for one in messages])
    labels = np.array([not one.ours for one in messages])
    weights = np.array([one.weight for one in messages])
    odds = np.zeros(len(messages))
    for kept, left in GroupKFold(FOLDS).split(inputs, labels, [one.group for one in messages]):
        intercept, slopes = _fit(inputs[kept], labels[kept], weights[kept])
        odds[left] = intercept + inputs[left] @ slopes
    asked = labels | (weights > 1)
    intercept, slopes = _fit(inputs, labels, weights)
    seen = [
        intercept + float(np.array([one.signals[signal] for signal in names]) @ slopes) for one in checked
    ]
    left_out = [
        float(np.quantile(odds[real], 1 - share))
        for real, share in zip((asked & ~labels, ~asked), lost, strict=True)
    ]
    limit = max(left_out + seen)
    print(
        name,
        f"told {(odds[labels] > limit).mean():.3f} of {labels.sum()},",
        f"lost {(odds[asked & ~labels] > limit).sum()} of {(asked & ~labels).sum()} asked,",
        f"{(odds[~asked] > limit).mean():.3f} of {(~asked).sum()} of the pairs",
    )
    return {
        "intercept": round(intercept, 4),
        "weights": {signal: round(float(slope), 4) for signal, slope in zip(names, slopes, strict=True)},
        "refuse_above": round(limit, 4),
    }


def _fit(
    inputs: NDArray[np.float64], labels: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    scaler = StandardScaler().fit(inputs)
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=500).fit(
        scaler.transform(inputs), labels, sample_weight=weights
    )
    slopes = model.coef_[0] / scaler.scale_
    return float(model.intercept_[0] - slopes @ scaler.mean_), slopes


if __name__ == "__main__":
    main()
