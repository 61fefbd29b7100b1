"""What an answer is made of, as frozen records that every surface renders in its own way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.answering.form import AnswerForm, Intent
from bot.answering.lines import Layout
from index.models import Hit, Talk, Voice

Status = Literal["answered", "not_found"]
Miss = Literal["absent", "not_covered", "filtered_out", "off_topic"]

HITS_SHOWN = 10  # of an answer; a list gives all of its hits


@dataclass(frozen=True, slots=True)
class Source:
    """Whose notes a quote is from."""

    recap_id: str
    title: str
    author: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """The line that introduces a quote, verbatim: the heading of a list, the question that a bullet answers."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim span of a recap's readable text, chosen for the question."""

    text: str
    passage_id: str  # the passage in which the span begins
    start: int
    end: int
    talk: Talk
    voice: Voice = "notes"
    lead: Lead | None = None  # shown in front of the text, where the notes have other words in between
    source: Source | None = None
    cut: bool = False  # the sentence goes on
    layout: Layout = field(default_factory=Layout)  # how the notes lay out lines there


@dataclass(frozen=True, slots=True)
class Entry:
    """A talk among others: of a list, a digest or a card."""

    talk: Talk
    gist: Quote | None = None  # what it is about, in the notes' words
    why: str = ""  # why it is listed, in our words


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an overview in our own words."""

    text: str
    ask: str = ""  # the question that a click on it asks


@dataclass(frozen=True, slots=True)
class Block:
    """A part of an answer below its first line: quotes from one talk, or talks, or lines."""

    heading: str = ""
    quotes: tuple[Quote, ...] = ()  # all from one talk, which is named below them
    entries: tuple[Entry, ...] = ()
    lines: tuple[Line, ...] = ()
    second: bool = False  # the answer to the second question of a message begins here


@dataclass(frozen=True, slots=True)
class Understood:
    """How the question was read, to be shown back to the person."""

    text: str  # the question without mark-up, politeness and spelling errors
    event: str | None = None
    day: int | None = None
    speaker: str | None = None
    kind: str | None = None  # "keynote", "workshop" ... when the words limit the talks to it
    corrections: Mapping[str, str] = field(default_factory=dict)
    form: AnswerForm = AnswerForm.QUOTES
    topic: str | None = None  # what a list was made for
    follow_up: bool = False

    @property
    def intent(self) -> Intent:
        """Return the form of the answer in the words of the answer object."""
        return self.form.intent


@dataclass(frozen=True, slots=True)
class Answer:
    """One question answered, or the reason why not, with the evidence behind it.

    It is read in one order on every surface: `notices`, `headline`, then `blocks`; `text` is just that.
    """

    question: str
    status: Status
    text: str  # the plain words a person reads, without mark-up and buttons
    understood: Understood
    confidence: float
    build: str
    miss: Miss | None = None
    notices: tuple[str, ...] = ()  # doubts and corrections: "Searched for karpenter instead of karpentr."
    headline: str | None = None  # a sentence in our own words above the blocks
    blocks: tuple[Block, ...] = ()
    hits: tuple[Hit, ...] = ()
    nearest: tuple[Talk, ...] = ()  # talks closest to a question without an answer, also the last block
    page: int = 1
    pages: int = 1  # of a digest

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """Return the quotes of all blocks in order."""
        return tuple(quote for block in self.blocks for quote in block.quotes)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the talks of all blocks in order."""
        return tuple(entry for block in self.blocks for entry in block.entries)

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
                "intent": self.understood.intent,
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


def talk_json(talk: Talk) -> dict[str, Any]:
    """Return the talk object that `confnotes talks --jsonl` prints."""
    return {
        "recap": talk.recap_id,
        "title": talk.title,
        "speakers": list(talk.speakers),
        "affiliations": list(talk.affiliations),
        "event": talk.event_id,
        "day": talk.day,
        "kind": talk.kind,
        "url": talk.url,
        "links": dict(talk.links),
    }
