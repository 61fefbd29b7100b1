"""Answers as plain words: what a person reads where there are no blocks, buttons and colours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from bot.answering.models import Quote
from index.models import Talk

_WRAPPED_AT = 70  # a line as long as this that ends without a stop was broken by an editor, not by its author
_BULLET = re.compile(r"\s*(?:[-*•‣–—>#|]|\d+[.)])\s")
_GOES_ON = re.compile(
    r"(?:,|\b(?:a|an|and|as|at|by|for|from|in|into|is|of|on|or|that|the|to|was|with|de|du|des|et|la|le|les))$",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"[ \t]{2,}")
LINK_NAMES = {"video": "Video", "slides": "Slides", "schedule": "Schedule", "recap": "Notes"}


def talk_line(talk: Talk) -> str:
    """Return a talk's title, speakers, event, day and link on one line."""
    return " · ".join(
        part
        for part in (f"{talk.title or 'Notes'}", ", ".join(talk.speakers), place(talk), talk.url or "")
        if part
    )


def place(talk: Talk) -> str:
    """Return a talk's event and day as a person says them."""
    day = f"day {talk.day}" if talk.day is not None else ""
    return ", ".join(part for part in (talk.event_id or "", day) if part)


def quotes_text(quotes: Sequence[Quote]) -> str:
    """Return quotes in marks, those of one talk together with the talk below them."""
    return join_text(
        *(
            "\n".join([*map(_marked, members), f"— {talk_line(members[0].talk)}"])
            for members in by_talk(quotes)
        )
    )


def by_talk(quotes: Sequence[Quote]) -> list[list[Quote]]:
    """Gather the quotes of each talk, in the order in which the talks come first."""
    found: dict[str, list[Quote]] = {}
    for quote in quotes:
        found.setdefault(quote.talk.talk_id, []).append(quote)
    return list(found.values())


def _marked(quote: Quote) -> str:
    label = "The note-taker's own remark: " if quote.voice == "author" else ""
    return f"{label}“{tidy(quote.text)}”"


def tidy(text: str) -> str:
    """Join the lines that an editor wrapped and close empty ones; lists and paragraphs stay, and so do the words."""
    joined: list[str] = []
    ended = True
    for line in text.split("\n"):
        bare = _BLANKS.sub(" ", line.strip())
        if bare and not ended and is_wrapped(joined[-1], bare):
            joined[-1] = f"{joined[-1]} {bare}"
        elif bare:
            joined.append(bare)
        ended = not bare
    return "\n".join(joined)


def is_wrapped(before: str, line: str) -> bool:
    """Tell whether a line goes on with the one before it, which an editor broke."""
    if _BULLET.match(line) or before.endswith((".", ";", ":", "!", "?")):
        return False
    if _BULLET.match(before) and not line[:1].islower():
        return False  # what follows on a list's last item, not the item's second line
    return len(before) >= _WRAPPED_AT or bool(_GOES_ON.search(before))


def link_line(talk: Talk) -> str:
    """Return all links of a talk by name, empty where there are none."""
    named = [f"{LINK_NAMES.get(kind, kind.capitalize())}: {url}" for kind, url in talk.links.items() if url]
    return " · ".join(named) or (f"Link: {talk.url}" if talk.url else "")


def grouped(talks: Sequence[Talk]) -> Iterable[tuple[str, list[Talk]]]:
    """Group talks that stand in order by event and day."""
    return [
        (heading, list(members))
        for heading, members in groupby(talks, key=lambda talk: place(talk) or "Event not known")
    ]


def list_text(talks: Sequence[Talk]) -> str:
    """Return talks under their event and day, one a line."""
    lines: list[str] = []
    for heading, members in grouped(talks):
        lines.append(f"{heading}:")
        lines += [
            " · ".join(
                part
                for part in (f"• {talk.title or 'Notes'}", ", ".join(talk.speakers), talk.url or "")
                if part
            )
            for talk in members
        ]
    return "\n".join(lines)


def join_text(*parts: str | None) -> str:
    """Join the parts of an answer that are there, a blank line between them."""
    return "\n\n".join(part for part in parts if part)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun in the right number."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
