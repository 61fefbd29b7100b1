"""The run: steps of AdamW over batches, written down now and then so that it can be taken up where it stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from training.adapter.batches import is_quoted, plan, row_of, words_of
from training.adapter.corpus import Corpus, Example
from training.adapter.network import Network, parameters, use_all_cores
from training.adapter.objective import embed, loss
from training.adapter.recipe import Recipe

_CHECKPOINT_EVERY = 50  # steps
Heard = Callable[[int, int, float], None]  # step, steps, loss


def train(
    model: Path,
    corpus: Corpus,
    examples: Sequence[Example],
    recipe: Recipe,
    *,
    checkpoint: Path | None = None,
    heard: Heard | None = None,
) -> Network:
    """Train on examples and return the network.

    Args:
        model: The folder of the published model.
        corpus: Where the examples' passages are.
        examples: What is learnt from.
        recipe: How; the same recipe, examples and libraries give the same factors.
        checkpoint: Where the run is written down; where that file is of the same run, it is taken up.
        heard: Told the loss after every step.
    """
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = (
        False  # nothing reads it, and filling takes a tenth of the time
    )
    use_all_cores()
    layers = Network.layers_of(model)
    network = Network(model, recipe.rank, recipe.seed, range(layers - recipe.layers, layers), recipe.half)
    learnt = parameters(network)
    optimiser = torch.optim.AdamW(learnt, lr=recipe.rate, weight_decay=recipe.decay)
    steps = [(epoch, batch) for epoch in range(recipe.epochs) for batch in plan(examples, recipe, epoch)]
    run = fingerprint(examples, recipe)
    done = _take_up(checkpoint, run, network, optimiser) if checkpoint else 0
    for step, (epoch, batch) in enumerate(steps[done:], done):
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * pace(step, len(steps), recipe.warm_up)
        found = _step(network, corpus, batch, recipe, epoch)
        optimiser.zero_grad()
        found.backward()
        optimiser.step()
        if heard:
            heard(step + 1, len(steps), float(found.detach()))
        if checkpoint and (step + 1) % _CHECKPOINT_EVERY == 0:
            _write_down(checkpoint, run, step + 1, network, optimiser)
    return network


def pace(step: int, steps: int, warm_up: float) -> float:
    """Return the share of the highest learning rate at a step: up to 1 over the warm-up, then down to 0 in a line."""
    rising = max(round(steps * warm_up), 1)
    return (step + 1) / rising if step < rising else (steps - step) / max(steps - rising, 1)


def fingerprint(examples: Sequence[Example], recipe: Recipe) -> str:
    """Return a digest of what a run depends on."""
    quotes = [[example.context, example.quote] for example in examples] if recipe.as_quoted else []
    described = json.dumps([asdict(recipe), [[example.text, example.rows] for example in examples], *quotes])
    return hashlib.sha256(described.encode()).hexdigest()


def _step(network: Network, corpus: Corpus, batch: Sequence[Example], recipe: Recipe, epoch: int) -> Tensor:
    rows = [row_of(example, recipe, epoch) for example in batch]
    told = [
        corpus.told(example.context, example.quote)
        if is_quoted(example, recipe, epoch)
        else corpus.passage(row)
        for example, row in zip(batch, rows, strict=True)
    ]
    queries, passages = embed(
        network, [corpus.query(words_of(example, recipe, epoch)) for example in batch], told
    )
    return loss(queries, passages, _masked(corpus, batch, rows), recipe)


def _masked(corpus: Corpus, batch: Sequence[Example], rows: Sequence[int]) -> Tensor:
    """Return which passages are no wrong answer to which question, (n, n) bool; its own is never masked."""
    return torch.tensor(
        [
            [
                at != other and (row in example.rows or corpus.same(rows[at], row))
                for other, row in enumerate(rows)
            ]
            for at, example in enumerate(batch)
        ]
    )


def _write_down(path: Path, run: str, step: int, network: Network, optimiser: torch.optim.Optimizer) -> None:
    tensors = {name: factor.detach() for name, factor in network.factors.items()}
    for name, factor in network.factors.items():
        for part, value in optimiser.state[factor].items():
            tensors[f"{part} {name}"] = value
    writing = path.with_suffix(".writing")
    save_file(tensors, str(writing), metadata={"run": run, "step": str(step)})
    writing.replace(path)


def _take_up(path: Path, run: str, network: Network, optimiser: torch.optim.Optimizer) -> int:
    """Put factors and optimiser where a run stopped, and return how many steps it had done; 0 where there is none."""
    if not path.is_file():
        return 0
    with safe_open(str(path), framework="pt") as stored:
        if stored.metadata()["run"] != run:
            return 0
        for name, factor in network.factors.items():
            factor.data.copy_(stored.get_tensor(name))
            optimiser.state[factor] = {
                part: stored.get_tensor(f"{part} {name}") for part in ("step", "exp_avg", "exp_avg_sq")
            }
        return int(stored.metadata()["step"])
