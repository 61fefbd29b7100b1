"""Quotes that can be used alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.answering import Answer, Quote, answer, digest, talk_card
from bot.answering.reply.outline import read_statements, split_units
from bot.answering.reply.points import definition
from bot.answering.reply.quotes import ANSWER_CHARS, QUOTE_CHARS
from index.models import Passage
from index.search import Searcher

QUESTIONS = (
    "what did they gain with Tidal?",
    "Tidal caveats",
    "what about Sickle?",
    "how long does an ack take?",
    "Sickle vs Scythe",
    "who talked about sidecars?",
)


def everything(searcher: Searcher) -> Iterator[Answer]:
    """Yield the card of each talk and the digest of each event."""
    for talk in searcher.build.talks.values():
        yield talk_card(searcher, talk.talk_id)
    for event_id in searcher.build.events:
        yield digest(searcher, event=event_id)


def quotes_of(found: Answer) -> Iterator[Quote]:
    """Yield all quotes of an answer, gists included."""
    yield from found.quotes
    yield from (entry.gist for entry in found.entries if entry.gist)


def test_every_quote_is_verbatim_by_its_offsets(paris: Searcher, many_shapes: Searcher) -> None:
    """Whatever is asked of notes of any shape, quotes and the lines in front of them are the stored characters."""
    answers = [answer(question, searcher=paris) for question in QUESTIONS]
    seen = 0
    for searcher, found in [
        *((paris, one) for one in (*answers, *everything(paris))),
        *((many_shapes, one) for one in everything(many_shapes)),
    ]:
        for quote in quotes_of(found):
            text = searcher.build.read_text(quote.talk.recap_id)
            seen += 1
            assert text[quote.start : quote.end] == quote.text
            assert quote.lead is None or text[quote.lead.start : quote.lead.end] == quote.lead.text

    assert seen > 200


def test_no_quote_ends_where_the_notes_only_begin(many_shapes: Searcher) -> None:
    """No quote of a card or digest is empty, ends on a colon, or has its talk's title and nothing else."""
    for found in everything(many_shapes):
        for quote in quotes_of(found):
            assert quote.text.strip()
            assert not quote.text.rstrip().endswith((":", "："))
            assert quote.text.strip() != quote.talk.title


def test_a_list_keeps_the_line_that_introduces_it(paris: Searcher) -> None:
    """An item of a list is never quoted without what the list is of."""
    [quote, *_] = answer("how long does an ack take with Tidal?", searcher=paris).quotes
    shown = f"{quote.lead.text if quote.lead else ''}{quote.text}"

    assert "an ack takes 40 ms" in quote.text
    assert shown.index("Caveats:") < shown.index("an ack takes")
    assert "the operator needs Kubernetes 1.27" in quote.text


@pytest.mark.parametrize("question", QUESTIONS)
def test_quotes_of_a_talk_stand_in_reading_order_behind_the_first(paris: Searcher, question: str) -> None:
    """Within a talk the notes' order is kept; only the quote that answers best may lead."""
    for block in answer(question, searcher=paris).blocks:
        starts = [quote.start for quote in block.quotes[1:]]
        assert starts == sorted(starts)
        assert len({quote.talk.talk_id for quote in block.quotes}) <= 1


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_filled_and_no_more(paris: Searcher, question: str) -> None:
    """All quotes of an answer together stay within what is read at a glance."""
    found = answer(question, searcher=paris)

    assert 0 < sum(len(quote.text) for quote in found.quotes) <= ANSWER_CHARS + QUOTE_CHARS


def test_the_first_passage_is_quoted(paris: Searcher) -> None:
    """What ranks first stands in the answer."""
    found = answer("how long does an ack take with Tidal?", searcher=paris)
    best = found.hits[0].passage

    assert any(quote.start < best.end and best.start < quote.end for quote in found.quotes)


def test_a_quote_says_whose_notes_it_is_from(paris: Searcher) -> None:
    """The line below a quote names the talk and the note-taker, or the recap where nobody signed it."""
    signed = answer("how long does an ack take with Tidal?", searcher=paris)
    unsigned = answer("did Tidal lose messages when it was a prototype?", searcher=paris)

    assert "— Tidal Queues in Production · Noor Haddad · EU 2024, day 1" in signed.text
    assert "notes by Ada Quill" in signed.text
    assert "notes: KubeCon NA 2023, Chicago" in unsigned.text


@pytest.mark.parametrize(
    ("text", "parents"),
    [
        ("It can:\n- fly\n- swim", [None, 0, 0]),
        ("- tools\n    - saw\n    - axe\n- paint", [None, 0, 0, None]),
        ("• Two things:\n• one\n• other", [None, 0, 0]),
        ("A sentence. Another one.\n\nA paragraph.", [None, None, None]),
        ("Vorteile:\n  * schnell\n  * klein\n\nNachteile:\n  * teuer", [None, 0, 0, None, 3]),
        ("它可以:\n- 飞\n- 游泳", [None, 0, 0]),
    ],
)
def test_statements_know_what_introduces_them(text: str, parents: list[int | None]) -> None:
    """Bullets belong to the line with a colon, the bullet or the heading above them; paragraphs to nothing."""
    passage = Passage("t#0", "t", "r", 0, text, 0, len(text), 0, len(text))

    assert [one.parent for one in read_statements([passage], text)] == parents


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three", ["One.", "Two!", "Three"]),
        ("It runs on GKE, e.g. Autopilot, vs. Standard.", ["It runs on GKE, e.g. Autopilot, vs. Standard."]),
        ("1. Dump the rules\n2. Read them", ["1. Dump the rules", "2. Read them"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, parts: list[str]) -> None:
    """Abbreviations and the numbers of a list end no sentence."""
    assert [text[start:end] for start, end in split_units(text)] == parts


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("Tidal is a message queue.", "We ate lunch before Tidal."),
        ("Tidal is a message queue.", "Everybody knows what Tidal is good for."),
        ("Tidal est une file de messages.", "La file de Tidal était longue."),
        ("Tidal ist eine Warteschlange.", "Vor Tidal gab es Kaffee."),
        ("This talk was about Tidal.", "They also sell stickers."),
        ("Tidal lets you replay a month.", "Replay a month when Tidal is slow."),
    ],
)
def test_a_definition_is_told_from_a_mention(more: str, less: str) -> None:
    """A sentence that says what something is leads before one that only names it."""
    assert definition(more, {"tidal"}) > definition(less, {"tidal"})
