"""Everything that a training run depends on besides its pairs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one run trains; the defaults are those of the first run of `make train`, which ships the mean of several.

    `training/results` says what else was tried.
    """

    rank: int = 16
    epochs: int = 1
    batch: int = 24
    rate: float = 1.6e-3  # highest learning rate
    warm_up: float = 0.1  # share of the steps
    decay: float = 0.01  # AdamW's weight decay
    one_event: float = (
        0.5  # share of the batches whose passages are all of one conference: the wrong ones look alike
    )
    noise: float = 0.15  # share of the questions that are misspelt, written small or cut, anew in every epoch
    as_quoted: float = (
        0.0  # share of the examples whose passage is what the pair quotes, behind the pair's own context
    )
    late_temperature: float = 0.03
    dense_temperature: float = 0.05
    dense_share: float = 0.5
    layers: int = 6  # how many learn, counted from the last
    most_tokens: int = 160  # of a passage with its context; longer ones are cut
    half: bool = True  # multiply in bfloat16
    scale: float = 1.0  # of the learnt difference as it is written: less stays nearer to the published model
    seed: int = 8
