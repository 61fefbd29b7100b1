"""Figures on questions with known evidence: how often the right words are found and shown, and at which stage they are lost."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from importlib.util import find_spec
from pathlib import Path
from statistics import mean
from typing import Any, Literal

from bot.answering import answer
from bot.answering.models import Answer
from bot.errors import QuestionFault
from index.models import Hit
from index.search import Query, Searcher

Stage = Literal[
    "shown",
    "not in candidates",
    "ranked low",
    "quote not chosen",
    "abstained",
    "answered without evidence",
    "error",
]

CUTS = (400, 800, 1600)  # characters of the joined hits: passage size is no advantage
ANSWER_CHARS = 1500
_CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question's figures; None where a figure does not apply to it."""

    question_id: str
    question: str
    type: str
    stage: Stage
    confidence: float
    answerable: bool
    figures: Mapping[str, float]


def evaluate(questions: Sequence[Mapping[str, Any]], searcher: Searcher) -> list[Outcome]:
    """Ask every question and judge its answer."""
    rankings: dict[str, Sequence[Hit]] = {}
    outcomes = [_judge(question, searcher, rankings, str(at)) for at, question in enumerate(questions)]
    if not can_judge():
        return outcomes
    texts = {passage.passage_id: fold(passage.text) for passage in searcher.build.passages}
    ranks = judged(
        rankings, lambda key: [name for name, text in texts.items() if _holds(text, questions[int(key)])]
    )
    return [
        replace(outcome, figures={**outcome.figures, **ranks.get(str(at), {})})
        for at, outcome in enumerate(outcomes)
    ]


def read_questions(path: Path) -> list[dict[str, Any]]:
    """Read a file of questions, one object a line.

    Raises:
        QuestionFault: the file cannot be read or a line is no question with a type.
    """
    rows: list[dict[str, Any]] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionFault(
            f"Cannot read the questions in {path}: {error}. Give a file of JSON lines."
        ) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            rows.append(
                {
                    "evidence": [],
                    "history": [],
                    **row,
                    "question": str(row["question"]),
                    "type": str(row["type"]),
                }
            )
        except (ValueError, KeyError, TypeError) as error:
            raise QuestionFault(
                f'Cannot read {path}, line {number}: expected an object with "question" and "type".'
            ) from error
    return rows


