"""Fit the judge of whether the best passages answer a question, and write it with its curve.

    python -m training.judge.run --corpus INDEX --texts FOLDER [--texts FOLDER ...] [--quoted QUESTIONS.jsonl
    ...]
                             [--check INDEX QUESTIONS.jsonl ...]

INDEX holds a build of the texts that the pairs ask about, made with the encoder that ships. What is learnt
from: questions whose passage is among the best, near misses, and the questions of the first kind once more
without the passages that answer, so that the passages are judged and not the manner of asking. Answerable
questions whose passage is not found are left out: as answered they would teach that passages beside the point
answer, as missed they would teach the ranking's faults. Everything is measured on conferences that the model
has not seen. The questions of --check, in the form of `confnotes eval`, are never learnt from.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from index.search import Searcher
from training.judge.fitting import Model, Numbers, calibrated, fit, hold_out, sigmoid
from training.judge.measuring import check, measure
from training.judge.observing import Observation, observe, some_events
from training.pairs import Texts, read_all, run

ROOT = Path(__file__).resolve().parents[2]
# Of answerable questions whose passage is among the best, the shares that are refused and that get a notice,
# held out.
REFUSED = 0.01
DOUBTED = 0.04


def main() -> None:
    """Observe, fit, measure and write."""
    arguments = _arguments()
    pairs = read_all(arguments.pairs, arguments.quoted, Texts(arguments.texts))
    observations = observe(pairs, Searcher.open(arguments.corpus))
    odds, taken = hold_out(observations)
    slope, shift = calibrated(observations, odds)
    model = fit(observations).rescaled(slope, shift)
    chances = sigmoid(slope * odds + shift)
    thresholds = _thresholds(observations, chances)
    report = {
        "date": date.today().isoformat(),
        "pairs": len(pairs),
        **thresholds,
        **measure(observations, chances, sigmoid(slope * taken + shift), some_events(observations)),
    }
    near = chances[[not one.answerable for one in observations]]
    report["checks"] = [
        check(Path(path), Searcher.open(Path(where)), model, near, thresholds)
        for where, path in arguments.check
    ]
    _write(arguments.out, _content(model, thresholds, report))
    _write(arguments.results, report)
    print(json.dumps(report, indent=1))


def _arguments() -> argparse.Namespace:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--corpus", type=Path, required=True, help="folder with a build of the texts")
    options.add_argument(
        "--texts", type=Path, action="append", required=True, help="folder of texts that pairs point into"
    )
    options.add_argument(
        "--pairs", type=Path, default=ROOT / "training" / "pairs", help="pairs as offsets: a file or a folder"
    )
    options.add_argument(
        "--quoted", type=Path, action="append", default=[], help="pairs that quote their passage"
    )
    options.add_argument(
        "--check",
        nargs=2,
        action="append",
        default=[],
        metavar=("INDEX", "QUESTIONS"),
        help="questions to look at",
    )
    options.add_argument(
        "--out", type=Path, default=ROOT / "bot" / "answering" / "evidence" / "confidence.json"
    )
    options.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results" / "judge.json")
    return options.parse_args()


def _thresholds(observations: Sequence[Observation], chances: Numbers) -> dict[str, float]:
    found = chances[[one.shown for one in observations]]
    return {
        name: round(float(np.quantile(found, cost)), 4)
        for name, cost in (("refuse_below", REFUSED), ("doubt_below", DOUBTED))
    }


def _content(model: Model, thresholds: Mapping[str, float], report: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "intercept": round(model.intercept, 4),
        "weights": {name: round(weight, 4) for name, weight in model.weights.items()},
        **thresholds,
        "source": f"training.judge.run, {report['date']}, {report['pairs']} questions, AUROC {report['auroc']} held out by conference",
    }


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(main)
