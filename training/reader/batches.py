"""Which lists are seen together and which of their texts: everything follows from the seed and the epoch, so a run can be taken up."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from training.adapter.batches import hurried
from training.reader.recipe import Recipe
from training.reader.squad import SQUAD
from training.reader.texts import ANSWERS, OTHER, TAKEN_AWAY, UNANSWERED, ReadList, ReadText

_NEAR_TEXTS = 2  # of the ranking's best beside what a near miss is about
_SQUAD_WRONG = 1


def plan(lists: Sequence[ReadList], recipe: Recipe, epoch: int) -> list[list[ReadList]]:
    """Return the steps of an epoch, each of some lists with the texts that are read for them."""
    chance = random.Random(f"{recipe.seed} plan {epoch}")  # noqa: S311 -- no secret
    kept: list[ReadList] = []
    for one in lists:
        if one.writer == SQUAD:
            kept += [one] * (chance.random() < recipe.squad_share)
        else:
            kept += [one] * (recipe.near_times if _is_near(one) else 1)
    chance.shuffle(kept)
    chosen = [_chosen(one, recipe, chance) for one in kept]
    return [chosen[at : at + recipe.per_step] for at in range(0, len(chosen), recipe.per_step)]


def _is_near(one: ReadList) -> bool:
    return any(text.label == UNANSWERED for text in one.texts)


def _chosen(one: ReadList, recipe: Recipe, chance: random.Random) -> ReadList:
    """Return a list with as many texts as are read in a step, its question now and then misspelt."""
    question = hurried(one.question, chance) if chance.random() < recipe.noise else one.question
    own = [text for text in one.texts if text.label in (ANSWERS, UNANSWERED)]
    own = [text for text in own if text.score is not None] or own
    others = [text for text in one.texts if text.label == OTHER][: recipe.wrong_from]
    taken = [text for text in one.texts if text.label == TAKEN_AWAY]
    count = _NEAR_TEXTS if _is_near(one) else recipe.wrong
    if one.writer == SQUAD:
        count = 0 if _is_near(one) else _SQUAD_WRONG
    texts: list[ReadText] = [chance.choice(own), *taken, *chance.sample(others, min(count, len(others)))]
    return replace(one, question=question, texts=tuple(texts))
