"""Lists and tables that only announce the talks whose notes stand below under headings of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.talks.lines.titles import read_title
from ingest.talks.marking.marks import Mark

_LEAST = 2  # entries that recur as headings
_SHARE = 0.5  # of the entries
_TALKS_OWN = frozenset(
    {"section", "aside"}
)  # roles of headings that may be talks whose evidence stands in the list alone


def without_contents(entries: Sequence[Mark], outline: Sequence[Mark]) -> list[Mark]:
    """Return the entries that no heading takes up again; where most are, headings take over what the list says of them.

    Args:
        entries: Talks that a list or a table names.
        outline: Marks of headings; those that the list announces become talks.
    """
    talks = [entry for entry in entries if entry.kind == "talk"]
    announced: list[tuple[Mark, Mark]] = []
    free = [
        mark
        for mark in outline
        if mark.kind == "talk" or (mark.kind == "section" and mark.role in _TALKS_OWN)
    ]
    for entry in talks:
        heading = next(
            (mark for mark in free if mark.start > entry.start and _announces(entry.title, mark.title)), None
        )
        if heading is not None:
            free.remove(heading)
            announced.append((entry, heading))
    if len(announced) < max(_LEAST, _SHARE * len(talks)):
        return list(entries)
    for entry, heading in announced:
        _take_over(heading, entry)
    taken = {id(entry) for entry, _ in announced}
    return [entry for entry in entries if id(entry) not in taken]


def _announces(entry: str, heading: str) -> bool:
    """Return whether a heading has an entry's title, or goes on from it: "Contract tests" and "Contract tests without tears"."""
    short, long = _words(entry), _words(read_title(heading).text)
    return bool(short) and (short == long or long.startswith(f"{short} "))


def _words(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold()))


def _take_over(heading: Mark, entry: Mark) -> None:
    if heading.kind == "section":
        heading.kind, heading.talk_kind, heading.role = "talk", entry.talk_kind, ""
        heading.title, heading.certainty, heading.closes_day = (
            read_title(heading.title).text,
            entry.certainty,
            False,
        )
    if heading.people is None or (
        entry.people and not any(heading.people.affiliations) and _alike(heading, entry)
    ):
        heading.people = entry.people
    heading.days = heading.days or entry.days
    for kind, url in entry.links.items():
        heading.links.setdefault(kind, url)


def _alike(heading: Mark, entry: Mark) -> bool:
    return bool(heading.people and entry.people and heading.people.names == entry.people.names)
