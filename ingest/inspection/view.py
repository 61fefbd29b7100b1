"""Inspected recaps on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from ingest.inspection.init import Draft
from ingest.inspection.inspect import Inspection, TalkLines
from ingest.recap.matching import SURE


def print_inspection(inspection: Inspection, console: Console) -> None:
    """Print how a recap was read: what it is, its talks in order, what was dropped, what is uncertain."""
    console.print(Text(inspection.title, style="bold"))
    for name, value in _facts(inspection):
        console.print(f"  {name}: {value}", highlight=False, markup=False, emoji=False)
    console.print(_table(inspection))
    _print_lines(
        console,
        "Dropped",
        [f"{_span(d.first_line, d.last_line)}  {d.reason}: {d.words}" for d in inspection.dropped],
    )
    _print_lines(console, "Uncertain", inspection.uncertain)
    _print_lines(
        console,
        "Left without a link: two candidates in the catalogue are too close to call",
        inspection.unlinked,
    )


def _facts(inspection: Inspection) -> list[tuple[str, str]]:
    """List what is known of the recap itself."""
    event = (
        f"{inspection.event} ({inspection.event_certainty:.0%} sure)"
        if inspection.event
        else "not recognised"
    )
    if inspection.evidence:
        event += f", read from {'; '.join(inspection.evidence)}"
    facts = [("event", event), ("day", "" if inspection.day is None else str(inspection.day))]
    facts += [("author", inspection.author or ""), ("address", inspection.url or "")]
    facts += [("read as", f"{inspection.format}, language {inspection.language}")]
    return [(name, value) for name, value in facts if value]


def _table(inspection: Inspection) -> Table:
    """Return one row a talk."""
    table = Table(
        "lines",
        "kind",
        Column("title and speakers", ratio=3),
        "day",
        Column("link", ratio=2, overflow="fold"),
        expand=True,
    )
    for talk in inspection.talks:
        row = (
            ", ".join(_span(*span) for span in talk.lines) or "-",
            talk.kind,
            _title(talk),
            "" if talk.day is None else str(talk.day),
            talk.url or "-",
        )
        table.add_row(*(Text(cell) for cell in row), style="dim" if talk.kind == "section" else None)
    return table


def _title(talk: TalkLines) -> str:
    """Return a talk's title with its speakers, what the catalogue says of it, and what to look at."""
    people = ", ".join(talk.speakers)
    lines = [talk.title + (f" - {people}" if people else "")]
    if talk.affiliations:
        lines[0] += f" ({', '.join(dict.fromkeys(talk.affiliations))})"
    if talk.catalogue and talk.catalogue_score < 100:
        lines.append(f"  = {talk.catalogue} ({talk.catalogue_score:.0f} of 100)")
    if talk.kind != "section" and talk.certainty < SURE:
        lines.append(f"  ? a talk of its own: {talk.certainty:.0%}")
    if talk.author_lines:
        lines.append(
            f"  the author's own words: {', '.join(dict.fromkeys(_span(*span) for span in talk.author_lines))}"
        )
    if talk.remarks:
        lines.append(f"  ! {'; '.join(talk.remarks)}")
    return "\n".join(lines)


def _span(first: int, last: int) -> str:
    """Write a range of lines."""
    return str(first) if first == last else f"{first}-{last}"


def _print_lines(console: Console, heading: str, lines: list[str] | tuple[str, ...]) -> None:
    """Print a heading and its lines; nothing where there are none."""
    if lines:
        console.print(f"{heading}:", highlight=False)
        for line in lines:
            console.print(f"  {line}", highlight=False, markup=False, emoji=False)


def print_drafts(drafts: Sequence[Draft], console: Console) -> None:
    """Print what could be read of each recap of a folder, and what a person should look at."""
    table = Table(
        "recap", "conference", "day", Column("talks", justify="right"), Column("sections", justify="right")
    )
    for draft in drafts:
        shown = f"{draft.event or 'not said'}{'' if draft.sure or not draft.event else ' ?'}"
        day = "" if draft.day is None else str(draft.day)
        table.add_row(Text(draft.name), Text(shown), day, str(draft.talks), str(draft.sections))
    console.print(table)
    for draft in drafts:
        if draft.trouble:
            console.print(Text(draft.trouble))
        elif not draft.talks:
            console.print(
                Text(f"{draft.name}: no talks were found; `confnotes inspect` shows how it was read.")
            )
