"""What a passage looks like, whatever is asked: written with a build, one row a passage."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.models import Passage
from index.vocabulary.words import words

SHAPES_FILE = (
    "passage_shapes.npy"  # (n_passages, 3) uint8: share of bare lines in 255ths, place in its talk, voice
)
BARE, PLACE, AUTHOR = range(3)
_BARE_WORDS = 4  # of a line that names something and says nothing of it
_ENDS = re.compile(r"[.!?:;。！？]\s*$")
_MOST = 255

Shapes = NDArray[np.uint8]


def write_shapes(folder: Path, passages: Iterable[Passage]) -> None:
    """Write the shapes of a build's passages, in order."""
    shapes = [
        (round(_MOST * bare_share(one.text)), min(one.ordinal, _MOST), int(one.voice == "author"))
        for one in passages
    ]
    np.save(folder / SHAPES_FILE, np.array(shapes, dtype=np.uint8).reshape(-1, 3), allow_pickle=False)


def bare_share(text: str) -> float:
    """Return the share of a text's lines that are a few words without a sentence's end: names in a list."""
    lines = [(len(list(words(line))), bool(_ENDS.search(line))) for line in text.splitlines()]
    told = [(count, ends) for count, ends in lines if count]
    return sum(count <= _BARE_WORDS and not ends for count, ends in told) / max(len(told), 1)
