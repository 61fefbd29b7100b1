"""Answers as plain words: what a person reads where there are no blocks, buttons and colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from bot.answering.lines import is_item, one_line, tidy
from bot.answering.models import Block, Entry, Quote, Understood
from index.models import Talk

_SOURCE_CHARS = 48  # of a recap's title behind a quote's talk
NEAREST_HEADING = "The nearest talks:"
LINK_NAMES = {"video": "Video", "slides": "Slides", "schedule": "Schedule", "recap": "Notes"}


def talk_line(talk: Talk) -> str:
    """Return a talk's title, speakers, event, day and link on one line."""
    return " · ".join(
        part
        for part in (f"{talk.title or 'Notes'}", beside(talk, talk.speakers), place(talk), talk.url or "")
        if part
    )


def spoken(names: Sequence[str], last: str = "and") -> str:
    """Return names as a person lists them: "a, b and c"."""
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)


def place(talk: Talk) -> str:
    """Return a talk's event and day as a person says them."""
    day = f"day {talk.day}" if talk.day is not None else ""
    return ", ".join(part for part in (talk.event_id or "", day) if part)


def answer_text(notices: Sequence[str], headline: str | None, blocks: Sequence[Block]) -> str:
    """Return the words of an answer in the order in which every surface shows them."""
    return join_text(*notices, headline, *map(block_text, blocks))


def block_text(block: Block) -> str:
    """Return a block: its heading, the quotes with their talk below them, the talks, the lines."""
    lines = [block.heading, *map(quote_text, block.quotes)]
    if block.quotes:
        lines.append(f"— {source_line(block.quotes[0])}")
    lines += [entry_text(entry, with_place=not is_placed(entry, block)) for entry in block.entries]
    lines += [f"• {line.text}" for line in block.lines]
    return "\n".join(filter(None, lines))


def quote_text(quote: Quote) -> str:
    """Return a quote in marks, with the line that introduces it and whose remark it is."""
    label = "The note-taker's own remark: " if quote.voice == "author" else ""
    return f"{label}“{shown_words(quote)}{'…' if quote.cut else ''}”"


def shown_words(quote: Quote) -> str:
    """Return a quote's words as they are shown, behind the line that introduces it."""
    text = tidy(quote.text, quote.layout)
    return led(one_line(quote.lead.text), text) if quote.lead else text


def led(lead: str, text: str) -> str:
    """Return a quote behind the line that introduces it; an item of a list begins a line of its own."""
    gap = "\n" if is_item(text) else " "
    return f"{lead} […]{gap}{text}"


def source_line(quote: Quote) -> str:
    """Return the talk of a quote and whose notes it is from, on one line."""
    return " · ".join(filter(None, (talk_line(quote.talk), source_text(quote))))


def source_text(quote: Quote) -> str:
    """Return whose notes a quote is from: their author, else the title of the recap."""
    source = quote.source
    if source is None:
        return ""
    if source.author:
        return f"notes by {source.author}"
    title = shortened(source.title, _SOURCE_CHARS)
    return f"notes: {title}" if title and title != quote.talk.title else ""


def is_placed(entry: Entry, block: Block) -> bool:
    """Return whether the heading of its block says where and when a talk was given."""
    return block.heading.removesuffix(":") == place(entry.talk)


def entry_text(entry: Entry, *, with_place: bool = False) -> str:
    """Return a talk of a list on one line, and below it why it is there or what it is about."""
    talk = entry.talk
    where = place(talk) if with_place else ""
    head = " · ".join(
        filter(None, (talk.title or "Notes", beside(talk, people_of(talk)), where, talk.url or ""))
    )
    below = [entry.why, quote_text(entry.gist) if entry.gist else ""]
    return "\n  ".join([f"• {head}", *filter(None, below)])


def limits_text(understood: Understood) -> str:
    """Return what a question was limited to, empty where it was to nothing."""
    heard = understood
    parts = [
        heard.event or "",
        f"day {heard.day}" if heard.day is not None else "",
        heard.kind or "",
        heard.speaker or "",
    ]
    named = ", ".join(filter(None, parts))
    return f"Looked in: {named}" if named else ""


def people_of(talk: Talk) -> list[str]:
    """Return a talk's speakers, each with the company where the notes say whose it is."""
    if len(talk.affiliations) != len(talk.speakers):
        return list(talk.speakers)
    pairs = zip(talk.speakers, talk.affiliations, strict=True)
    return [f"{name} ({company})" if company else name for name, company in pairs]


def beside(talk: Talk, people: Sequence[str]) -> str:
    """Return people as they stand beside a talk's title, empty where their names are all of the title."""
    named = ", ".join(people)
    return "" if named.casefold() == talk.title.casefold() else named


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


def join_text(*parts: str | None) -> str:
    """Join the parts of an answer that are there, a blank line between them."""
    return "\n\n".join(part for part in parts if part)


def shortened(text: str, most: int) -> str:
    """Return a text of at most so many characters, cut between words."""
    return text if len(text) <= most else f"{text[: most - 1].rsplit(' ', 1)[0].rstrip(' ,;:–-')}…"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun in the right number."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
