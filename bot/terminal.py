"""Answers and lists of talks on a terminal, with colours and links where it has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.answering.models import Answer, Quote
from bot.answering.rendering import by_talk, counted, grouped, place, tidy
from console.screen import Screen
from index.models import Event, Talk

_WIDTH = 100


def print_answer(answer: Answer, console: Console | None = None) -> None:
    """Print an answer for a person."""
    screen = console or _console()
    for notice in answer.notices:
        screen.print(Text(notice, style="yellow"), soft_wrap=not screen.is_terminal)
    if limits := _limits(answer):
        screen.print(Text(limits, style="dim"))
    if answer.headline:
        screen.print(Text(answer.headline, style="bold"), soft_wrap=not screen.is_terminal)
    for quotes in by_talk(answer.quotes):
        screen.print()
        _print_quotes(quotes, screen)
    if answer.understood.intent == "list" and answer.status == "answered":
        print_grouped([hit.talk for hit in answer.hits], screen)
    if answer.nearest:
        screen.print(Text("\nNearest talks, not an answer:", style="dim"))
        for talk in answer.nearest:
            _print_indented(talk_text(talk), screen)


def print_talks(talks: Sequence[Talk], events: Mapping[str, Event], console: Console | None = None) -> None:
    """Print talks under their event and day."""
    screen = console or _console()
    print_grouped(talks, screen)
    named = sorted({talk.event_id for talk in talks if talk.event_id in events and talk.event_id})
    sections = sum(talk.kind == "section" for talk in talks)
    parts = [
        counted(len(talks) - sections, "talk"),
        counted(sections, "section") if sections else "",
        counted(len(named), "event"),
    ]
    screen.print(Text(f"\n{', '.join(filter(None, parts))}", style="dim"))


def print_grouped(talks: Sequence[Talk], screen: Console) -> None:
    """Print talks one a line under headings of event and day."""
    for heading, members in grouped(talks):
        screen.print(Text(f"\n{heading}", style="bold cyan"))
        for talk in members:
            _print_indented(talk_text(talk, with_place=False), screen)


def talk_text(talk: Talk, *, with_place: bool = True) -> Text:
    """Return a talk's line; its title is a hyperlink where the terminal knows them, the address stands behind it where not."""
    line = Text("• ")
    line.append(talk.title or "Notes", style=f"bold link {talk.url}" if talk.url else "bold")
    details = [", ".join(talk.speakers), place(talk) if with_place else ""]
    for part in filter(None, details):
        line.append(f" · {part}")
    if talk.url:
        line.append(f" · {talk.url}", style="dim")
    return line


def _print_quotes(quotes: Sequence[Quote], screen: Console) -> None:
    """Print what is quoted from one talk, and the talk below it."""
    for quote in quotes:
        if quote.voice == "author":
            screen.print(Text("The note-taker's own remark:", style="italic"))
        _print_indented(Text(f"“{tidy(quote.text)}”"), screen)
    _print_indented(talk_text(quotes[0].talk), screen)


def _limits(answer: Answer) -> str:
    heard = answer.understood
    parts = [
        heard.event or "",
        f"day {heard.day}" if heard.day is not None else "",
        f"speaker {heard.speaker}" if heard.speaker else "",
    ]
    named = ", ".join(filter(None, parts))
    return f"Read as: {named}" if named else ""


def _print_indented(line: Text, screen: Console) -> None:
    # Wrapped on a terminal only: a file or a pipe gets each address in one piece.
    if screen.is_terminal:
        screen.print(Padding(line, (0, 0, 0, 2)))
    else:
        for part in line.split("\n"):
            screen.print(Text.assemble("  ", part), soft_wrap=True)


def _console() -> Console:
    found = Screen(highlight=False)
    return found if not found.is_terminal or found.width <= _WIDTH else Screen(highlight=False, width=_WIDTH)
