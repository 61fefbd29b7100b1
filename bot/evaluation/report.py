"""The figures of an evaluation: on the terminal, as a stored run, compared with an earlier one, and as a page with bars."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.errors import QuestionFault
from bot.evaluation.evaluation import Outcome, by_type, summary

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.25rem .6rem;text-align:left;border-bottom:1px solid #ddd;vertical-align:top}"
    "td:first-child{white-space:nowrap}"
    ".bar{background:#2a6f97;height:.9rem}.space{background:#e8eef2;width:14rem}.worse{color:#a4161a}.better{color:#2d6a4f}"
)


def run_of(outcomes: Sequence[Outcome], build: str) -> dict[str, Any]:
    """Return a run as it is stored: its figures, and each question's stage and figures."""
    rows = {
        o.question_id: {"type": o.type, "stage": o.stage, "confidence": round(o.confidence, 4), **o.figures}
        for o in outcomes
    }
    return {"build": build, "questions": len(outcomes), "figures": summary(outcomes), "outcomes": rows}


def read_run(path: Path) -> dict[str, Any]:
    """Read a stored run.

    Raises:
        QuestionFault: it is none.
    """
    try:
        run: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        _ = run["figures"].items(), run["outcomes"].keys()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise QuestionFault(
            f"Cannot compare with {path}: it is no stored run. Make one with `confnotes eval QUESTIONS --save FILE`."
        ) from error
    return run


def write_text(path: Path, text: str) -> None:
    """Write a run or a page.

    Raises:
        QuestionFault: the file cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise QuestionFault(
            f"Cannot write {path}: {error.strerror}. Name a file in a folder that is there and can be written."
        ) from error


def changes(run: Mapping[str, Any], earlier: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the ids of questions whose words are shown now and were not, and of those that were and are not."""
    was = {name for name, row in earlier["outcomes"].items() if row["stage"] == "shown"}
    now = {name for name, row in run["outcomes"].items() if row["stage"] == "shown"}
    both = run["outcomes"].keys() & earlier["outcomes"].keys()
    return sorted((now - was) & both), sorted((was - now) & both)


def print_report(
    outcomes: Sequence[Outcome], run: Mapping[str, Any], earlier: Mapping[str, Any] | None, console: Console
) -> None:
    """Print figures, types and misses for a person."""
    table = Table("figure", "value", *(["earlier"] if earlier else []), box=None)
    for name, value in run["figures"].items():
        table.add_row(name, f"{value:.3f}", *([_earlier(earlier, name)] if earlier else []))
    console.print(table)
    for name, (reached, total) in by_type(outcomes).items():
        console.print(f"{name:<14} shown {reached}/{total}", highlight=False, markup=False)
    for outcome in lost(outcomes):
        console.print(
            f"{outcome.question_id}  {outcome.stage}: {outcome.question}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    if earlier:
        gained, lost_now = changes(run, earlier)
        console.print(
            f"Since the stored run: {len(gained)} gained {gained}, {len(lost_now)} lost {lost_now}",
            highlight=False,
            markup=False,
        )


def lost(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the questions that went wrong: answerable ones not shown, and unanswerable ones answered."""
    return [
        o
        for o in outcomes
        if (o.answerable and o.stage != "shown") or (not o.answerable and o.stage != "abstained")
    ]


def html_page(outcomes: Sequence[Outcome], run: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> str:
    """Return a page that needs nothing but itself: figures as bars, types, and the misses by stage."""
    figures = "".join(
        f"<tr><td>{escape(name)}<td>{value:.3f}{_delta(earlier, name, value)}<td class=space>{_bar(value)}"
        for name, value in run["figures"].items()
    )
    types = "".join(
        f"<tr><td>{escape(name)}<td>{reached} of {total}<td class=space>{_bar(reached / total)}"
        for name, (reached, total) in by_type(outcomes).items()
    )
    stages = "".join(
        f"<tr><td>{escape(stage)}<td>{count}"
        for stage, count in Counter(o.stage for o in lost(outcomes)).most_common()
    )
    misses = "".join(
        f"<tr><td>{escape(o.question_id)}<td>{escape(o.stage)}<td>{escape(o.question)}"
        for o in lost(outcomes)
    )
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Evaluation {escape(run['build'])}</title><style>{_STYLE}</style>"
        f"<h1>{run['questions']} questions on build {escape(run['build'])}</h1><table>{figures}</table>"
        f"<h2>Shown, by type</h2><table>{types}</table><h2>Where the others were lost</h2><table>{stages}</table>"
        f"<h2>Each of them</h2><table>{misses}</table></html>\n"
    )


def _bar(share: float) -> str:
    return f'<div class=bar style="width:{max(0.0, min(share, 1.0)) * 100:.0f}%"></div>'


def _delta(earlier: Mapping[str, Any] | None, name: str, value: float) -> str:
    if not earlier or name not in earlier["figures"]:
        return ""
    change = value - float(earlier["figures"][name])
    worse = (change > 0) == (name == "false_abstain")
    return f' <span class="{"worse" if worse and change else "better"}">{change:+.3f}</span>'


def _earlier(earlier: Mapping[str, Any] | None, name: str) -> str:
    value = earlier["figures"].get(name) if earlier else None
    return "" if value is None else f"{float(value):.3f}"
