"""Answers and lists of talks on a terminal, with colours and links where it has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from bot.answering.lines import is_item
from bot.answering.models import Answer, Block
from bot.answering.rendering import (
    beside,
    counted,
    grouped,
    is_placed,
    limits_text,
    people_of,
    place,
    quote_text,
    source_text,
)
from console.screen import Screen
from index.models import Event, Talk

_WIDTH = 100


def print_answer(answer: Answer, console: Console | None = None) -> None:
    """Print an answer for a person, in the order of its text."""
    screen = console or _console()
    for notice in answer.notices:
        screen.print(Text(notice, style="yellow"), soft_wrap=not screen.is_terminal)
    if answer.headline:
        screen.print(Text(answer.headline, style="bold"), soft_wrap=not screen.is_terminal)
    for at, block in enumerate(answer.blocks):
        if at or answer.notices or answer.headline:
            screen.print()
        _print_block(block, screen)
    if limits := limits_text(answer.understood):
        screen.print(Text(f"\n{limits}", style="dim"))


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
    """Print talks one a line under headings of event and day; a section of the notes that is no talk says so."""
    for heading, members in grouped(talks):
        screen.print(Text(f"\n{heading}", style="bold cyan"))
        for talk in members:
            line = talk_text(talk, with_place=False)
            if talk.kind == "section":
                line.append(" (section)")
                line.stylize("not bold dim")
            _print_indented(line, screen)


def talk_text(talk: Talk, *, with_place: bool = True, mark: str = "•") -> Text:
    """Return a talk's line; its title is a hyperlink where the terminal knows them, and the address stands behind it."""
    line = Text(f"{mark} ")
    line.append(talk.title or "Notes", style=f"bold link {talk.url}" if talk.url else "bold")
    details = [beside(talk, people_of(talk)), place(talk) if with_place else ""]
    for part in filter(None, details):
        line.append(f" · {part}")
    if talk.url:
        line.append(f" · {talk.url}", style="dim")
    return line


def _print_block(block: Block, screen: Console) -> None:
    if block.heading:
        screen.print(Text(block.heading, style="bold cyan"))
    for quote in block.quotes:
        _print_indented(Text(quote_text(quote)), screen)
    if block.quotes:
        line = talk_text(block.quotes[0].talk, mark="—")
        if source := source_text(block.quotes[0]):
            line.append(f" · {source}", style="dim")
        _print_indented(line, screen)
    for entry in block.entries:
        _print_indented(talk_text(entry.talk, with_place=not is_placed(entry, block)), screen)
        for below in filter(None, (entry.why, quote_text(entry.gist) if entry.gist else "")):
            _print_indented(Text(below, style="dim"), screen, 4)
    for shown in block.lines:
        _print_indented(Text(f"• {shown.text}"), screen)


def _print_indented(text: Text, screen: Console, indent: int = 2) -> None:
    for line in text.split("\n"):
        if not screen.is_terminal:  # a file or a pipe gets each address in one piece
            screen.print(Text.assemble(" " * indent, line), soft_wrap=True)
            continue
        shown: Text | Table = line
        if is_item(line.plain):
            # Words that are wrapped stay clear of the mark: otherwise they look like one more item.
            mark = len(line.plain) - len(line.plain.lstrip()) + len(line.plain.split(maxsplit=1)[0]) + 1
            shown = Table.grid("", Column(overflow="fold"), padding=0)
            shown.add_row(line[:mark], line[mark:])
        screen.print(Padding(shown, (0, 0, 0, indent)))


def _console() -> Console:
    found = Screen(highlight=False)
    return found if not found.is_terminal or found.width <= _WIDTH else Screen(highlight=False, width=_WIDTH)
