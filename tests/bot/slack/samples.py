"""Messages and views of every kind, from notes and questions that mean harm; the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot import answering
from bot.answering.form import AnswerForm
from bot.answering.models import Answer, Block, Entry, Lead, Line, Quote, Source, Understood
from bot.slack.desk.news import Subscription, digest_message
from bot.slack.desk.watches import LONGEST_PHRASE, News, Watch, news_message
from bot.slack.listeners.feedback import reason_form
from bot.slack.messages import cards
from bot.slack.messages.answers import answer_message
from bot.slack.messages.home import home_view
from bot.slack.messages.message import Frame, Look, Message, Request
from bot.slack.mrkdwn import escape
from index.models import Hit, Passage, Talk
from index.search import Searcher
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


def samples(searcher: Searcher, count: int, seed: int = 5) -> Iterator[Sample]:
    """Yield so many messages and views, of every kind in turn."""
    draw = random.Random(seed)  # noqa: S311  reproducible, not secret
    makers = (_answer, _answer, _answer, _command, _news, _apology, _home, _form)
    for number in range(count):
        yield makers[number % len(makers)](draw, searcher)


def hostile(draw: random.Random) -> str:
    """Put a text together that tries to be more than words."""
    text = draw.choice(("", " ", "|", ">")).join(draw.choices(WORDS, k=draw.randint(1, 6)))
    return text * draw.choices((1, 30, 200), (30, 1, 1))[0]


def _answer(draw: random.Random, searcher: Searcher) -> Sample:
    found = [_hit(draw, number) for number in range(1, draw.choice((0, 1, 3, 10, 10, 30)) + 1)]
    missed = draw.random() < 0.3
    answer = Answer(
        hostile(draw),
        "not_found" if missed else "answered",
        hostile(draw),
        Understood(
            hostile(draw),
            draw.choice(("EU 2020", None)),
            topic=hostile(draw),
            form=draw.choice(list(AnswerForm)),
        ),
        0.5,
        "b",
        miss="absent" if missed else None,
        headline=draw.choice((None, hostile(draw))),
        notices=(hostile(draw),),
        blocks=tuple(_block(draw, found) for _ in range(draw.randint(0, 4))) if found else (),
        hits=tuple(found),
    )
    view = draw.choice(("answer", "more", "hits"))
    request = Request(hostile(draw), view, draw.randint(1, 7), (hostile(draw),))
    frame = Frame(request, searcher, draw.random() < 0.5, look=Look(page_url="https://notes.example"))
    return _of(frame.restated(answer_message(answer, frame)), len(found))


def _block(draw: random.Random, found: list[Hit]) -> Block:
    hits = draw.sample(found, min(len(found), 5))
    quotes = tuple(_quote(draw, hit) for hit in hits[:3])
    entries = tuple(Entry(hit.talk, _quote(draw, hit), hostile(draw)) for hit in hits)
    lines = tuple(Line(hostile(draw), draw.choice(("", hostile(draw)))) for _ in range(3))
    chosen = draw.randint(0, 2)
    return Block(
        draw.choice(("", hostile(draw))),
        quotes if chosen == 0 else (),
        entries if chosen == 1 else (),
        lines if chosen == 2 else (),
    )


def _quote(draw: random.Random, hit: Hit) -> Quote:
    source = Source("eu-2020.md", hostile(draw), draw.choice((None, hostile(draw))), hostile(draw))
    voice = draw.choice(("notes", "author"))
    lead = draw.choice((None, Lead(hostile(draw), 0, 1)))
    return Quote(hit.passage.text, hit.passage.passage_id, 0, 1, hit.talk, voice, lead, source)


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


def _command(draw: random.Random, searcher: Searcher) -> Sample:
    frame = Frame(Request(hostile(draw), page=draw.randint(1, 3)), searcher, draw.random() < 0.5)
    made = (
        answering.digest(searcher, day=3, page=frame.request.page, per_page=2),
        answering.events(searcher),
        answering.find_talk(searcher, draw.choice((hostile(draw), "harbour", "lanternfish"))),
        answering.person_card(searcher, draw.choice((hostile(draw), "Ines Moreau"))),
    )
    return _of(answer_message(draw.choice(made), frame))


def _news(draw: random.Random, searcher: Searcher) -> Sample:
    frame = Frame(Request(""), searcher)
    hits = tuple(_hit(draw, number) for number in range(1, 8))
    watch = Watch("T1", "U1", hostile(draw), frozenset())
    news = News((watch,), {watch.phrase: ["0" * 12]}, hits)
    subscription = Subscription("T1", "C1", "U1", "weekly", 0.0)
    talks = list(searcher.build.talks.values())
    made = (news_message(news, frame), digest_message(talks, subscription, frame, "/kubecon"))
    return _of(draw.choice(made), 7)


def _apology(draw: random.Random, searcher: Searcher) -> Sample:
    frame = Frame(Request("help"), searcher)
    made = (
        cards.sorry(hostile(draw)),
        cards.note(hostile(draw)),
        cards.diverted(cards.note(hostile(draw)), "C1", hostile(draw), "I am not in it"),
        cards.help_message(answering.help_answer(searcher), frame, "/kubecon"),
        cards.status_message(frame, hostile(draw)),
    )
    return _of(draw.choice(made))


def _home(draw: random.Random, searcher: Searcher) -> Sample:
    words = [hostile(draw)[:LONGEST_PHRASE] for _ in range(7)]
    view = home_view(
        Frame(Request(""), searcher),
        "/kubecon",
        trouble=hostile(draw),
        watches=words,
        new=words,
        lacking=words,
    )
    return Sample("home", view["blocks"], view=view)


def _form(draw: random.Random, _searcher: Searcher) -> Sample:
    view = reason_form(f"C1:{draw.random()}")
    return Sample("modal", view["blocks"], view=view)


def _of(message: Message, notes: int = 0) -> Sample:
    return Sample(
        "message",
        list(message.blocks),
        (message.text, message.plain_text, escape(message.plain)),
        notes=notes,
    )
