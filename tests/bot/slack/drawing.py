"""Hypothesis strategies: hostile words, talks, answers and requests of any size."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.answering.form import AnswerForm
from bot.answering.models import Answer, Block, Entry, Lead, Line, Quote, Source, Understood
from bot.slack.messages.message import Request
from index.models import Hit, Passage, Talk

HOSTILE = (
    "<!channel>",
    "<!here|here>",
    "<@U1ADA>",
    "<#C1NOTES|notes>",
    "<!subteam^S1>",
    "<!date^1^{date}|x>",
    "<https://evil.example|click>",
    "x|y><!channel>",
    "&lt;!channel&gt;",
    "@everyone @here #general",
    "*bold* _it_ ~no~ `code` ```",
    ":wave: :tada:",
    "https://evil.example/a b",
    "\u202egnp.exe\x00\x1b[31m",
    "> quoted",
    "[a](http://evil.example)",
    "javascript:alert(1)",
)
words = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=60), st.text(alphabet="<>&|!@#*_~`:^ \n\r\u200b", max_size=40)
)
texts = st.lists(words, min_size=1, max_size=4).map(" ".join).filter(lambda text: text.strip())
long_texts = st.builds(lambda text, times: (text * times)[:9_000], texts, st.sampled_from([1, 1, 1, 40, 400]))
urls = st.one_of(
    st.none(), st.sampled_from(HOSTILE), st.builds(lambda text: f"https://talks.example.org/{text}", texts)
)
ids = st.sampled_from(["EU 2020", "NA 2019", None])


@st.composite
def talks(draw: st.DrawFn) -> Talk:
    """Draw a talk with hostile fields."""
    return Talk(
        f"t{draw(st.integers(0, 30))}",
        "eu-2020.md",
        draw(long_texts),
        draw(st.sampled_from(["keynote", "session", "section"])),
        tuple(draw(st.lists(long_texts, max_size=3))),
        event_id=draw(ids),
        day=draw(st.sampled_from([None, 0, 3])),
        url=draw(urls),
    )


@st.composite
def quotes(draw: st.DrawFn, talk: Talk) -> Quote:
    """Draw a quote from a talk."""
    text = draw(long_texts)
    lead = draw(st.one_of(st.none(), st.builds(Lead, texts, st.just(0), st.just(1))))
    source = draw(st.one_of(st.none(), st.builds(Source, st.just("r.md"), texts, st.none() | texts, urls)))
    voice = draw(st.sampled_from(["notes", "author"]))
    return Quote(text, f"{talk.talk_id}#1", 0, len(text), talk, voice, lead, source)


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    """Draw a part of an answer: quotes of one talk, talks, lines, or some of each."""
    talk = draw(talks())
    quoted = tuple(draw(st.lists(quotes(talk), max_size=3)))
    listed = draw(st.lists(talks(), max_size=4))
    entries = tuple(
        Entry(one, draw(st.one_of(st.none(), quotes(one))), draw(st.sampled_from(["", "in its title"])))
        for one in listed * draw(st.sampled_from([1, 1, 10]))
    )
    lines = tuple(draw(st.lists(st.builds(Line, long_texts, st.just("") | texts), max_size=3)))
    return Block(draw(st.just("") | texts), quoted, entries, lines)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Draw an answer of any kind."""
    found = draw(st.lists(st.tuples(talks(), long_texts), max_size=8))
    hits = tuple(
        Hit(
            Passage(f"{talk.talk_id}#{n}", talk.talk_id, talk.recap_id, n, text, 0, len(text), 0, len(text)),
            talk,
            1.0,
            n,
        )
        for n, (talk, text) in enumerate(found * draw(st.sampled_from([1, 1, 12])), 1)
    )
    status = draw(st.sampled_from(["answered", "not_found"]))
    return Answer(
        question=draw(long_texts),
        status=status,
        text=draw(long_texts),
        understood=Understood(
            "q",
            event=draw(ids),
            day=draw(st.sampled_from([None, 3])),
            topic=draw(texts),
            form=draw(st.sampled_from(AnswerForm)),
        ),
        confidence=0.5,
        build="b",
        miss=draw(st.sampled_from(["absent", "off_topic"])) if status == "not_found" else None,
        headline=draw(st.one_of(st.none(), long_texts)),
        notices=tuple(draw(st.lists(long_texts, max_size=3))),
        blocks=tuple(draw(st.lists(blocks(), max_size=4))),
        hits=hits,
        page=draw(st.integers(1, 2)),
        pages=draw(st.sampled_from([1, 1, 3])),
    )


requests = st.builds(
    Request,
    long_texts,
    st.sampled_from(["answer", "more", "hits"]),
    st.integers(1, 9),
    st.lists(long_texts, max_size=3).map(tuple),
)
