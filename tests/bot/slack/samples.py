"""Messages and views of every kind, from notes and questions that mean harm; the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from bot.answering.form import AnswerForm
from bot.answering.models import Answer, Quote, Understood
from bot.slack.desk.watches import news_message
from bot.slack.intake.commands import parse, scope
from bot.slack.listeners.feedback import reason_form
from bot.slack.messages import cards
from bot.slack.messages.answers import answer_message
from bot.slack.messages.digest import digest_message, events_message
from bot.slack.messages.home import home_view
from bot.slack.messages.message import Frame, Message, Request
from bot.slack.mrkdwn import escape
from index.build.reader import Build
from index.models import Hit, Passage, Talk
from tests.bot.slack.drawing import HOSTILE

WORDS = (
    *HOSTILE,
    "etcd",
    "a plain sentence.",
    "é ß 漢字 🚢",
    "\n",
    " ",
    "<",
    ">",
    "&",
    "|",
    "<!",
    "<@",
    "<#C",
    "`",
    "<<!here>>",
    "&amp;lt;!here&gt;",
)


@dataclass(frozen=True)
class Sample:
    """What is shown on a surface ("message", "home" or "modal"), and the texts of it that Slack parses."""

    surface: str
    blocks: list[dict[str, Any]]
    parsed: tuple[str, ...] = ()
    view: dict[str, Any] | None = None
    notes: int = 0  # how many hostile notes went into it


def samples(build: Build, count: int, seed: int = 5) -> Iterator[Sample]:
    """Yield so many messages and views, of every kind in turn."""
    draw = random.Random(seed)  # noqa: S311  reproducible, not secret
    makers = (_answer, _answer, _answer, _digest, _talk, _speaker, _watch, _apology, _home, _form)
    for number in range(count):
        yield makers[number % len(makers)](draw, build)


def hostile(draw: random.Random) -> str:
    """Put a text together that tries to be more than words."""
    text = draw.choice(("", " ", "|", ">")).join(draw.choices(WORDS, k=draw.randint(1, 6)))
    return text * draw.choices((1, 30, 200), (30, 1, 1))[0]


def _answer(draw: random.Random, build: Build) -> Sample:
    found = [_hit(draw, number) for number in range(1, draw.choice((0, 1, 3, 10, 10, 30)) + 1)]
    quotes = tuple(
        Quote(hit.passage.text, hit.passage.passage_id, 0, 1, hit.talk, draw.choice(("notes", "author")))
        for hit in found[:9]
    )
    missed = draw.random() < 0.3
    answer = Answer(
        hostile(draw),
        "not_found" if missed else "answered",
        hostile(draw),
        Understood(
            hostile(draw),
            draw.choice(("EU 2020", None)),
            topic=hostile(draw),
            form=draw.choice((AnswerForm.QUOTES, AnswerForm.LIST)),
        ),
        0.5,
        "b",
        headline=draw.choice((None, hostile(draw))),
        notices=(hostile(draw),),
        quotes=() if missed or draw.random() < 0.3 else quotes,
        hits=tuple(found),
        nearest=tuple(hit.talk for hit in found),
    )
    request = Request(hostile(draw), draw.choice(("answer", "hits")), draw.randint(1, 7), (hostile(draw),))
    return _of(answer_message(answer, Frame(request, build, draw.random() < 0.5)), len(found))


def _hit(draw: random.Random, number: int) -> Hit:
    talk = Talk(
        f"t{draw.randint(0, 9)}",
        "eu-2020.md",
        hostile(draw),
        draw.choice(("keynote", "session", "section")),
        tuple(hostile(draw) for _ in range(draw.randint(0, 3))),
        event_id=draw.choice(("EU 2020", "NA 2019", None)),
        day=draw.choice((None, 3)),
        url=draw.choice((None, hostile(draw), f"https://talks.example.org/{hostile(draw)}")),
    )
    text = hostile(draw)
    return Hit(
        Passage(
            f"{talk.talk_id}#{number}", talk.talk_id, talk.recap_id, number, text, 0, len(text), 0, len(text)
        ),
        talk,
        1.0,
        number,
    )


def _hostile_build(draw: random.Random, build: Build) -> Build:
    """Give the talks of a build titles and speakers that mean harm."""
    talks = {
        talk_id: replace(
            talk,
            title=hostile(draw),
            speakers=(hostile(draw), hostile(draw)),
            url=f"https://x.example/{hostile(draw)}",
        )
        for talk_id, talk in build.talks.items()
    }
    return replace(build, talks=talks)


def _frame(draw: random.Random, build: Build, typed: str) -> Frame:
    return Frame(Request(typed, page=draw.randint(1, 3)), _hostile_build(draw, build), draw.random() < 0.5)


def _digest(draw: random.Random, build: Build) -> Sample:
    typed = draw.choice(("day 3", "eu 2020", "day 9", "kubecon eu 2023", "keynotes day 3", "events"))
    frame = _frame(draw, build, typed)
    command = parse(typed)
    return _of(
        events_message(frame)
        if typed == "events"
        else digest_message(command, scope(command, frame.build), frame)
    )


def _talk(draw: random.Random, build: Build) -> Sample:
    frame = _frame(draw, build, hostile(draw))
    return _of(
        cards.talk_message(draw.choice((hostile(draw), next(iter(frame.build.talks.values())).title)), frame)
    )


def _speaker(draw: random.Random, build: Build) -> Sample:
    frame = _frame(draw, build, hostile(draw))
    return _of(
        cards.speaker_message(
            draw.choice((hostile(draw), next(iter(frame.build.talks.values())).speakers[0])), frame
        )
    )


def _watch(draw: random.Random, build: Build) -> Sample:
    return _of(
        news_message(
            hostile(draw), [_hit(draw, number) for number in range(1, 8)], Frame(Request("x"), build)
        ),
        7,
    )


def _apology(draw: random.Random, build: Build) -> Sample:
    frame = _frame(draw, build, "help")
    made = (
        cards.sorry(hostile(draw)),
        cards.note(hostile(draw)),
        cards.help_message(frame, "/kubecon"),
        cards.status_message(frame, hostile(draw)),
    )
    return _of(draw.choice(made))


def _home(draw: random.Random, build: Build) -> Sample:
    view = home_view(_hostile_build(draw, build), "/kubecon", hostile(draw))
    return Sample("home", view["blocks"], view=view)


def _form(draw: random.Random, build: Build) -> Sample:
    view = reason_form(f"C1:{draw.random()}")
    return Sample("modal", view["blocks"], view=view)


def _of(message: Message, notes: int = 0) -> Sample:
    return Sample(
        "message",
        list(message.blocks),
        (message.text, message.plain_text, escape(message.plain)),
        notes=notes,
    )
