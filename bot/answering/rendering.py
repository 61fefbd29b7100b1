"""Answers as plain words: what a person reads where there are no blocks, buttons and colours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from bot.answering.models import Quote
from index.models import Talk

_GAPS = re.compile(r"[ \t]*\n\s*")
LINK_NAMES = {"video": "Video", "slides": "Slides", "schedule": "Schedule", "recap": "Notes"}


def talk_line(talk: Talk) -> str:
    """Return a talk's title, speakers, event, day and link on one line."""
    return " · ".join(part for part in (f"{talk.title or 'Notes'}", ", ".join(talk.speakers), place(talk), talk.url or "") if part)


def place(talk: Talk) -> str:
    """Return a talk's event and day as a person says them."""
    day = f"day {talk.day}" if talk.day is not None else ""
    return ", ".join(part for part in (talk.event_id or "", day) if part)


def quote_text(quote: Quote) -> str:
    """Return a quote in marks, its lines kept, with the talk it stands in below it."""
    label = "The note-taker's own remark: " if quote.voice == "author" else ""
    return f"{label}“{tidy(quote.text)}”\n— {talk_line(quote.talk)}"


def tidy(text: str) -> str:
    """Close the empty lines of a quote; its words stay as they are."""
    return _GAPS.sub("\n", text.strip())


def link_line(talk: Talk) -> str:
    """Return all links of a talk by name, empty where there are none."""
    named = [f"{LINK_NAMES.get(kind, kind.capitalize())}: {url}" for kind, url in talk.links.items() if url]
    return " · ".join(named) or (f"Link: {talk.url}" if talk.url else "")


def grouped(talks: Sequence[Talk]) -> Iterable[tuple[str, list[Talk]]]:
    """Group talks that stand in order by event and day."""
    return [(heading, list(members)) for heading, members in groupby(talks, key=lambda talk: place(talk) or "Event not known")]


def list_text(talks: Sequence[Talk]) -> str:
    """Return talks under their event and day, one a line."""
    lines: list[str] = []
    for heading, members in grouped(talks):
        lines.append(f"{heading}:")
        lines += [
            " · ".join(part for part in (f"• {talk.title or 'Notes'}", ", ".join(talk.speakers), talk.url or "") if part)
            for talk in members
        ]
    return "\n".join(lines)


def join_text(*parts: str | None) -> str:
    """Join the parts of an answer that are there, a blank line between them."""
    return "\n\n".join(part for part in parts if part)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun in the right number."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
