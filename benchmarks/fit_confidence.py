"""Fit the confidence model on questions whose answerability is known, and write it with its cross-validated curve.

usage: python -m benchmarks.fit_confidence --index DIR --questions QUESTIONS.jsonl [--index DIR --questions QUESTIONS.jsonl ...]

Each QUESTIONS.jsonl holds `question`, `history`, `type` ("unanswerable" or another) and `doc`; the index beside it is the
build of its notes. Cross-validation leaves one recap out at a time; unanswerable questions, which belong to no recap, are
dealt out in turn. Writes `bot/answering/confidence.json` and `benchmarks/results/confidence.json`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from bot.answering.confidence import feature_names, features
from bot.answering.evidence import gather
from bot.answering.knowledge import knowledge_of
from bot.answering.understanding import understand
from index.search import Searcher

ROOT = Path(__file__).resolve().parent.parent
MAX_FALSE_ABSTAIN = 0.003  # of answerable questions, by the model alone, cross-validated
STRENGTH = 0.3  # inverse of the regularisation: a dozen negatives carry no large weights

Matrix = NDArray[np.float64]


def main() -> None:
    """Fit, cross-validate and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, action="append", required=True)
    parser.add_argument("--questions", type=Path, action="append", required=True)
    args = parser.parse_args()
    rows, labels, groups = observe(args.index, args.questions)
    held_out = cross_validate(rows, labels, groups)
    threshold = float(np.quantile(held_out[labels == 1], MAX_FALSE_ABSTAIN)) * 0.8
    model = fit(rows, labels)
    content = {
        "intercept": round(float(model.intercept_[0]), 4),
        "weights": {name: round(float(weight), 4) for name, weight in zip(feature_names(), model.coef_[0], strict=True)},
        "threshold": round(threshold, 4),
        "source": f"fit_confidence.py, {date.today().isoformat()}, {len(labels)} questions, AUROC {auroc(labels, held_out)} held out",
    }
    write(ROOT / "bot/answering/confidence.json", content)
    write(ROOT / "benchmarks/results/confidence.json", {**content, "curve": curve(labels, held_out)})
    print(json.dumps(content, indent=2))


def observe(indexes: Sequence[Path], questions: Sequence[Path]) -> tuple[Matrix, NDArray[np.int64], list[str]]:
    """Return every question's features, (n, n_features), whether it is answerable, and its recap."""
    rows: list[list[float]] = []
    labels: list[int] = []
    groups: list[str] = []
    for index_dir, path in zip(indexes, questions, strict=True):
        searcher = Searcher.open(index_dir)
        knowledge = knowledge_of(searcher)
        for number, line in enumerate(filter(str.strip, path.read_text(encoding="utf-8").splitlines())):
            question = json.loads(line)
            reading = understand(question["question"], knowledge, question.get("history") or [])
            values = features(reading, gather(reading, searcher, knowledge))
            rows.append([values[name] for name in feature_names()])
            labels.append(int(question["type"] != "unanswerable"))
            groups.append(str(question.get("doc") or f"fold {number % 5}"))
    return np.array(rows), np.array(labels), groups


def cross_validate(rows: Matrix, labels: NDArray[np.int64], groups: Sequence[str]) -> Matrix:
    """Return each question's probability by a model that has not seen its recap."""
    names = sorted({group for group in groups if not group.startswith("fold")})
    folds = np.array([names.index(g) % 5 if g in names else int(g.split()[1]) for g in groups])
    held_out = np.zeros(len(labels))
    for fold in np.unique(folds):
        seen = folds != fold
        held_out[~seen] = fit(rows[seen], labels[seen]).predict_proba(rows[~seen])[:, 1]
    return held_out


def fit(rows: Matrix, labels: NDArray[np.int64]) -> LogisticRegression:
    """Fit with both classes of equal weight."""
    return LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000).fit(rows, labels)


def auroc(labels: NDArray[np.int64], probabilities: Matrix) -> float:
    """Return the area under the curve, rounded."""
    return round(float(roc_auc_score(labels, probabilities)), 3)


def curve(labels: NDArray[np.int64], probabilities: Matrix) -> list[dict[str, float]]:
    """Return, for ten thresholds, how many answerable questions would be refused and how many unanswerable ones."""
    points = np.linspace(0.05, 0.95, 10)
    return [
        {
            "threshold": round(float(point), 2),
            "false_abstain": round(float((probabilities[labels == 1] < point).mean()), 3),
            "abstain": round(float((probabilities[labels == 0] < point).mean()), 3),
        }
        for point in points
    ]


def write(path: Path, content: dict[str, object]) -> None:
    """Write JSON with a line's end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
