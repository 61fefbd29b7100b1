"""One rule for everybody: what stands in a peer's hits, whatever the size of its pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

from bot.evaluation.evaluation import fold, same_title

CUTS = (400, 800, 1600)
Hits = Sequence[Mapping[str, Any]]


def judged(questions: Sequence[Mapping[str, Any]], found: Sequence[Hits]) -> dict[str, float]:
    """Return the share of questions whose evidence stands in the first characters of the hits' texts, joined, white space folded.

    `source@1` and `talk@1` are the shares whose first hit is of the right recap and of the right talk, where
    the questions name them and the peer was told them.
    """
    figures: dict[str, list[bool]] = {}
    for question, hits in zip(questions, found, strict=True):
        joined = fold(" ".join(hit["text"] for hit in hits))
        for cut in CUTS:
            figures.setdefault(f"answered@{cut}", []).append(
                any(fold(evidence) in joined[:cut] for evidence in question["evidence"])
            )
        first = hits[0] if hits else {"source": None, "talk": None}
        if isinstance(question.get("doc"), str):
            figures.setdefault("source@1", []).append(first["source"] == question["doc"])
        if question.get("talk") and (first["talk"] or not hits):
            accepted = [question["talk"], *(question.get("also_ok") or [])]
            figures.setdefault("talk@1", []).append(
                any(same_title(first["talk"] or "", title) for title in accepted)
            )
    return {name: float(mean(values)) for name, values in figures.items()}


def is_judged(question: Mapping[str, Any]) -> bool:
    """Tell whether a question asks for something that stands in the recaps: lists and what they do not say are left out."""
    return bool(question["evidence"]) and question["type"] not in {"list", "unanswerable"}
