"""A result as a page of Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.bench.cold import ASK, SCRIPT
from benchmarks.bench.figures import shown, table, times
from benchmarks.bench.quality import ALLOWED
from benchmarks.bench.rates import OURS, THEIRS

STAGE = {"stage": "stage", "p50_ms": "p50 ms", "p99_ms": "p99 ms"}
COLD = {"command": "command", "median_s": "median s", "fastest_s": "fastest s"}
MEMORY = {"process": "process", "rss_mb": "resident MB", "anon_mb": "of it private MB"}
RATE = {
    "what": "what",
    "passages": "passages",
    "s": "s",
    "passages_per_s": "passages/s",
    "passages_per_cpu_s": "passages/s of processor time",
}
GROWTH = {
    "passages": "passages",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "open_s": "opens in s",
    "rss_mb": "resident MB",
    "private_mb": "of it private MB",
    "build_s": "built in s",
    "build_ms_a_passage": "ms a passage",
    "build_peak_mb": "building takes MB",
    "size_mb": "on disk MB",
    "recall_at_10": "recall@10",
    "filtered_search_p50_ms": "filtered search p50 ms",
    "dense": "vectors",
    "measured_on": "measured on",
}
NIGHT = {"recaps": "recaps", "first_s": "first night s", "unchanged_s": "unchanged night s"}


def markdown(result: Mapping[str, Any], plots: Sequence[Path] = ()) -> str:
    """Return the page; parts that were not measured are left out or say why."""
    drawn = {path.stem.rpartition("-")[2]: f"![{path.stem}]({path.name})" for path in plots}
    parts = [
        f"# How fast, {result['measured_at'][:10]}, commit {result['commit']}",
        f"`{result['command']}` on {result['cpus']} cores ({result['processor']}), load {result['load_average'][0]} at the start, "
        f"{result['taken_s']:.0f} s in all, {result['rounds']} rounds. Measured on {result['material']}, where nothing else is said.",
    ]
    for name, rows in (result.get("latency") or {}).items():
        parts += [
            f"## A question in a running process: {name}",
            table(_stages(rows), STAGE),
            drawn.get("stages", "") if name == result["material"] else "",
        ]
    parts += _cold(result.get("cold") or [], drawn)
    parts += _part("Memory", result.get("memory"), MEMORY)
    parts += _rates(result.get("rates") or [])
    parts += _part("A night on which nothing changed, whole command", result.get("nights"), NIGHT)
    for name, rows in (result.get("quality") or {}).items():
        parts += _quality(name, rows)
    parts += _growth(result.get("growth") or [], drawn)
    if result.get("skipped"):
        parts += [
            "## Left out",
            "\n".join(f"- {name}: {reason}" for name, reason in result["skipped"].items()),
        ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _part(heading: str, rows: Sequence[Mapping[str, Any]] | None, columns: Mapping[str, str]) -> list[str]:
    return [f"## {heading}", table(rows, columns)] if rows else []


def _stages(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    names = {"first": "asked for the first time", "whole": "**whole answer**", "rest": "everything else"}
    return [{**row, "stage": names.get(row["stage"], row["stage"])} for row in rows]


def _cold(rows: Sequence[Mapping[str, Any]], drawn: Mapping[str, str]) -> list[str]:
    seconds = {row["command"]: row["median_s"] for row in rows}
    ratio = times(seconds.get(SCRIPT), seconds.get(ASK))
    said = f"The script takes {shown(ratio)} times as long as `confnotes ask`." if ratio else ""
    return [*_part("From process start to the answer", rows, COLD), said, drawn.get("cold", "")]


def _rates(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    by_name = {row["what"]: row for row in rows}
    ours, theirs = by_name.get(OURS, {}), by_name.get(THEIRS, {})
    wall, cpu = (times(ours.get(rate), theirs.get(rate)) for rate in ("passages_per_s", "passages_per_cpu_s"))
    said = (
        f"confnotes embeds {shown(wall)} times as many passages a second, {shown(cpu)} times as many of processor time."
        if wall
        else ""
    )
    return [*_part("Embedding and ingestion", rows, RATE), said]


def _quality(name: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    columns = {"encoder": "encoder", **{figure: figure for figure in rows[0] if figure != "encoder"}}
    lost = [
        f"{row['encoder']} {figure}"
        for row in rows
        for figure, value in row.items()
        if figure != "encoder" and value < -ALLOWED
    ]
    said = (
        f"More than {ALLOWED} lost: {', '.join(lost)}."
        if lost
        else f"No figure lies more than {ALLOWED} below the reference's."
    )
    return [f"## What the speed-ups cost in quality: {name}", table(rows, columns), said]


def _growth(rows: Sequence[Mapping[str, Any]], drawn: Mapping[str, str]) -> list[str]:
    dated = [{**row, "measured_on": str(row.get("measured_at", ""))[:10]} for row in rows]
    return [
        *_part("Growth, on passages made up of sentences from the notes that ship", dated, GROWTH),
        drawn.get("growth", ""),
    ]
