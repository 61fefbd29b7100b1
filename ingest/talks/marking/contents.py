"""Lists and tables that only announce the talks whose notes stand below under headings of their own."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from operator import attrgetter

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
        outline: Marks of headings, in order; those that the list announces become talks.
    """
    talks = [entry for entry in entries if entry.kind == "talk"]
    announced = _announced(talks, outline)
    if len(announced) < max(_LEAST, _SHARE * len(talks)):
        return list(entries)
    for entry, heading in announced:
        _take_over(heading, entry)
    taken = {id(entry) for entry, _ in announced}
    return [entry for entry in entries if id(entry) not in taken]


def _announced(talks: Sequence[Mark], outline: Sequence[Mark]) -> list[tuple[Mark, Mark]]:
    """Pair the entries with the headings below that have their titles, or go on from them.

    "Contract tests" announces "Contract tests without tears": headings are looked up by each beginning of their
    words, and every heading is passed once a beginning, since both come in order.
    """
    waiting: dict[str, deque[Mark]] = {}
    for mark in outline if talks else ():
        if mark.kind == "talk" or (mark.kind == "section" and mark.role in _TALKS_OWN):
            words = _words(read_title(mark.title).text)
            for count in range(1, len(words) + 1):
                waiting.setdefault(" ".join(words[:count]), deque()).append(mark)
    announced: list[tuple[Mark, Mark]] = []
    taken: set[int] = set()
    for entry in sorted(talks, key=attrgetter("start")):
        headings = waiting.get(" ".join(_words(entry.title)), deque())
        while headings and (headings[0].start <= entry.start or id(headings[0]) in taken):
            headings.popleft()
        if headings:
            taken.add(id(headings[0]))
            announced.append((entry, headings.popleft()))
    return announced


def _words(title: str) -> list[str]:
    return re.findall(r"\w+", title.casefold())


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
