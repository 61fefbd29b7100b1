"""Train the reader on lists; a run that was stopped is taken up where it was written down last.

    python -m training.reader.train --lists LISTS.jsonl --out WEIGHTS.safetensors [--checkpoint FILE]

LISTS is what `training.reader.lists` wrote. The conferences and articles of `recipe.LEFT_OUT` are not learnt from.
Options that are named like a value of the recipe change it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from index.encoder.adapter import Adapter, choose_adapter
from index.encoder.base import DEFAULT_ENCODER
from index.encoder.weights import default_folder
from training.adapter.running import pace
from training.pairs import run
from training.reader.batches import plan
from training.reader.lists import read_lists, without_groups
from training.reader.network import ANSWER, RANK, Pieces, Reader, learnt, write_weights
from training.reader.recipe import LEFT_OUT, UNJUDGED, Recipe
from training.reader.texts import ANSWERS, OTHER, ReadList

_TELL_EVERY = 50  # steps
_CHECKPOINT_EVERY = 200


def main() -> None:
    """Train and write."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--lists", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--checkpoint", type=Path)
    options.add_argument(
        "--adapter", help="the encoder's to begin with: none, or a file; the shipped one by default"
    )
    options.add_argument("--most-steps", type=int, help="stop after so many: to see that a run works")
    for one in fields(Recipe):
        options.add_argument(f"--{one.name.replace('_', '-')}", default=None, help=f"default {one.default}")
    arguments = options.parse_args()
    given = {
        one.name: json.loads(getattr(arguments, one.name))
        for one in fields(Recipe)
        if getattr(arguments, one.name) is not None
    }
    recipe = replace(Recipe(), **given)
    recipe = replace(recipe, exits=tuple(recipe.exits))
    lists = without_groups(read_lists(arguments.lists), LEFT_OUT)
    print(f"{len(lists)} lists to learn from", flush=True)
    adapter = choose_adapter(arguments.adapter, DEFAULT_ENCODER)
    reader = train(lists, recipe, adapter, arguments.checkpoint, arguments.most_steps)
    told = {
        "recipe": str(recipe),
        "run": fingerprint(lists, recipe),
        "adapter": adapter.digest if adapter else "",
    }
    write_weights(reader, arguments.out, told)
    print(f"wrote {arguments.out}, {arguments.out.stat().st_size} bytes")


def fingerprint(lists: Sequence[ReadList], recipe: Recipe) -> str:
    """Return a digest of what a run depends on."""
    described = json.dumps([asdict(recipe), [asdict(one) for one in lists]])
    return hashlib.sha256(described.encode()).hexdigest()


def train(
    lists: Sequence[ReadList],
    recipe: Recipe,
    adapter: Adapter | None,
    checkpoint: Path | None = None,
    most_steps: int | None = None,
    *,
    model: Path | None = None,
    checkpoint_every: int = _CHECKPOINT_EVERY,
) -> Reader:
    """Train on lists and return the reader; the same recipe, lists and libraries give the same weights.

    Args:
        lists: What is learnt from.
        recipe: How.
        adapter: Of the encoder whose layers the run begins with.
        checkpoint: Where the run is written down; where that file is of the same run, it is taken up.
        most_steps: Where to stop before the end.
        model: The encoder's folder as it was published; the default model's where nothing is said.
        checkpoint_every: Steps from one writing down to the next.
    """
    # Two threads are no quicker: the matrices are small, and they wait for one another (48 rows a second against 40).
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS") or 1))
    torch.manual_seed(recipe.seed)
    model = model or default_folder()
    pieces = Pieces(model, recipe.question_pieces, recipe.most_pieces)
    reader = Reader(model, recipe.exits, recipe.apart, adapter)
    optimiser = _optimiser(reader, recipe)
    steps = [batch for epoch in range(recipe.epochs) for batch in plan(lists, recipe, epoch)]
    digest = fingerprint(lists, recipe)
    done = _take_up(checkpoint, digest, reader, optimiser) if checkpoint else 0
    reader.train()
    started, rows, lately = time.perf_counter(), 0, deque[tuple[float, float]](maxlen=_TELL_EVERY)
    for step, batch in enumerate(steps[: most_steps or len(steps)][done:], done):
        torch.manual_seed(recipe.seed * 1_000_003 + step)  # dropout's
        for group in optimiser.param_groups:
            group["lr"] = group["highest"] * pace(step, len(steps), recipe.warm_up)
        found, read = _loss(reader, pieces, batch, recipe)
        optimiser.zero_grad()
        (found[0] + found[1]).backward()
        torch.nn.utils.clip_grad_norm_(learnt(reader).values(), recipe.clip)
        optimiser.step()
        rows += read
        lately.append((float(found[0].detach()), float(found[1].detach())))
        if (step + 1) % _TELL_EVERY == 0:
            ordered, judged = (sum(part) / len(lately) for part in zip(*lately, strict=True))
            pace_now = rows / (time.perf_counter() - started)
            print(
                f"step {step + 1} of {len(steps)}, order {ordered:.3f}, answers {judged:.3f}, {pace_now:.1f} rows/s",
                flush=True,
            )
        if checkpoint and (step + 1) % checkpoint_every == 0:
            _write_down(checkpoint, digest, step + 1, reader, optimiser)
    return reader


