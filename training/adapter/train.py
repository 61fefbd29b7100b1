"""Train an adapter on all pairs and write it; `make train` joins several into the one that ships.

    python -m training.adapter.train --corpus INDEX --texts FOLDER [--texts FOLDER ...] --out FILE
    [--checkpoint FILE]

INDEX holds a build of the texts that the pairs ask about. With --checkpoint a run that was stopped is taken
up where it was written down last.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from index.encoder.weights import default_folder
from training.adapter.corpus import Corpus, Example, examples
from training.adapter.recipe import Recipe
from training.adapter.running import fingerprint, train
from training.adapter.writing import write_adapter
from training.pairs import Pair, Texts, lines_of, read_all, run, without

ROOT = Path(__file__).resolve().parent.parent
_TELL_EVERY = 20  # steps


def main() -> None:
    """Train and write."""
    arguments = parser(__doc__).parse_args()
    recipe = recipe_of(arguments)
    model = default_folder()
    corpus = Corpus(arguments.corpus, model, recipe.most_tokens)
    texts = Texts(arguments.texts)
    pairs = without(read_all(arguments.pairs, arguments.quoted, texts), left_out(arguments.leave_out))
    learnt = examples(corpus, pairs, texts)
    print(f"{len(pairs)} pairs, {len(learnt)} of them with an answer to learn from")
    started = time.perf_counter()
    lately: list[float] = []

    def tell(step: int, steps: int, loss: float) -> None:
        lately.append(loss)
        if step % _TELL_EVERY == 0 or step == steps:
            mean = sum(lately[-_TELL_EVERY:]) / len(lately[-_TELL_EVERY:])
            print(
                f"step {step} of {steps}, loss {mean:.3f}, {time.perf_counter() - started:.0f} s", flush=True
            )

    network = train(model, corpus, learnt, recipe, checkpoint=arguments.checkpoint, heard=tell)
    write_adapter(network, model, arguments.out, recipe.scale, told(recipe, pairs, learnt))
    print(f"wrote {arguments.out}, {arguments.out.stat().st_size} bytes")


def parser(told_of: str | None) -> argparse.ArgumentParser:
    """Return the options that training and cross-validation share, with one for each value of the recipe."""
    options = argparse.ArgumentParser(
        description=told_of, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--corpus", type=Path, required=True, help="folder with a build of the texts")
    options.add_argument(
        "--texts", type=Path, action="append", required=True, help="folder of texts that pairs point into"
    )
    options.add_argument(
        "--pairs", type=Path, default=ROOT / "pairs", help="pairs as offsets: a file or a folder"
    )
    options.add_argument(
        "--quoted", type=Path, action="append", default=[], help="pairs that quote their passage"
    )
    options.add_argument("--out", type=Path, required=True, help="file to write")
    options.add_argument("--checkpoint", type=Path, help="where the run is written down, to be taken up")
    options.add_argument(
        "--leave-out",
        type=Path,
        help="questions with a field `doc`: pairs about those files are not learnt from",
    )
    for one in fields(Recipe):
        options.add_argument(f"--{one.name.replace('_', '-')}", default=None, help=f"default {one.default}")
    return options


def recipe_of(arguments: argparse.Namespace) -> Recipe:
    """Return the recipe with what the command line changes."""
    given = {
        one.name: getattr(arguments, one.name)
        for one in fields(Recipe)
        if getattr(arguments, one.name) is not None
    }
    return replace(Recipe(), **{name: json.loads(value) for name, value in given.items()})


def left_out(questions: Path | None) -> set[str]:
    """Return the files that some questions ask about."""
    if questions is None:
        return set()
    return {fields["doc"] for _, fields in lines_of(questions)} - {None}


def told(recipe: Recipe, pairs: Sequence[Pair], learnt: Sequence[Example]) -> dict[str, str]:
    """Return what an adapter's metadata says of its training."""
    return {
        "pairs": str(len(pairs)),
        "learnt_from": str(len(learnt)),
        "recipe": str(recipe),
        "run": fingerprint(learnt, recipe),
    }


if __name__ == "__main__":
    run(main)
