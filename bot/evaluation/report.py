"""An evaluation shown: on the terminal, as a stored run, compared with an earlier one, and as a page."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined
from rich.console import Console
from rich.table import Table

from bot.errors import QuestionFault
from bot.evaluation.evaluation import Outcome, summary
from bot.evaluation.questions import UNANSWERABLE

HERE = Path(__file__).parent


class Words:
    """The plain names of figures and stages, from `words.yaml`."""

    def __init__(self) -> None:
        read = yaml.safe_load((HERE / "words.yaml").read_text(encoding="utf-8"))
        self.figures: Mapping[str, Mapping[str, Any]] = read["figures"]
        self.stages: Mapping[str, str] = read["stages"]

    def rows(self, run: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        """Return a run's figures in the order of the words, with their change since an earlier run."""
        rows = []
        for key in [key for key in self.figures if key in run["figures"]]:
            value, words = float(run["figures"][key]), self.figures[key]
            was = earlier["figures"].get(key) if earlier else None
            change = 0.0 if was is None else round(value - float(was), 3)
            better = (change > 0) != bool(words.get("lower_is_better"))
            rows.append({**words, "value": value, "was": was, "change": change, "better": better})
        return rows


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
            f"Cannot compare with {path}: it is not a stored run. "
            "Make one with `confnotes eval QUESTIONS --save FILE`."
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
            f"Cannot write {path}: {error.strerror}. "
            "Name a file in a folder that is there and can be written."
        ) from error


def changes(run: Mapping[str, Any], earlier: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the ids of questions that go right now and did not, and of those that did and do not."""
    was, now = ({name for name, row in one["outcomes"].items() if _right(row)} for one in (earlier, run))
    both = run["outcomes"].keys() & earlier["outcomes"].keys()
    return sorted((now - was) & both), sorted((was - now) & both)


def _right(row: Mapping[str, Any]) -> bool:
    return bool(row["stage"] == ("abstained" if row["type"] == UNANSWERABLE else "shown"))


def print_report(
    outcomes: Sequence[Outcome], run: Mapping[str, Any], earlier: Mapping[str, Any] | None, console: Console
) -> None:
    """Print figures, types and misses for a person."""
    words = Words()
    table = Table("figure", "value", *(["earlier"] if earlier else []), box=None)
    for row in words.rows(run, earlier):
        was = "" if row["was"] is None else f"{float(row['was']):.3f}"
        table.add_row(row["name"], f"{row['value']:.3f}", *([was] if earlier else []))
    console.print(table)
    lines = [f"{name}: {reached} of {total} right" for name, (reached, total) in by_type(outcomes)]
    lines += [f"{o.question_id}  {words.stages[o.stage]}: {o.question}" for o in lost(outcomes)]
    if earlier:
        gained, lost_now = changes(run, earlier)
        lines.append(f"Since the stored run: {_named(gained)} gained, {_named(lost_now)} lost")
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def lost(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the questions that went wrong."""
    return [outcome for outcome in outcomes if not outcome.hit]


def by_type(outcomes: Sequence[Outcome]) -> list[tuple[str, tuple[int, int]]]:
    """Return, for each type of question, how many went as they should and how many there are."""
    counts: dict[str, Counter[bool]] = defaultdict(Counter)
    for outcome in outcomes:
        counts[outcome.type][outcome.hit] += 1
    return [(name, (count[True], count.total())) for name, count in sorted(counts.items())]


def html_page(outcomes: Sequence[Outcome], run: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> str:
    """Return a page that needs nothing but itself: the figures, then every question with its answer."""
    words = Words()
    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(
        (HERE / "report.html").read_text(encoding="utf-8")
    )
    right = [outcome for outcome in outcomes if outcome.hit]
    return template.render(
        run=run,
        earlier=earlier,
        hits=len(right),
        figures=words.rows(run, earlier),
        types=by_type(outcomes),
        stages=words.stages,
        missed=lost(outcomes),
        right=right,
    )


def _named(names: Sequence[str]) -> str:
    return f"{len(names)} ({', '.join(names)})" if names else "0"
