"""Say how many everyday questions are answered so that the asker is satisfied, by kind and by conference.

    python -m benchmarks.everyday --texts ../shared/training/texts --build training=data/questions/training

Lines that are held out are counted, but neither broken down nor shown, so that nobody tunes to them. With
`--leave-out` (a kind or a conference, given any number of times) those lines are counted apart: what was
learnt without them is judged on them.
"""

from __future__ import annotations

import argparse
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.question_sets import (
    FOLDER,
    Row,
    add_options,
    ask_all,
    open_builds,
    read_set,
    share,
    within,
    write_lines,
)
from bot.evaluation.evaluation import same_title
from training.pairs import Texts, run

LEAD_CHARS, READ_CHARS = 420, 1_500  # what the eye takes in first, and what is read at all
_FACTS = 0.6  # share of the facts that a good answer gives, where a row does not say
_MATCHED = 0.8  # F1 of a list that satisfies


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an asker thinks of an answer."""

    row: Row
    reasons: list[str] = field(default_factory=list)  # why it does not satisfy
    recall: float | None = None  # share of the facts, where the row names facts

    @property
    def satisfied(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.reasons


def folded(text: str) -> str:
    """Return a text without what a reader does not notice: case, white space, kinds of quotes and dashes."""
    text = unicodedata.normalize("NFKC", text)
    for signs, plain in (("’‘`´", "'"), ("“”„«»", '"'), ("–—‑", "-")):
        text = re.sub(f"[{signs}]", plain, text)
    return " ".join(text.split()).lower()


def judge(row: Row, given: Mapping[str, Any]) -> Verdict:
    """Compare an answer object with what a resolved row demands."""
    whole = folded(given.get("answer") or "")
    read = whole[:READ_CHARS]
    facts = [_stands(group, read) for group in row.get("nuggets", [])]
    recall = sum(facts) / len(facts) if facts else None
    reasons = [f"status {given.get('status')}"] if given.get("status") != row["status"] else []
    if row.get("first") and not _stands(row["first"], whole[:LEAD_CHARS]):
        reasons.append("does not lead with it")
    if lacking := [group for group in row.get("must", []) if not _stands(group, read)]:
        reasons.append(f"lacks {len(lacking)} of {len(row['must'])}")
    if recall is not None and recall < row.get("need", _FACTS):
        reasons.append(f"{recall:.0%} of {len(facts)} facts")
    if _stands(row.get("must_not", []), read):
        reasons.append("says what is wrong")
    if row.get("talks") and (f1 := _talks_f1(row, given, whole)) < _MATCHED:
        reasons.append(f"talks F1 {f1:.2f}")
    if absent := [name for name in row.get("people", []) if folded(name) not in whole]:
        reasons.append(f"lacks {len(absent)} of {len(row['people'])} people")
    if row.get("links") and not any(link.lower() in whole for link in row["links"]):
        reasons.append("lacks the link")
    return Verdict(row, reasons, recall)


def _stands(alternatives: Iterable[str], text: str) -> bool:
    return any(folded(one) in text for one in alternatives)


def _talks_f1(row: Row, given: Mapping[str, Any], whole: str) -> float:
    optional = row.get("talks_optional", [])
    named = [title for title in _named_talks(given, whole) if not _is_one_of(title, optional)]
    right = sum(_is_one_of(title, named) for title in row["talks"])
    return 2 * right / (len(named) + len(row["talks"]))


def _is_one_of(title: str, titles: Iterable[str]) -> bool:
    return any(same_title(title, other) for other in titles)


def _named_talks(given: Mapping[str, Any], whole: str) -> list[str]:
    """Return the talks that an answer's text names: those of a list or digest, else those of its quotes."""
    listed = given.get("understood", {}).get("intent") in {"list", "digest"} or not given.get("quotes")
    found = given.get("hits", []) if listed else given["quotes"]
    titles: list[str] = []
    for title in (one.get("talk") or "" for one in found if given.get("status") == "answered"):
        if title and _plain(title) in _plain(whole) and not _is_one_of(title, titles):
            titles.append(title)
    return titles


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", folded(text)))


def figures(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Return how many there are, the share that satisfies and the mean share of facts."""
    recalls = [verdict.recall for verdict in verdicts if verdict.recall is not None]
    return {
        "questions": len(verdicts),
        "satisfied": share(sum(verdict.satisfied for verdict in verdicts), len(verdicts)),
        "nugget_recall": share(sum(recalls), len(recalls)),
    }


def report(verdicts: Sequence[Verdict], left_out: Sequence[str] = ()) -> dict[str, Any]:
    """Return the figures of what is open, of what was left out of it, and the totals of what is held out."""
    halves: dict[str, list[Verdict]] = {"open": [], "left_out": [], "held_out": []}
    for verdict in verdicts:
        row = verdict.row
        apart = "left_out" if {row["kind"], row.get("conference")} & set(left_out) else "open"
        halves["held_out" if row.get("held_out") else apart].append(verdict)
    told = {half: figures(found) for half, found in halves.items() if found or half == "open"}
    told["open"] |= {f"by_{name}": _parts(halves["open"], name) for name in ("kind", "conference")}
    return told


def _parts(verdicts: Sequence[Verdict], name: str) -> dict[str, str]:
    groups: dict[str, list[bool]] = defaultdict(list)
    for verdict in verdicts:
        groups[str(verdict.row.get(name) or "several")].append(verdict.satisfied)
    return {group: f"{sum(good)}/{len(good)}" for group, good in groups.items()}


def main() -> int:
    """Ask, judge and print the figures as one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser)
    parser.add_argument("questions", type=Path, nargs="?", default=FOLDER / "everyday.jsonl")
    parser.add_argument("--leave-out", action="append", default=[], metavar="KIND_OR_CONFERENCE")
    parser.add_argument("--open", action="store_true", help="ask no line that is held out")
    parser.add_argument("--misses", action="store_true", help="show open questions that are not satisfied")
    parser.add_argument(
        "--resolved",
        type=Path,
        help="write the questions with the words of their spans; keep that file to yourself",
    )
    parser.add_argument("--answers", type=Path, help="write the answer objects")
    given = parser.parse_args()
    builds = open_builds(given.build)
    rows = within(read_set(given.questions, Texts(given.texts)), builds)
    rows = [row for row in rows if not (given.open and row.get("held_out"))]
    answers = ask_all(rows, builds)
    for path, lines in ((given.resolved, rows), (given.answers, answers)):
        if path:
            write_lines(path, lines)
    verdicts = [judge(row, told) for row, told in zip(rows, answers, strict=True)]
    for verdict in verdicts:
        if given.misses and not verdict.satisfied and not verdict.row.get("held_out"):
            print(
                verdict.row["id"],
                verdict.row["kind"],
                verdict.row["question"],
                "; ".join(verdict.reasons),
                sep=" | ",
            )
    print(json.dumps(report(verdicts, given.leave_out), ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    run(main)
