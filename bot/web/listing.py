"""What the pages list: talks by event and day, related talks, example questions, the line at the foot."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from urllib.parse import quote

from bot.answering.models import Answer
from index.models import Talk
from index.search import Searcher


def talk_path(talk: Talk) -> str:
    """Return the path of a talk's own page."""
    return f"/talks/{quote(talk.talk_id)}"


def footer(live: Searcher) -> str:
    """Say which build answers and how large it is."""
    build = live.build
    found = sum(talk.kind != "section" for talk in build.talks.values())
    return f"{found} talks and {len(build.talks) - found} sections in {len(build.recaps)} recaps · build {build.build_id}"


def suggestions(live: Searcher, count: int = 3) -> list[str]:
    """Make example questions from real talks, spread over the build."""
    talks = [
        talk for talk in live.build.talks.values() if talk.kind == "session" and 12 <= len(talk.title) <= 70
    ]
    step = max(len(talks) // count, 1)
    return [f"What was said in “{talk.title}”?" for talk in talks[::step][:count]]


def related(found: Answer) -> list[Talk]:
    """Return the talks among the hits that no quote shows, each once, best first."""
    shown = {quote.talk.talk_id for quote in found.quotes}
    others: dict[str, Talk] = {}
    for hit in found.hits:
        if hit.talk.talk_id not in shown:
            others.setdefault(hit.talk.talk_id, hit.talk)
    return list(others.values())


def by_event_and_day(live: Searcher) -> list[tuple[str, list[tuple[str, list[Talk]]]]]:
    """Group the talks by event, newest first, then by day; talks without a day come last."""
    names = {event_id: event.name for event_id, event in live.build.events.items()}
    starts = {
        event_id: event.starts_on.isoformat() if event.starts_on else ""
        for event_id, event in live.build.events.items()
    }

    def order(talk: Talk) -> tuple[str, str]:
        return (starts.get(talk.event_id or "", ""), talk.event_id or "")

    groups = []
    for (_, event_id), group in groupby(
        sorted(live.build.talks.values(), key=order, reverse=True), key=order
    ):
        groups.append((names.get(event_id, event_id or "Event unknown"), _by_day(group)))
    return groups


def _by_day(talks: Iterable[Talk]) -> list[tuple[str, list[Talk]]]:
    def order(talk: Talk) -> tuple[int, str, int]:
        return (99 if talk.day is None else talk.day, talk.recap_id, talk.position)

    ordered = sorted(talks, key=order)
    return [
        ("" if day == 99 else f"Day {day}", list(group))
        for day, group in groupby(ordered, key=lambda talk: order(talk)[0])
    ]
