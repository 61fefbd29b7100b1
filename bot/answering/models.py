"""What an answer is made of, as frozen records that every surface renders in its own way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from index.models import Hit, Talk, Voice

Status = Literal["answered", "not_found"]
Miss = Literal["absent", "not_covered", "filtered_out", "off_topic"]
Intent = Literal["answer", "list", "talk"]

HITS_SHOWN = 10  # of an answer; a list gives all of its hits


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim span of a recap's readable text, chosen for the question."""

    text: str
    passage_id: str  # the passage in which the span begins
    start: int
    end: int
    talk: Talk
    voice: Voice = "notes"


@dataclass(frozen=True, slots=True)
class Understood:
    """How the question was read, to be shown back to the person."""

    text: str  # the question without mark-up, politeness and spelling errors
    event: str | None = None
    day: int | None = None
    speaker: str | None = None
    kind: str | None = None  # "keynote", "workshop" ... when the words limit the talks to it
    corrections: Mapping[str, str] = field(default_factory=dict)
    intent: Intent = "answer"
    topic: str | None = None  # what a list was made for
    follow_up: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One question answered, or the reason why not, with the evidence behind it."""

    question: str
    status: Status
    text: str  # the plain words a person reads, without mark-up and buttons
    understood: Understood
    confidence: float
    build: str
    miss: Miss | None = None
    headline: str | None = None  # a sentence in our own words above the quotes
    notices: tuple[str, ...] = ()  # "Searched for karpenter instead of karpentr."
    quotes: tuple[Quote, ...] = ()
    hits: tuple[Hit, ...] = ()
    nearest: tuple[Talk, ...] = ()  # talks closest to a question without an answer

    def to_json(self, question_id: str | None = None, ms: float | None = None) -> dict[str, Any]:
        """Return the answer object that `confnotes ask --json` prints."""
        return {
            "id": question_id,
            "question": self.question,
            "status": self.status,
            "miss": self.miss,
            "answer": self.text,
            "understood": {
                "event": self.understood.event,
                "day": self.understood.day,
                "speaker": self.understood.speaker,
                "corrections": dict(self.understood.corrections),
                "intent": "list" if self.understood.intent == "list" else "answer",
            },
            "confidence": round(self.confidence, 4),
            "quotes": [_quote_json(quote) for quote in self.quotes],
            "hits": [_hit_json(hit) for hit in self.hits],
            "build": self.build,
            "ms": ms,
        }


def _quote_json(quote: Quote) -> dict[str, Any]:
    return {
        "text": quote.text,
        "passage_id": quote.passage_id,
        "start": quote.start,
        "end": quote.end,
        "talk": quote.talk.title,
        "url": quote.talk.url,
    }


def _hit_json(hit: Hit) -> dict[str, Any]:
    return {
        "passage_id": hit.passage.passage_id,
        "passage": hit.passage.text,
        "talk": hit.talk.title,
        "speakers": list(hit.talk.speakers),
        "event": hit.talk.event_id,
        "day": hit.talk.day,
        "recap": hit.talk.recap_id,
        "url": hit.talk.url,
        "score": round(float(hit.score), 6),
    }
