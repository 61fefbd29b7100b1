"""The comparison as a page of Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.bench.figures import table

HEADINGS = {
    "recaps": "Each by its own recipe, on the whole recaps",
    "passages": "On the passages that confnotes made, with the talk beside each",
}
COLUMNS = {
    "peer": "",
    "version": "version",
    "pieces": "pieces",
    "build_s": "index s",
    "ready_s": "import + load s",
    "first_p50_ms": "asked first p50 ms",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "rss_mb": "memory MB",
    "anon_mb": "of it private",
    "answered@400": "@400",
    "answered@800": "@800",
    "answered@1600": "@1600",
    "source@1": "source@1",
    "talk@1": "talk@1",
}
RATIOS = {
    "peer": "confnotes = 1",
    "ready_s": "import + load",
    "first_p50_ms": "asked first p50",
    "p50_ms": "p50",
    "p99_ms": "p99",
    "rss_mb": "memory",
}


def markdown(result: Mapping[str, Any]) -> str:
    """Return the page."""
    parts = [
        f"# Side by side, {result['measured_at'][:10]}, commit {result['commit']}",
        f"`{result['command']}` on {result['cpus']} cores ({result['processor']}), load {result['load_average'][0]} at the start; "
        f"{result['questions']} questions on {result['material']}, {result['rounds']} rounds after a first. All run on the same machine in "
        "turns; p50 and p99 are medians over rounds. confnotes' time includes reading the question and choosing quotes, the others' is "
        "retrieval alone.",
    ]
    for texts, heading in HEADINGS.items():
        rows = result.get(texts) or []
        ratios = [{"peer": row["peer"], **row["times"]} for row in rows]
        parts += [f"## {heading}", table(rows, COLUMNS), table(ratios, RATIOS)]
    parts += ["## Recipes", "\n".join(f"- {name}: {recipe}" for name, recipe in result["recipes"].items())]
    missing = {**result["not_installed"], **result["failed"], **result["skipped"]}
    if missing:
        parts += ["## Left out", "\n".join(f"- {name}: {reason}" for name, reason in missing.items())]
    return "\n\n".join(parts) + "\n"
