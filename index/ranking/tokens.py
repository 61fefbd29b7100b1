"""How token vectors are kept: a byte a component, or in large builds a quarter of one.

A byte: each token by its own largest component (int8 and a scale). A quarter: the vector is turned by a fixed
rotation, which makes the components of any unit vector look alike (normal, of variance 1 / dim), and each is
rounded to the four levels that suit such values best (Max, "Quantizing for minimum distortion", IRE 1960).
Nothing is learnt from the notes, so that a vector has the same bytes in every build. The figures of both are
in `docs/decisions/0007-scale.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from math import gcd, isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoder.base import Vectors

_STEP = 0.9957  # between levels, in standard deviations: the best for a normal variable and four levels
# of a vector's length that its rounding keeps in its own direction: 1 - the quantiser's distortion
_KEPT = 0.8812
_LEVELS = 4
_A_BYTE = 4  # components
_ROUNDS = 2  # after two, every component is a sum of all


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """Tokens as they stand on disk: (n_tokens, dim) int8 and (n_tokens,) float16, or (n_tokens, dim / 4) uint8 and no scales."""

    values: NDArray[Any]
    scales: NDArray[np.float16]


def quantise(vectors: Vectors) -> StoredTokens:
    """Round token vectors to int8, each by its own largest component."""
    scales = (np.abs(vectors).max(axis=1, initial=0.0) / 127).astype(np.float16)
    divisors = np.where(scales > 0, scales, np.float16(1)).astype(np.float32)
    values = np.clip(np.rint(vectors / divisors[:, None]), -127, 127).astype(np.int8)
    return StoredTokens(values, scales)


def pack(vectors: Vectors) -> StoredTokens:
    """Round unit vectors to two bits a component, four components a byte, the first in the lowest bits."""
    turned = rotate(vectors) * np.float32(np.sqrt(vectors.shape[1]) / _STEP)
    levels = (np.clip(turned, -1.5, 1.5) + _LEVELS // 2).astype(np.uint8)
    quarters = levels.reshape(len(levels), levels.shape[1] // _A_BYTE, _A_BYTE)
    packed = quarters[..., 0] | quarters[..., 1] << 2 | quarters[..., 2] << 4 | quarters[..., 3] << 6
    return StoredTokens(packed, np.zeros(0, dtype=np.float16))


def unpack(packed: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Return the components as odd numbers from -3 to 3, (n_tokens, dim or a little more) int8.

    Times `packed_scale` they are rotated vectors with their components in the order of `as_unpacked`: the
    first of every byte, then the second, and so on, which takes a few operations on whole rows instead of a
    look-up a byte.
    """
    levels = np.empty((len(packed), _A_BYTE, packed.shape[1]), dtype=np.uint8)
    for place in range(_A_BYTE):
        np.right_shift(packed, 2 * place, out=levels[:, place])
    levels &= _LEVELS - 1
    numbers = levels.view(np.int8)
    numbers *= 2
    numbers -= _LEVELS - 1
    return numbers.reshape(len(packed), _A_BYTE * packed.shape[1])


def as_unpacked(turned: Vectors) -> Vectors:
    """Bring the components of rotated vectors into the order in which `unpack` gives them."""
    quarters = turned.reshape(len(turned), turned.shape[1] // _A_BYTE, _A_BYTE)
    return np.ascontiguousarray(quarters.transpose(0, 2, 1)).reshape(turned.shape)


def packed_scale(dim: int) -> float:
    """Return what a packed component is multiplied with, so that a product with a rotated vector is the cosine, on average."""
    return _STEP / 2 / float(np.sqrt(dim)) / _KEPT


def rotate(vectors: Vectors) -> Vectors:
    """Turn vectors by the fixed rotation and fill them up with zeros to a multiple of four components.

    Rounds of changed signs, a Hadamard transform of each block, and a permutation that spreads every block
    over all: nothing but sums, in a fixed order, a component of all vectors at a time. A product with a
    matrix would be handed to threads that wait for each other while another process needs the core.
    """
    dim = vectors.shape[1]
    block = dim & -dim  # the largest power of two that divides it
    turned = np.array(vectors.T, dtype=np.float32, order="C")
    for signs, order in _rounds(dim):
        turned = (_transformed(turned * signs[:, None], block) * np.float32(1 / np.sqrt(block)))[order]
    return np.ascontiguousarray(np.pad(turned, ((0, -dim % _A_BYTE), (0, 0))).T)


def _transformed(columns: Vectors, block: int) -> Vectors:
    """Return the Hadamard transform of each block of components; `columns` is (dim, n)."""
    half = 1
    while half < block:
        pairs = columns.reshape(len(columns) // (2 * half), 2, half, columns.shape[1])
        sums = np.empty_like(pairs)
        np.add(pairs[:, 0], pairs[:, 1], out=sums[:, 0])
        np.subtract(pairs[:, 0], pairs[:, 1], out=sums[:, 1])
        columns = sums.reshape(len(columns), columns.shape[1])
        half *= 2
    return columns


@cache
def _rounds(dim: int) -> list[tuple[Vectors, NDArray[np.int64]]]:
    """Return the signs and the permutation of each round, (dim,) each."""
    stride = next(step for step in range(isqrt(dim) + 1, 2 * dim + 2) if gcd(step, dim) == 1)
    order = np.arange(dim) * stride % dim
    return [(_signs(dim, turn), order) for turn in range(_ROUNDS)]


def _signs(dim: int, turn: int) -> Vectors:
    """Return the same +1 and -1 on every machine."""
    drawn = b"".join(blake2b(f"{turn}:{part}".encode()).digest() for part in range(-(-dim // 512)))
    bits = np.unpackbits(np.frombuffer(drawn, dtype=np.uint8))[:dim]
    return np.where(bits, np.float32(-1), np.float32(1))
