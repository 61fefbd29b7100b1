"""What stands on a talk's page: its passages with the quoted words, the talks beside it, and those near in content."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.addresses import Span, addresses_of
from index.models import Passage, Talk
from index.search import Searcher

_RELATED = 5
_LOOKED_AT = 40  # passages near a talk


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
