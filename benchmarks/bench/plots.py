"""Plots as SVG, from the standard library: where a question's time goes, cold starts, growth.

Text stays text and nothing is loaded from elsewhere, so that a plot shows in a README and reads in a diff.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ElementTree, SubElement

from benchmarks.bench.figures import shown
from benchmarks.bench.stages import WHOLE

WIDTH, LINE, LEFT, RIGHT, TOP = 720, 28, 250, 90, 44  # pixels; RIGHT holds a bar's value
GRAPH_HEIGHT, MARGIN = 340, 70
COLOURS = ("#3b6ea5", "#c2703d")
Rows = Sequence[Mapping[str, Any]]


def write_plots(result: Mapping[str, Any], stem: Path) -> list[Path]:
    """Write a plot beside the result for each part that has rows, and return the paths."""
    latency = [
        row
        for row in (result.get("latency") or {}).get(result["material"], [])
        if row["stage"] not in {WHOLE, "first"}
    ]
    drawn: dict[str, Callable[[], Element] | None] = {
        "stages": (lambda: bars("Median time of a question by stage, ms", latency, "stage", "p50_ms"))
        if latency
        else None,
        "cold": (lambda: bars("Whole commands from process start, s", result["cold"], "command", "median_s"))
        if result.get("cold")
        else None,
        "growth": (lambda: lines("Time of a question as the notes grow, ms", result["growth"]))
        if len(result.get("growth") or []) > 1
        else None,
    }
    paths = []
    for name, draw in drawn.items():
        if draw:
            paths.append(stem.with_name(f"{stem.name}-{name}.svg"))
            ElementTree(draw()).write(paths[-1], encoding="utf-8", xml_declaration=True)
    return paths


def bars(title: str, rows: Rows, name: str, value: str) -> Element:
    """Return a bar for each row, its value written behind it."""
    drawing = _drawing(title, TOP + LINE * len(rows) + 10)
    most = max(row[value] for row in rows) or 1
    for at, row in enumerate(rows):
        y = TOP + LINE * at
        width = (WIDTH - LEFT - RIGHT) * max(row[value], 0) / most
        _text(drawing, LEFT - 10, y + 17, str(row[name]).replace("`", ""), anchor="end")
        SubElement(
            drawing, "rect", _numbers(x=LEFT, y=y + 4, width=max(width, 1), height=LINE - 8), fill=COLOURS[0]
        )
        _text(drawing, LEFT + width + 8, y + 17, shown(row[value]))
    return drawing


def lines(title: str, rows: Rows, columns: Sequence[str] = ("p50_ms", "p99_ms")) -> Element:
    """Return a line for each column over the number of passages, both axes logarithmic."""
    drawing = _drawing(title, GRAPH_HEIGHT)
    sizes = [row["passages"] for row in rows]
    values = [row[column] for row in rows for column in columns]
    across = _scale(min(sizes), max(sizes), MARGIN, WIDTH - RIGHT)
    up = _scale(min(values), max(values), GRAPH_HEIGHT - 50, TOP + 20)
    for size in sizes:
        _text(drawing, across(size), GRAPH_HEIGHT - 18, f"{size:,}", anchor="middle")
        SubElement(
            drawing,
            "line",
            _numbers(x1=across(size), x2=across(size), y1=TOP, y2=GRAPH_HEIGHT - 38),
            stroke="#dddddd",
        )
    for column, colour in zip(columns, COLOURS, strict=False):
        points = [(across(row["passages"]), up(row[column]), row[column]) for row in rows]
        SubElement(
            drawing,
            "polyline",
            points=" ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points),
            fill="none",
            stroke=colour,
        )
        for x, y, ms in points:
            SubElement(drawing, "circle", _numbers(cx=x, cy=y, r=3), fill=colour)
            _text(drawing, x, y - 8, shown(ms), anchor="middle")
        _text(drawing, points[-1][0] + 12, points[-1][1] + 4, column.removesuffix("_ms"), fill=colour)
    return drawing


def _scale(low: float, high: float, first: float, last: float) -> Callable[[float], float]:
    """Return a logarithmic axis from values to pixels."""
    reach = math.log(high / low) or 1
    return lambda value: first + (last - first) * math.log(value / low) / reach


def _drawing(title: str, height: int) -> Element:
    drawing = Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDTH} {height}", role="img")
    drawing.set("font-family", "sans-serif")
    drawing.set("font-size", "13")
    SubElement(drawing, "title").text = title
    SubElement(drawing, "rect", width="100%", height="100%", fill="white")
    _text(drawing, WIDTH / 2, 24, title, anchor="middle")
    return drawing


def _text(
    parent: Element, x: float, y: float, words: str, *, anchor: str = "start", fill: str = "#222222"
) -> None:
    element = SubElement(parent, "text", _numbers(x=x, y=y), fill=fill)
    element.set("text-anchor", anchor)
    element.text = words


def _numbers(**values: float) -> dict[str, str]:
    return {name: f"{value:.1f}" for name, value in values.items()}
