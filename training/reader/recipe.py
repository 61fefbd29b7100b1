"""Everything that a run of the reader depends on besides its lists."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

# Validation, named before the first run: whole conferences (left-out.jsonl; two notes of one conference count as one) and articles.
# Besides, no question of the writer "quoted" teaches whether a text answers.
LEFT_OUT = frozenset(
    json.loads(line)["doc"]
    for line in (Path(__file__).parent / "left-out.jsonl").read_text("utf-8").splitlines()
) | {"Normans", "Packet_switching", "Immune_system", "Warsaw"}
UNJUDGED = ("quoted",)  # writers whose questions teach the order alone


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a run trains; `exits` are the layers behind which the two numbers are read."""

    exits: tuple[int, ...] = (5,)  # all above those apart
    apart: int = 3  # lower layers, which see question and text apart and do not learn
    epochs: int = 3
    per_step: int = 8  # lists of a step
    wrong: int = 4  # texts of a list beside the one that answers
    wrong_from: int = 10  # of the best that many
    near_times: int = 1  # how often a near miss is seen in an epoch
    squad_share: float = 0.5  # of the public questions, others in every epoch
    rate: float = 1e-4
    head_rate: float = 3e-3
    warm_up: float = 0.06
    decay: float = 0.01
    clip: float = 1.0
    standing: float = 25.0  # of the fusion's score among logarithms of odds: what fits the answers best
    taught: float = 0.5  # weight of the teacher's distribution beside the right text
    taught_scale: float = (
        7.0  # of the teacher's cosine beside them: a quarter of the fusion's score, as it is best added
    )
    taught_near: float = (
        0.5  # weight of the order where no right text was found, which only the teacher knows
    )
    judged: float = 1.0  # weight of whether a text answers beside the order
    other_judged: float = 0.5  # weight of texts that nobody looked at
    noise: float = 0.15  # share of the questions that are misspelt, written small or cut
    question_pieces: int = 48
    most_pieces: int = 128  # of a text
    seed: int = 8
