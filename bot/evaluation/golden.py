"""Turn an answer and what somebody thought of it into a question for `confnotes eval`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.answering.models import Answer
from bot.feedback import Verdict

# An evidence string is long enough to be telling and short enough to lie within one passage.
SHORTEST_EVIDENCE, LONGEST_EVIDENCE = 15, 200
# What an honest "no" says; the same words serve every question that the notes do not answer.
NO_ANSWER = r"\b(?:not|never|no|cannot)\b|n[’']t\b"
TO_REVIEW = "review"


def golden_fields(answer: Answer, history: Sequence[str]) -> dict[str, object]:
    """Return the fields of a golden question that an answer supports, its quotes as the evidence."""
    talks = list(
        dict.fromkeys(quote.talk.title for quote in answer.quotes)
        or dict.fromkeys(hit.talk.title for hit in answer.hits)
    )
    recaps = list(
        dict.fromkeys(quote.talk.recap_id for quote in answer.quotes)
        or dict.fromkeys(hit.talk.recap_id for hit in answer.hits)
    )
    kind = _kind(answer, history)
    fields: dict[str, object] = {"type": kind, "history": list(history)}
    if kind == "unanswerable":
        named = answer.understood.topic or answer.understood.speaker or answer.understood.text
        return {
            **fields,
            "doc": None,
            "talk": None,
            "talks": [],
            "evidence": [],
            "answer_regex": NO_ANSWER,
            "absent_terms": [named],
        }
    if kind == "list":
        return {
            **fields,
            "doc": recaps,
            "talk": None,
            "talks": talks,
            "evidence": talks,
            "answer_regex": _regex(talks),
        }
    first = [quote for quote in answer.quotes if quote.talk.title == talks[0]]
    evidence = [piece for quote in first for piece in evidence_in(quote.text)]
    return {
        **fields,
        "doc": recaps[0],
        "talk": talks[0],
        "talks": talks[:1],
        "evidence": evidence,
        "answer_regex": _regex(evidence),
        "also_ok": talks[1:],
    }


def golden_line(number: int, given: Verdict) -> dict[str, object]:
    """Return a verdict as a line of questions; what was not approved waits for review, without evidence."""
    approved = given.verdict == "up"
    none: dict[str, object] = {"doc": None, "talk": None, "talks": [], "evidence": [], "answer_regex": None}
    fields = (
        dict(given.golden)
        if approved
        else {"type": TO_REVIEW, "history": given.golden.get("history", []), **none}
    )
    about = {
        "verdict": given.verdict,
        "reason": given.reason,
        "build": given.build,
        "quotes": given.quotes,
        "hits": given.hits,
    }
    return {"id": f"feedback-{number:04d}", "question": given.question, **fields, **about}


def evidence_in(text: str) -> Iterator[str]:
    """Yield verbatim pieces of a quote, one a line, each cut at a word where it is long."""
    for line in text.splitlines():
        piece = line.strip()
        if len(piece) > LONGEST_EVIDENCE:
            piece = piece[:LONGEST_EVIDENCE].rsplit(" ", 1)[0].rstrip()
        if len(piece) >= SHORTEST_EVIDENCE:
            yield piece


def _kind(answer: Answer, history: Sequence[str]) -> str:
    heard = answer.understood
    kinds = (
        ("unanswerable", answer.status == "not_found" or not (answer.quotes or answer.hits)),
        ("list", heard.intent == "list" and not answer.quotes),
        ("followup", heard.follow_up and bool(history)),
        ("speaker", heard.speaker is not None),
        ("filter", heard.event is not None or heard.day is not None),
        ("typo", bool(heard.corrections)),
    )
    return next((kind for kind, fits in kinds if fits), "keyword")


def _regex(evidence: Sequence[str]) -> str:
    """Match the beginning of any piece of evidence, however its blanks are folded."""
    return "|".join(r"\s+".join(map(re.escape, piece.lower().split()[:6])) for piece in evidence)
