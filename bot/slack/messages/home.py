"""The Home tab: the conferences that the notes cover, questions to begin with, how to ask, how old the notes are. Pure."""

from __future__ import annotations

from bot.slack.intake.commands import by_age
from bot.slack.messages import kit
from bot.slack.messages.digest import event_line
from bot.slack.messages.message import build_line
from index.build.reader import Build
from index.models import Talk

SUGGESTED = 3
MOST_EVENTS = 40


def home_view(build: Build, command: str, trouble: str | None = None) -> kit.Json:
    """Lay the Home tab out."""
    events = by_age(build)
    covered = [kit.line(kit.text(event_line(event.event_id, build))) for event in events[:MOST_EVENTS]]
    questions = [kit.line(kit.text(question)) for question in suggested(build)]
    ways = [
        "Mention me in a channel and go on in the thread, or write to me in Messages.",
        f"{command} QUESTION answers you alone; {command} day3 gives the talks of a day; {command} help says the rest.",
    ]
    blocks = [
        kit.header("Ask the conference notes"),
        kit.rich(
            kit.line(
                kit.text(
                    "I answer with the notes’ own words, the talk and a link. What the notes do not say, I do not know."
                )
            )
        ),
        kit.rich(*_titled("How to ask", [kit.line(kit.text(way)) for way in ways])),
        *([kit.rich(*_titled("Try", questions))] if questions else []),
        *([kit.rich(*_titled("The notes cover", covered))] if covered else []),
        kit.quiet(build_line(build), *([f"A newer build could not be opened: {trouble}"] if trouble else [])),
    ]
    return {"type": "home", "blocks": blocks}


def suggested(build: Build) -> list[str]:
    """Make questions from real talks: the newest conferences' talks that the notes say most about, one a speaker."""
    said: dict[str, int] = {}
    for passage in build.passages:
        said[passage.talk_id] = said.get(passage.talk_id, 0) + len(passage.text)
    chosen: dict[tuple[str, ...], Talk] = {}
    for event in by_age(build):
        talks = [talk for talk in build.talks.values() if talk.event_id == event.event_id and talk.speakers]
        for talk in sorted(talks, key=lambda talk: -said.get(talk.talk_id, 0)):
            chosen.setdefault(talk.speakers, talk)
    return [
        f"What did {talk.speakers[0]} say in “{kit.cut(talk.title, 80)}”?"
        for talk in list(chosen.values())[:SUGGESTED]
    ]


def _titled(title: str, lines: list[kit.Json]) -> list[kit.Json]:
    return [kit.line(kit.text(title, bold=True)), kit.bullets(lines)]
