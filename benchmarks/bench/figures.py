"""Percentiles, medians over rounds, ratios, and Markdown tables."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

Row = Mapping[str, object]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` (0 to 1) of the values do not exceed (nearest rank).

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def over_rounds(rounds: Sequence[Sequence[float]]) -> dict[str, float]:
    """Return the 50th and 99th percentile: of each round, then the median over the rounds, which a burst of noise does not move."""
    return {
        name: statistics.median(percentile(values, share) for values in rounds)
        for name, share in (("p50_ms", 0.5), ("p99_ms", 0.99))
    }


def medians(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the median of every figure over runs that name the same figures."""
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def times(slow: float | None, fast: float | None) -> float | None:
    """Return how many times as much the first is; None where either is missing or nothing."""
    return slow / fast if slow and fast else None


def table(rows: Sequence[Row], columns: Mapping[str, str]) -> str:
    """Return rows as a Markdown table; `columns` are keys and headings, a missing value is left empty."""
    lines = [f"| {' | '.join(columns.values())} |", "|---" * len(columns) + "|"]
    lines += [f"| {' | '.join(shown(row.get(key)) for key in columns)} |" for row in rows]
    return "\n".join(lines)


def shown(value: object) -> str:
    """Return a value as a reader takes it in: three digits that tell, thousands apart."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).replace("|", "\\|")
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:.{digits}f}"
