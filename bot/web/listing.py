"""What the pages list: events with their days, and related talks."""

from __future__ import annotations

from urllib.parse import quote

from bot.answering.language.knowledge import knowledge_of
from bot.answering.models import Answer, Block, Entry
from bot.answering.reply.coverage import events_in_order
from bot.answering.reply.digest import MOST
from index.build.talk_table import NO_EVENT
from index.models import Talk
from index.search import Searcher


def talk_path(talk: Talk) -> str:
    """Return the path of a talk's own page."""
    return f"/talks/{quote(talk.talk_id)}"


def related(found: Answer) -> list[Talk]:
    """Return the talks among the hits that the answer does not name, each once, best first."""
    shown = {quote.talk.talk_id for quote in found.quotes} | {entry.talk.talk_id for entry in found.entries}
    others = {hit.talk.talk_id: hit.talk for hit in found.hits if hit.talk.talk_id not in shown}
    return list(others.values()) if found.status == "answered" else []


def overview(live: Searcher) -> list[tuple[str, str, int, list[int]]]:
    """Return the id, name, number of talks and days of each event, newest first, from the table alone.

    Talks of no known event come last, under an empty id.
    """
    knowledge = knowledge_of(live)
    table = knowledge.table
    counts = table.by_event(table.everything())
    rows = []
    for event in reversed(events_in_order(live)):
        days = table.days_of(knowledge.talks_within((event.event_id,)))
        rows.append(
            (event.event_id, event.name, counts.get(knowledge.event_rows([event.event_id])[0], 0), days)
        )
    unplaced = len(table) - sum(counts.values())
    return [*rows, ("", "Event unknown", unplaced, [])] if unplaced else rows


def unplaced(live: Searcher) -> list[Block]:
    """Return the talks of no known event."""
    table, talks = live.build.table, live.build.stored_talks.rows
    rows = table.in_order(table.of_events([NO_EVENT]))[:MOST]
    return [Block(entries=tuple(Entry(talks[row]) for row in rows.tolist()))]
