"""Which examples are seen together, in what words: everything follows from the seed and the epoch, so a run can be taken up."""

from __future__ import annotations

import random
import string
from collections.abc import Sequence

from training.adapter.corpus import Example
from training.adapter.recipe import Recipe

_SWAPS = string.ascii_lowercase


def plan(examples: Sequence[Example], recipe: Recipe, epoch: int) -> list[list[Example]]:
    """Return the batches of an epoch, each of `recipe.batch` examples or, at the end, fewer."""
    chance = random.Random(f"{recipe.seed} plan {epoch}")  # noqa: S311 -- no secret
    order = list(examples)
    chance.shuffle(order)
    cut = round(len(order) * recipe.one_event)
    together: dict[str, list[Example]] = {}
    for example in order[:cut]:
        together.setdefault(example.event_id, []).append(example)
    mixed, batches = order[cut:], []
    for some in together.values():
        whole = len(some) - len(some) % recipe.batch
        batches += [some[at : at + recipe.batch] for at in range(0, whole, recipe.batch)]
        mixed += some[whole:]
    chance.shuffle(mixed)
    batches += [mixed[at : at + recipe.batch] for at in range(0, len(mixed), recipe.batch)]
    # A batch of one has no wrong passage.
    batches = [batch for batch in batches if len(batch) > 1]
    chance.shuffle(batches)
    return batches


def words_of(example: Example, recipe: Recipe, epoch: int) -> str:
    """Return an example's question as it is asked in an epoch, now and then as somebody in a hurry would type it."""
    chance = random.Random(f"{recipe.seed} words {epoch} {example.text}")  # noqa: S311
    return example.text if chance.random() >= recipe.noise else hurried(example.text, chance)


def hurried(text: str, chance: random.Random) -> str:
    """Return a question as somebody in a hurry would type it."""
    text = chance.choice((str.lower, str, _without_marks))(text)
    for _ in range(chance.choice((0, 1, 1, 2))):
        text = _mistype(text, chance)
    return text


def row_of(example: Example, recipe: Recipe, epoch: int) -> int:
    """Return the passage that stands for an example's answer in an epoch, more often one that holds more of it."""
    chance = random.Random(f"{recipe.seed} row {epoch} {example.text}")  # noqa: S311
    return chance.choices(example.rows, weights=example.shares)[0]


def is_quoted(example: Example, recipe: Recipe, epoch: int) -> bool:
    """Return whether what the pair quotes stands for an example's answer in an epoch, in place of a passage."""
    chance = random.Random(f"{recipe.seed} quoted {epoch} {example.text}")  # noqa: S311
    return bool(example.quote) and chance.random() < recipe.as_quoted


def _without_marks(text: str) -> str:
    return text.rstrip("?!. ").replace(",", "").replace("'", "")


def _mistype(text: str, chance: random.Random) -> str:
    """Drop, double, swap or replace one letter."""
    letters = [at for at, letter in enumerate(text[:-1]) if letter.isalpha() and text[at + 1].isalpha()]
    if not letters:
        return text
    at = chance.choice(letters)
    one, two = text[at], text[at + 1]
    typed = chance.choice((two + one, one, one + one + two, chance.choice(_SWAPS) + two))
    return text[:at] + typed + text[at + 2 :]
