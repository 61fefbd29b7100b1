"""What stands on a talk's page: its passages with the quoted words and their links, the talks beside it and near in content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

import numpy as np

from bot.addresses import Span, addresses_of
from bot.answering.models import Quote
from bot.answering.rendering import shortened
from index.models import Passage, Talk
from index.search import Searcher

_RELATED = 5
_LOOKED_AT = 40  # passages near a talk
_MOST_LINKS = 6  # beside a passage
_LABEL_CHARS = 40
_TIME = re.compile(r"(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s?)?")  # "1h2m3s", "754s", "754"
_TIMES = ("t", "start", "time_continue")  # what players call the second at which they begin


@dataclass(frozen=True, slots=True)
class Beside:
    """A link that the notes give in a passage and do not show as words."""

    url: str
    label: str  # where it leads; of a recording's second, the time
    moment: bool = False  # whether it opens a recording at a second


def with_quote(
    passages: Sequence[Passage], span: Span | None
) -> list[tuple[Passage, tuple[int, int] | None, bool]]:
    """Return passages, each with the part of a span that stands in it, and whether it is the first to have one."""
    found: list[tuple[Passage, tuple[int, int] | None, bool]] = []
    begun = False
    for passage in passages:
        part = _within(passage, span.start, span.end) if span else None
        found.append((passage, part, not begun))
        begun = begun or part is not None
    return found


def _within(passage: Passage, start: int, end: int) -> tuple[int, int] | None:
    """Return the part of a span that stands in a passage, in the passage's characters."""
    first, last = max(start, passage.start), min(end, passage.end)
    return (first - passage.start, last - passage.start) if first < last else None


def neighbours(live: Searcher, talk: Talk, row: int | None) -> tuple[Talk | None, Talk | None]:
    """Return the talks that stand before and after one in the notes on its day."""
    rows = live.build.table.in_order(addresses_of(live).talks_of(talk.event_id, talk.day)).tolist()
    if row not in rows:
        return None, None
    at = rows.index(row)
    talks = live.build.stored_talks.rows
    before = talks[rows[at - 1]] if at else None
    return before, talks[rows[at + 1]] if at + 1 < len(rows) else None


def related(live: Searcher, row: int | None) -> tuple[Talk, ...]:
    """Return the talks whose passages are nearest to a talk's own."""
    build = live.build
    if row is None:
        return ()
    near, _ = build.dense.search(build.talk_vectors[row].astype(np.float32), _LOOKED_AT)
    rows = dict.fromkeys(int(build.table.talk_of_row[at]) for at in near.tolist())
    others = [one for one in rows if one != row and one not in build.table.sections]
    return tuple(build.stored_talks.rows[one] for one in others[:_RELATED])


def links_beside(passage: Passage, talk: Talk) -> list[Beside]:
    """Return what is to stand beside a passage: its recording at its second, then the links behind its words.

    Links that its words show, and those that stand with the talk's title, are left out.
    """
    shown = {talk.url, *talk.links.values()}
    moments = _moments(passage.links, talk)
    timed = {one.url for one in moments}
    others = [
        Beside(url, _label(url))
        for url in passage.links
        if url not in shown and url not in passage.text and url not in timed
    ]
    return [*moments[:1], *others[:_MOST_LINKS]]


def moment_of(live: Searcher, quote: Quote) -> Beside | None:
    """Return the recording of a quote's talk at the second of its passage, where the notes or the catalogue give one."""
    if not quote.talk.links:
        return None
    row = live.build.stored_talks.row(quote.talk.talk_id)
    ordinal = quote.passage_id.rpartition("#")[2]
    if row is None or not ordinal.isdigit():
        return None
    rows = live.build.table.rows_of(row)[int(ordinal) :][:1]
    return next(iter(_moments(live.build.passages[rows[0]].links if rows else (), quote.talk)), None)


def _moments(links: Iterable[str], talk: Talk) -> list[Beside]:
    """Return those of some links that open a recording of the talk's own host at a second."""
    recordings = {_host(talk.links[kind]) for kind in ("video", "recap") if talk.links.get(kind)}
    timed = ((url, _time(url)) for url in links if _host(url) in recordings)
    return [Beside(url, label, moment=True) for url, label in timed if label]


def _host(url: str) -> str:
    """Return an address's host, the short one of the largest host of recordings as its long one."""
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return ""
    return "youtube.com" if host == "youtu.be" else host


def _time(url: str) -> str:
    """Return the time that an address opens a recording at, as players show it; empty where it names none."""
    try:
        parts = urlsplit(url)
        named = dict([*parse_qsl(parts.query), *parse_qsl(parts.fragment)])
    except ValueError:
        return ""
    given = next((named[name] for name in _TIMES if name in named), "")
    found = _TIME.fullmatch(given)
    if not given or not found:
        return ""
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    minutes, seconds = divmod(hours * 3600 + minutes * 60 + seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _label(url: str) -> str:
    try:
        parts = urlsplit(url)
        return shortened(
            f"{parts.netloc.removeprefix('www.')}{unquote(parts.path).rstrip('/')}", _LABEL_CHARS
        )
    except ValueError:
        return shortened(url, _LABEL_CHARS)