def summary(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return the mean of every figure over the questions it applies to, and how well confidence separates."""
    values: dict[str, list[float]] = defaultdict(list)
    for outcome in outcomes:
        for name, value in outcome.figures.items():
            values[name].append(value)
    result = {name: round(mean(found), 3) for name, found in sorted(values.items())}
    separation = auroc(
        [o.confidence for o in outcomes if o.answerable], [o.confidence for o in outcomes if not o.answerable]
    )
    return result if separation is None else {**result, "auroc": round(separation, 3)}


def by_type(outcomes: Sequence[Outcome], figure: str = "shown") -> dict[str, tuple[int, int]]:
    """Return, for each type of question, how many reach a figure of one and how many there are."""
    counts: dict[str, Counter[bool]] = defaultdict(Counter)
    for outcome in outcomes:
        if figure in outcome.figures:
            counts[outcome.type][outcome.figures[figure] >= 1] += 1
    return {name: (count[True], count.total()) for name, count in sorted(counts.items())}


def auroc(answerable: Sequence[float], unanswerable: Sequence[float]) -> float | None:
    """Return how often an answerable question has the higher confidence (Mann and Whitney, 1947), None without both."""
    if not answerable or not unanswerable:
        return None
    wins = sum((one > other) + 0.5 * (one == other) for one in answerable for other in unanswerable)
    return wins / (len(answerable) * len(unanswerable))


def _judge(
    question: Mapping[str, Any], searcher: Searcher, rankings: dict[str, Sequence[Hit]], key: str
) -> Outcome:
    try:
        found = answer(question["question"], searcher=searcher, history=question["history"])
    except QuestionFault:
        return Outcome(
            str(question.get("id")),
            question["question"],
            question["type"],
            "error",
            0.0,
            question["type"] != "unanswerable",
            {},
        )
    answerable = question["type"] != "unanswerable"
    if not answerable:
        figures: dict[str, float] = {"abstain": float(found.status == "not_found")}
        stage: Stage = "abstained" if found.status == "not_found" else "answered without evidence"
    elif question.get("talks") and question["type"] == "list":
        figures = {"list_f1": _list_f1(question, found), "false_abstain": float(found.status == "not_found")}
        stage = "abstained" if found.status == "not_found" else "shown"
    else:
        rankings[key] = found.hits
        figures = {**_fact_figures(question, found), "false_abstain": float(found.status == "not_found")}
        stage = _stage(question, found, figures, searcher)
    return Outcome(
        str(question.get("id")),
        question["question"],
        question["type"],
        stage,
        found.confidence,
        answerable,
        figures,
    )


def _fact_figures(question: Mapping[str, Any], found: Answer) -> dict[str, float]:
    joined = fold(" ".join(hit.passage.text for hit in found.hits))
    figures = {f"answered@{cut}": float(_holds(joined[:cut], question)) for cut in CUTS}
    text = fold(found.text)[:ANSWER_CHARS]
    pattern = question.get("answer_regex")
    said = _holds(text, question) or bool(pattern and re.search(pattern, text, re.IGNORECASE))
    figures["shown"] = float(found.status == "answered" and said)
    if question.get("talk"):
        accepted = [question["talk"], *(question.get("also_ok") or [])]
        figures["talk@1"] = float(
            bool(found.hits) and any(same_title(found.hits[0].talk.title, title) for title in accepted)
        )
    return figures


def _stage(
    question: Mapping[str, Any], found: Answer, figures: Mapping[str, float], searcher: Searcher
) -> Stage:
    """Say where the evidence was lost."""
    if figures["shown"]:
        return "shown"
    if found.status == "not_found":
        return "abstained"
    if figures[f"answered@{CUTS[-1]}"]:
        return "quote not chosen"
    candidates = searcher.search(
        Query(question["question"], context=" ".join(question["history"]), k=_CANDIDATES)
    )
    return (
        "ranked low"
        if any(_holds(fold(hit.passage.text), question) for hit in candidates)
        else "not in candidates"
    )


def _list_f1(question: Mapping[str, Any], found: Answer) -> float:
    optional = question.get("talks_optional") or []
    named = [
        title for title in _titles(found.hits) if not any(same_title(title, other) for other in optional)
    ]
    right = sum(any(same_title(gold, title) for title in named) for gold in question["talks"])
    return 2 * right / (len(named) + len(question["talks"])) if right else 0.0


def _titles(hits: Sequence[Hit]) -> list[str]:
    return list(dict.fromkeys(hit.talk.title for hit in hits))


def _holds(text: str, question: Mapping[str, Any]) -> bool:
    return any(fold(evidence) in text for evidence in question["evidence"])


def fold(text: str) -> str:
    """Fold white space, case and typographic signs."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").replace("–", "-").replace("—", "-")
    return " ".join(plain.split()).lower()


def same_title(one: str, other: str) -> bool:
    """Return whether two titles name one talk, subtitles and small differences aside."""
    first, second = (re.sub(r"[^a-z0-9]+", " ", fold(title)).strip() for title in (one, other))
    if not first or not second:
        return False
    short, long = sorted((first, second), key=len)
    return (
        first == second
        or (len(short) >= 12 and short in long)
        or SequenceMatcher(None, first, second).ratio() >= 0.85
    )


NDCG_AT = 10


def can_judge() -> bool:
    """Return whether the library is installed: it comes with `pip install confnotes[eval]`."""
    return find_spec("ir_measures") is not None


def judged(
    rankings: Mapping[str, Sequence[Hit]], relevant: Callable[[str], Iterable[str]]
) -> dict[str, dict[str, float]]:
    """Return each question's nDCG at 10 (Järvelin and Kekäläinen, 2002) and reciprocal rank, by question id; 0 without a right passage.

    Args:
        rankings: Each question's hits, best first.
        relevant: Gives the ids of all passages of the build, found or not, that hold a question's evidence.
    """
    from ir_measures import RR, Qrel, ScoredDoc, iter_calc, nDCG

    names = {nDCG @ NDCG_AT: f"ndcg@{NDCG_AT}", RR: "mrr"}
    qrels = [Qrel(key, passage_id, 1) for key in rankings for passage_id in relevant(key)]
    run = [
        ScoredDoc(key, hit.passage.passage_id, -float(hit.rank))
        for key, hits in rankings.items()
        for hit in hits
    ]
    figures = {key: dict.fromkeys(names.values(), 0.0) for key in rankings}
    if qrels and run:
        for found in iter_calc(list(names), qrels, run):
            figures[found.query_id][names[found.measure]] = float(found.value)
    return figures
