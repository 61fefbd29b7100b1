"""Join what reading says to the judge of whether the notes answer, on conferences that the reader has not seen.

    python -m training.reader.judging --corpus INDEX --others INDEX --texts FOLDER [--texts FOLDER ...]
        [--quoted FILE ...] --adapter FILE [--reader FOLDER] --base FILE --results FILE [--out FILE]

Both builds and the adapter are of a run without the conferences of `recipe.LEFT_OUT`. First the judge without a reader
is learnt from all other conferences, as `training.judge.run` learns it; then a logistic regression over its odds
and the reader's numbers, from the conferences that were left out, each judged by what the others teach.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from bot.answering.evidence.confidence import reading_signals
from bot.answering.evidence.evidence import gather
from bot.answering.evidence.signals import signals
from bot.answering.question.understanding import understand
from bot.evaluation.evaluation import auroc
from index.ranking.reader import NO_READER, ReaderSetting
from index.search import Searcher
from training.judge.fitting import Model, fit, sigmoid
from training.judge.observing import observe
from training.judge.run import DOUBTED, REFUSED
from training.pairs import Pair, Texts, run, shared
from training.ranking.fitting import ASKED
from training.reader.lists import ROOT, known_pairs
from training.reader.recipe import LEFT_OUT

Numbers = NDArray[np.float64]
_SHOWN = 3  # passages that an answer quotes at most
_MIN_SHARED = 0.3
_BINS = 5
_COSTS = (0.01, 0.02, 0.04, 0.06, 0.1)
_STRENGTH = 1.0  # inverse of the regularisation, for numbers of deviation one
NAMES = ("unread", "first", "shown")
_NEVER_MS = 1e9


@dataclass(frozen=True, slots=True)
class Judged:
    """A question of a conference that was left out: the odds without reading, and what reading says."""

    values: dict[str, float]
    answerable: bool
    shown: bool  # a passage with the answer is among those that would be shown
    style: str
    writer: str
    group: str


def main() -> None:
    """Observe, fit, measure and write."""
    arguments = _arguments()
    known = known_pairs(arguments.pairs, arguments.quoted, Texts(arguments.texts))
    off = ReaderSetting(NO_READER)
    plain = Searcher.open(arguments.corpus, adapter=arguments.adapter, reader=off)
    reading = Searcher.open(
        arguments.corpus, adapter=arguments.adapter, reader=ReaderSetting(arguments.reader, _NEVER_MS)
    )
    base = _base(
        arguments.base, known, Searcher.open(arguments.others, adapter=arguments.adapter, reader=off)
    )
    told: dict[str, Any] = {"date": date.today().isoformat()}
    unread = [one for one in judged(known, plain, base)]
    told["off"] = _figures(unread, np.array([one.values["unread"] for one in unread]))
    read = [one for one in judged(known, reading, base)]
    odds = held_out(read, lambda one: one.group)
    told["on"] = _figures(read, odds)
    told["on, by writer"] = _figures(read, held_out(read, lambda one: one.writer))
    model, chances = fitted(read), sigmoid(odds)
    found = chances[[one.shown for one in read]]
    content = {
        "intercept": round(model.intercept, 4),
        "weights": {name: round(weight, 4) for name, weight in model.weights.items()},
        "refuse_below": round(float(np.quantile(found, REFUSED)), 4),
        "doubt_below": round(float(np.quantile(found, DOUBTED)), 4),
        "source": f"training.reader.judging, {told['date']}, {len(read)} questions, AUROC {told['on']['auroc']} held out by conference",
    }
    told["model"] = content
    print(json.dumps(told, indent=1))
    arguments.results.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if arguments.out:
        arguments.out.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--corpus", type=Path, required=True, help="a build of the conferences left out")
    options.add_argument("--others", type=Path, required=True, help="a build with all others in it")
    options.add_argument("--texts", type=Path, action="append", required=True)
    options.add_argument("--pairs", type=Path, default=ROOT / "pairs")
    options.add_argument("--quoted", type=Path, action="append", default=[])
    options.add_argument("--adapter", required=True)
    options.add_argument("--reader", help="folder of the reader; the shipped one by default")
    options.add_argument("--base", type=Path, required=True, help="where the judge without a reader is kept")
    options.add_argument("--out", type=Path)
    options.add_argument("--results", type=Path, required=True)
    return options.parse_args()


def _base(path: Path, known: Sequence[tuple[Pair, str]], searcher: Searcher) -> Model:
    """Return the judge without a reader, learnt from the conferences that the reader has seen."""
    if not path.is_file():
        others = [pair for pair, _ in known if pair.file not in LEFT_OUT]
        model = fit(observe(others, searcher))
        path.write_text(json.dumps({"intercept": model.intercept, "weights": dict(model.weights)}), "utf-8")
    return Model(**json.loads(path.read_text(encoding="utf-8")))


def judged(known: Sequence[tuple[Pair, str]], searcher: Searcher, base: Model) -> list[Judged]:
    """Ask every question about a conference that was left out as the product does."""
    found = []
    for pair, writer in known:
        if pair.file not in LEFT_OUT:
            continue
        group = _group(pair, searcher)
        question = understand(pair.question, searcher, pair.history)
        held = gather(question, searcher)
        if not (values := signals(question, held)):
            continue
        bodies = [hit for hit in held.hits if hit.passage.role == "body"] or held.hits
        shown = pair.answers and any(shared(pair, hit.passage) >= _MIN_SHARED for hit in bodies[:_SHOWN])
        numbers = {"unread": base.odds(values), **reading_signals(held)}
        found.append(Judged(numbers, pair.answers, shown, pair.style, writer, group))
    return found


def _group(pair: Pair, searcher: Searcher) -> str:
    recap = searcher.build.recaps.get(pair.file)
    return (recap.event_id if recap else None) or pair.file


def fitted(read: Sequence[Judged]) -> Model:
    """Learn from answers among those shown against near misses, styles as they are asked, both sides of equal weight."""
    used = [one for one in read if one.shown or not one.answerable]
    rows = np.array([[one.values[name] for name in NAMES] for one in used])
    labels = np.array([one.answerable for one in used])
    styles = [one.style for one in used]
    weights = np.array([ASKED.get(style, 1.0) / styles.count(style) for style in styles])
    weights[labels] /= weights[labels].sum()
    weights[~labels] /= weights[~labels].sum()
    # As often as the judge without a reader is calibrated on: near misses are as many as they are here.
    weights *= np.where(labels, labels.sum(), (~labels).sum())
    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    found = LogisticRegression(C=_STRENGTH).fit((rows - mean) / scale, labels, sample_weight=weights)
    slopes = found.coef_[0] / scale
    return Model(
        float(found.intercept_[0] - slopes @ mean), dict(zip(NAMES, map(float, slopes), strict=True))
    )


def held_out(read: Sequence[Judged], group: Callable[[Judged], str]) -> Numbers:
    """Return the odds of each question by what the other groups teach."""
    groups = [group(one) for one in read]
    models = {
        name: fitted([one for one, its in zip(read, groups, strict=True) if its != name])
        for name in set(groups)
    }
    return np.array([models[its].odds(one.values) for one, its in zip(read, groups, strict=True)])


def _figures(read: Sequence[Judged], odds: Numbers) -> dict[str, Any]:
    near = np.array([not one.answerable for one in read])
    found = np.array([one.shown for one in read])
    told: dict[str, Any] = {
        "near_miss": int(near.sum()),
        "answerable": int((~near).sum()),
        "shown": int(found.sum()),
        "auroc": _auroc(odds[found], odds[near]),
        "auroc_all_answerable": _auroc(odds[~near], odds[near]),
        "auroc_of_writer": {
            writer: _auroc(
                *(odds[part & np.array([one.writer == writer for one in read])] for part in (found, near))
            )
            for writer in sorted({one.writer for one in read})
        },
        "near_misses_below": {
            str(cost): round(float((odds[near] < np.quantile(odds[found], cost)).mean()), 3)
            for cost in _COSTS
        },
    }
    order = np.argsort(odds, kind="stable")
    order = order[(near | found)[order]]
    told["reliability"] = [
        {
            "predicted": round(float(sigmoid(odds[part]).mean()), 3),
            "right": round(float(found[part].mean()), 3),
            "questions": len(part),
        }
        for part in np.array_split(order, _BINS)
    ]
    return told


def _auroc(higher: Numbers, lower: Numbers) -> float | None:
    value = auroc(higher.tolist(), lower.tolist())
    return None if value is None else round(value, 3)


if __name__ == "__main__":
    run(main)