def _optimiser(reader: Reader, recipe: Recipe) -> torch.optim.Optimizer:
    groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    for name, value in learnt(reader).items():
        rate = recipe.head_rate if name.startswith("heads") else recipe.rate
        groups.setdefault((rate, recipe.decay if value.ndim > 1 else 0.0), []).append(value)
    return torch.optim.AdamW(
        [
            {"params": values, "lr": rate, "highest": rate, "weight_decay": decay}
            for (rate, decay), values in groups.items()
        ],
        fused=True,
    )


def _loss(
    reader: Reader, pieces: Pieces, batch: Sequence[ReadList], recipe: Recipe
) -> tuple[tuple[Tensor, Tensor], int]:
    """Return the losses of order and of answering, means over lists and over the exits, and how many rows were read."""
    rows = [pieces.row(one.question, text) for one in batch for text in one.texts]
    found = reader(rows)
    ordered, judged = torch.zeros(()), torch.zeros(())
    for numbers in found.values():
        start = 0
        for one in batch:
            own = numbers[start : start + len(one.texts)]
            start += len(one.texts)
            ordered = ordered + _order_loss(own[:, RANK], one, recipe)
            judged = judged + recipe.judged * _answer_loss(own[:, ANSWER], one, recipe)
    parts = len(batch) * len(found)
    return (ordered / parts, judged / parts), len(rows)


def _order_loss(numbers: Tensor, one: ReadList, recipe: Recipe) -> Tensor:
    """Return the cross entropy of what the ranking and the reader say together to the right text and the teacher's order.

    The wrong texts are those that the ranking likes best. Were its score not added, the reader would learn that
    what is most alike is wrong; so it learns what to correct.
    """
    ranked = [at for at, text in enumerate(one.texts) if text.score is not None] or list(
        range(len(one.texts))
    )
    texts = [one.texts[at] for at in ranked]
    right = torch.tensor([float(text.label == ANSWERS) for text in texts])
    taught = [text.taught for text in texts if text.taught is not None]
    if len(texts) < 2 or (not right.any() and not taught):
        return numbers.sum() * 0.0
    standing = recipe.standing * torch.tensor([text.score or 0.0 for text in texts])
    target, weight = right / right.sum().clamp(min=1), 1.0
    if taught:
        softened = torch.softmax(standing + recipe.taught_scale * torch.tensor(taught), 0)
        target = (1 - recipe.taught) * target + recipe.taught * softened if right.any() else softened
        weight = 1.0 if right.any() else recipe.taught_near
    return -weight * (target * functional.log_softmax(standing + numbers[ranked], 0)).sum()


def _answer_loss(numbers: Tensor, one: ReadList, recipe: Recipe) -> Tensor:
    """Return the cross entropy of whether each text answers; texts that nobody looked at count less."""
    if one.writer in UNJUDGED:
        return numbers.sum() * 0.0
    right = torch.tensor([float(text.label == ANSWERS) for text in one.texts])
    weights = torch.tensor([recipe.other_judged if text.label == OTHER else 1.0 for text in one.texts])
    return functional.binary_cross_entropy_with_logits(numbers, right, weights, reduction="sum")


def _write_down(path: Path, digest: str, step: int, reader: Reader, optimiser: torch.optim.Optimizer) -> None:
    tensors = {}
    for name, value in learnt(reader).items():
        tensors[name] = value.detach()
        for part, moment in optimiser.state[value].items():
            tensors[f"{part} {name}"] = moment
    writing = path.with_suffix(".writing")
    save_file(tensors, str(writing), metadata={"run": digest, "step": str(step)})
    writing.replace(path)


def _take_up(path: Path, digest: str, reader: Reader, optimiser: torch.optim.Optimizer) -> int:
    """Put weights and optimiser where a run stopped, and return how many steps it had done; 0 where there is none."""
    if not path.is_file():
        return 0
    with safe_open(str(path), framework="pt") as stored:
        if stored.metadata()["run"] != digest:
            return 0
        for name, value in learnt(reader).items():
            value.data.copy_(stored.get_tensor(name))
            optimiser.state[value] = {
                part: stored.get_tensor(f"{part} {name}") for part in ("step", "exp_avg", "exp_avg_sq")
            }
        return int(stored.metadata()["step"])


if __name__ == "__main__":
    run(main)
