"""Figures on questions with known evidence: how often it is found and shown, and where it is lost."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from importlib.util import find_spec
from statistics import mean
from typing import Any, Literal

from bot.answering import answer
from bot.answering.models import Answer
from bot.errors import QuestionFault
from bot.evaluation.questions import LIST, UNANSWERABLE
from index.models import Hit
from index.search import Query, Searcher

Stage = Literal[
    "shown",
    "not in candidates",
    "ranked low",
    "quote not chosen",
    "list incomplete",
    "abstained",
    "answered without evidence",
    "error",
]

CUTS = (400, 800, 1600)  # characters of the joined hits: passage size is no advantage
ANSWER_CHARS = 1500  # of an answer, which a person reads before giving up
_CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question's answer and figures; a figure that does not apply to it is not there."""

    question_id: str
    question: str
    type: str
    stage: Stage
    confidence: float
    figures: Mapping[str, float]
    answer: str  # as a person reads it, or why the question could not be asked
    history: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()  # the evidence, or the talks of a list

    @property
    def answerable(self) -> bool:
        """Return whether the notes answer it."""
        return self.type != UNANSWERABLE

    @property
    def hit(self) -> bool:
        """Return whether it went as it should."""
        return self.stage == ("shown" if self.answerable else "abstained")

    def holds(self, expected: str) -> bool:
        """Return whether the answer says a piece of the evidence, or the title of a talk."""
        text = fold(self.answer)
        return fold(expected) in (text if self.type == LIST else text[:ANSWER_CHARS])


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


def auroc(answerable: Sequence[float], unanswerable: Sequence[float]) -> float | None:
    """Return how often an answerable question has the higher confidence; None without questions of both kinds.

    Mann and Whitney (1947); a tie counts half.
    """
    if not answerable or not unanswerable:
        return None
    wins = sum((one > other) + 0.5 * (one == other) for one in answerable for other in unanswerable)
    return wins / (len(answerable) * len(unanswerable))


def _judge(
    question: Mapping[str, Any], searcher: Searcher, rankings: dict[str, Sequence[Hit]], key: str
) -> Outcome:
    listed = question["type"] == LIST and bool(question["talks"])
    outcome = Outcome(
        question["id"],
        question["question"],
        question["type"],
        "error",
        0.0,
        {},
        "",
        tuple(question["history"]),
        tuple(question["talks"] if listed else question["evidence"]),
    )
    try:
        found = answer(question["question"], searcher=searcher, history=question["history"])
    except QuestionFault as fault:
        return replace(outcome, answer=str(fault))
    refused = found.status == "not_found"
    stage: Stage
    if not outcome.answerable:
        figures = {"abstain": float(refused)}
        stage = "abstained" if refused else "answered without evidence"
    elif listed:
        figures = {"list_f1": _list_f1(question, found), "false_abstain": float(refused)}
        stage = "abstained" if refused else "shown" if figures["list_f1"] == 1 else "list incomplete"
    else:
        rankings[key] = found.hits
        figures = {**_fact_figures(question, found), "false_abstain": float(refused)}
        stage = _stage(question, found, figures, searcher)
    return replace(outcome, stage=stage, confidence=found.confidence, figures=figures, answer=found.text)


def _fact_figures(question: Mapping[str, Any], found: Answer) -> dict[str, float]:
    joined = fold(" ".join(hit.passage.text for hit in found.hits))
    figures = {f"answered@{cut}": float(_holds(joined[:cut], question)) for cut in CUTS}
    text = fold(found.text)[:ANSWER_CHARS]
    pattern = question["answer_regex"]
    said = _holds(text, question) or bool(pattern and re.search(pattern, text, re.IGNORECASE))
    figures["shown"] = float(found.status == "answered" and said)
    if question["talk"]:
        accepted = [question["talk"], *question["also_ok"]]
        figures["talk@1"] = float(
            bool(found.hits) and any(same_title(found.hits[0].talk.title, title) for title in accepted)
        )
    return figures


def _stage(
    question: Mapping[str, Any], found: Answer, figures: Mapping[str, float], searcher: Searcher
) -> Stage:
    """Return where the evidence was lost."""
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
    optional = question["talks_optional"]
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
    """Return each question's nDCG at 10 and reciprocal rank, by question id; 0 without a right passage.

    nDCG: Järvelin and Kekäläinen (2002).

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
