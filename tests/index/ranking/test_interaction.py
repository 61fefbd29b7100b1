"""Late interaction's product in whole numbers."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.ranking.interaction import GRAPH_FILE, best_cosines, write_graph
from index.ranking.late import quantise


def unit_rows(count: int, seed: int, dim: int = 48) -> np.ndarray:
    """Make unit vectors of which one component stands out, as those of real tokens do."""
    vectors = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    vectors[:, 3] += 4
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=12),
    n_query=st.integers(1, 7),
    seed=st.integers(0, 999),
)
def test_it_is_the_product_of_floats(lengths: list[int], n_query: int, seed: int) -> None:
    """Every best cosine is within the promised distance of the one that floats give."""
    stored = quantise(unit_rows(sum(lengths), seed))
    query = unit_rows(n_query, seed + 1)
    products = (stored.values.astype(np.float32) * stored.scales.astype(np.float32)[:, None]) @ query.T
    expected = [part.max(axis=0) for part in np.split(products, np.cumsum(lengths)[:-1])]

    found = best_cosines(stored.values, stored.scales, np.array(lengths), query)

    assert np.abs(found - np.stack(expected)).max() < 1e-4


@given(first=st.integers(1, 9), others=st.integers(1, 40), seed=st.integers(0, 999))
def test_a_passage_scores_the_same_whoever_stands_beside_it(first: int, others: int, seed: int) -> None:
    """The bytes of a passage's cosines do not depend on the other candidates."""
    stored = quantise(unit_rows(first + others, seed))
    query = unit_rows(3, seed + 1)

    alone = best_cosines(stored.values[:first], stored.scales[:first], np.array([first]), query)
    beside = best_cosines(stored.values, stored.scales, np.array([first, others]), query)

    assert alone[0].tobytes() == beside[0].tobytes()


def test_extreme_bytes_are_not_cut_off() -> None:
    """Tokens and queries of nothing but the largest values add up without a limit of 16 bits in the way."""
    tokens = np.full((4, 384), 127, dtype=np.int8)
    query = np.full((1, 384), 384**-0.5, dtype=np.float32)
    found = best_cosines(tokens, np.full(4, 1 / 127, dtype=np.float16), np.array([4]), query)

    assert found[0, 0] == pytest.approx(384**0.5, rel=1e-3)


def test_the_stored_graph_is_what_its_function_writes() -> None:
    """The file that ships can be made again."""
    assert files("index.ranking").joinpath(GRAPH_FILE).read_bytes() == write_graph()
