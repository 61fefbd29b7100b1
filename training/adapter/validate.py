"""Leave conferences out one after another, train on the others, and ask for the passages of those that were left out.

    python -m training.adapter.validate --corpus INDEX --texts FOLDER ... --folds 6 --out
    training/results/NAME.json

    python -m training.adapter.validate --corpus INDEX --texts FOLDER ... --adapter FILE --leave-out
    QUESTIONS.jsonl --out ...

The second form trains nothing: it asks about the conferences of the files that `--leave-out` names, one after
another, with an adapter that was trained without them.

Options that begin like a value of the recipe change it. The passages of a fold are searched among themselves
and those of a third of all other talks. A gain counts where its mean over the folds is beyond its standard
error.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoder.weights import default_folder
from training.adapter.corpus import Corpus, Example, examples, folds
from training.adapter.join import factors_of
from training.adapter.network import Network
from training.adapter.ranking import Judgement, judge
from training.adapter.recipe import Recipe
from training.adapter.running import train
from training.adapter.train import left_out, parser, recipe_of
from training.pairs import Texts, read_all, run

FOLDS = 6
MOST_QUESTIONS = 500  # of a fold: more take longer to judge than they add
DISTRACTING = 3  # one in so many of the other conferences' talks


def main() -> None:
    """Print and write what each fold gains."""
    options = parser(__doc__)
    options.add_argument("--folds", type=int, default=FOLDS)
    options.add_argument(
        "--only", type=int, action="append", help="of these folds alone, from 0; to try something out"
    )
    options.add_argument(
        "--adapter", type=Path, help="judge this one, trained with --leave-out, instead of training"
    )
    arguments = options.parse_args()
    if bool(arguments.adapter) != bool(arguments.leave_out):
        options.error(
            "--adapter and --leave-out go together: an adapter is asked about what it was trained without"
        )
    recipe = recipe_of(arguments)
    model = default_folder()
    corpus = Corpus(arguments.corpus, model, recipe.most_tokens)
    texts = Texts(arguments.texts)
    known = examples(corpus, read_all(arguments.pairs, arguments.quoted, texts), texts)
    dealt = folds(known, arguments.folds)
    groups = [
        sorted(event_id for event_id, number in dealt.items() if number == fold)
        for fold in arguments.only or range(arguments.folds)
    ]
    network = None
    if arguments.adapter:
        network = adapted(model, arguments.adapter, recipe)
        files = left_out(arguments.leave_out)
        seen = {example.event_id for example in known if example.recap_id not in files}
        groups = [[event_id] for event_id in sorted({example.event_id for example in known} - seen)]
    found = []
    for events in groups:
        found.append({"left_out": events, **gain(model, corpus, known, events, recipe, network=network)})
        print(json.dumps(found[-1]), flush=True)
    content = {
        "date": date.today().isoformat(),
        "recipe": asdict(recipe),
        "examples": len(known),
        **summary(found),
        "folds": found,
    }
    print(json.dumps(content))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def adapted(model: Path, adapter: Path, recipe: Recipe) -> Network:
    """Return the network with an adapter's factors."""
    network = Network(model, 1, recipe.seed, half=recipe.half)
    network.factors = factors_of(adapter)
    return network


def gain(
    model: Path,
    corpus: Corpus,
    known: Sequence[Example],
    events: Sequence[str],
    recipe: Recipe,
    *,
    network: Network | None = None,
) -> dict[str, Any]:
    """Return how much better the questions about some conferences are answered after training on the others, or with a network."""
    asked = [example for example in known if example.event_id in events]
    if len(asked) > MOST_QUESTIONS:
        asked = random.Random(recipe.seed).sample(asked, MOST_QUESTIONS)  # noqa: S311  no secret
    rows = candidates(corpus, events, recipe.seed)
    learnt = [example for example in known if example.event_id not in events]
    before = judge(Network(model, 1, recipe.seed, half=recipe.half), corpus, asked, rows)
    after = judge(network or train(model, corpus, learnt, recipe), corpus, asked, rows)
    return {
        "questions": len(asked),
        "passages": len(rows),
        "learnt_from": None if network else len(learnt),
        **figures(before, after, asked),
    }


def candidates(corpus: Corpus, events: Sequence[str], seed: int) -> list[int]:
    """Return the rows of some conferences' passages and of some other talks."""
    own = {row for row, passage in enumerate(corpus.passages) if corpus.event_of[passage.recap_id] in events}
    others = sorted({int(corpus.talk_of_row[row]) for row in range(len(corpus.passages)) if row not in own})
    random.Random(seed).shuffle(others)  # noqa: S311
    chosen = set(others[: len(others) // DISTRACTING])
    return [
        row for row in range(len(corpus.passages)) if row in own or int(corpus.talk_of_row[row]) in chosen
    ]


def figures(before: Judgement, after: Judgement, asked: Sequence[Example]) -> dict[str, Any]:
    """Return the figures without the adapter and what it adds, in all and by style."""
    styles = np.array([example.style for example in asked])
    added = {"mrr": after.reciprocal - before.reciprocal, "shown": after.shown - before.shown}
    return {
        "before": {"mrr": mean(before.reciprocal), "shown": mean(before.shown)},
        "gain": {name: mean(values) for name, values in added.items()},
        "gain_by_style": {
            str(style): {name: mean(values[styles == style]) for name, values in added.items()}
            for style in np.unique(styles)
        },
    }


def summary(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the mean gain over the folds with its standard error."""
    return {
        name: {
            "mean_gain": mean(gains),
            "standard_error": round(float(gains.std(ddof=1) / len(gains) ** 0.5), 4)
            if len(gains) > 1
            else None,
        }
        for name in ("mrr", "shown")
        for gains in [np.array([fold["gain"][name] for fold in found])]
    }


def mean(values: NDArray[np.float64]) -> float:
    """Return a mean, rounded."""
    return round(float(values.mean()), 4)


if __name__ == "__main__":
    run(main)
