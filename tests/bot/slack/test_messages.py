"""Whatever notes and people write, messages stay within Slack's limits and say nothing to Slack but words."""

from __future__ import annotations

import re
import statistics
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bot import answering
from bot.addresses import addresses_of, public_url, read_day, read_span
from bot.answering.models import Answer
from bot.live import LiveIndex
from bot.slack.intake.commands import without_scope
from bot.slack.listeners.feedback import reason_form
from bot.slack.messages import cards, kit
from bot.slack.messages.answers import (
    CUT,
    answer_message,
    clipped,
    first_sentence,
    reflow,
    sentences_with,
    talk_lines,
)
from bot.slack.messages.home import home_view
from bot.slack.messages.message import Frame, Look, Message, Request
from bot.slack.mrkdwn import clean, escape, link, read, safe_url
from index.encoder.base import Encoder
from tests.bot.slack.drawing import answers, long_texts, requests, texts
from tests.notes import TALKS, Notes, publish_notes
from tests.slack_server.rules import MOST_CHARACTERS_IN_A_MESSAGE, characters, faults
from tests.slack_server.transcript import block_text


def check(message: Message) -> None:
    """Check everything that Slack and people ask of a message."""
    if message.simple:
        check(replace(message, blocks=message.simple, simple=()))
    blocks = list(message.blocks)
    kinds = {block["type"] for block in blocks}

    assert faults(blocks) == []
    assert all(
        block.to_dict() for block in Block.parse_all(blocks)
    )  # Slack's own library checks each part as it writes it
    assert characters(blocks) < MOST_CHARACTERS_IN_A_MESSAGE
    assert kinds <= {"rich_text", "context", "actions", "context_actions", "header", "table"}
    assert 1 <= len(message.text) <= 1_500
    assert 1 <= len(message.plain_text) <= 4_000
    for parsed in (message.text, message.plain_text):
        assert not re.search(r"[<>]|&(?!(?:amp|lt|gt);)", parsed)
    assert not any(
        element["type"] == "mrkdwn"
        for block in blocks
        if block["type"] == "context"
        for element in block["elements"]
    )
    assert all(_harmless(inner) for inner in _inline(blocks))


def _harmless(inner: dict[str, Any]) -> bool:
    if inner["type"] == "link":
        return bool(re.fullmatch(r"https?://[^\s<>|\"`{}\\^]+", inner["url"]))
    return inner["type"] == "text"


def _inline(value: object) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [inner for one in value for inner in _inline(one)]
    if not isinstance(value, dict):
        return []
    if value.get("type") in {"rich_text_section", "rich_text_quote"}:
        return list(value["elements"])
    cells = [cell for row in value.get("rows", []) for cell in row]
    return _inline(value.get("elements", []) + cells)


@settings(max_examples=40, deadline=None)
@given(answers(), requests, st.booleans())
def test_every_answer_is_a_message_that_slack_takes(
    live: LiveIndex, answer: Answer, request_: Request, private: bool
) -> None:
    """Answers of any kind and length keep the limits and carry no markup of notes or people."""
    frame = Frame(request_, live.searcher, private, look=Look(page_url="https://notes.example"))

    check(frame.restated(answer_message(answer, frame)))


@settings(max_examples=30, deadline=None)
@given(texts, st.integers(1, 5), st.booleans())
def test_every_command_is_a_message_that_slack_takes(
    live: LiveIndex, typed: str, page: int, private: bool
) -> None:
    """Digests, cards, lists, help, status and apologies keep the limits and carry no markup of notes or people."""
    searcher = live.searcher
    frame = Frame(Request(typed, page=page), searcher, private)
    for answer in (
        answering.digest(searcher, day=3, page=page, per_page=2),
        answering.find_talk(searcher, typed),
        answering.person_card(searcher, typed),
        answering.events(searcher),
    ):
        check(answer_message(answer, frame))
    check(cards.help_message(answering.help_answer(searcher), frame, "/kubecon"))
    check(cards.status_message(frame, typed))
    check(cards.sorry(typed))


def test_views_are_taken_by_slack(live: LiveIndex) -> None:
    """The Home tab and the form keep the limits of their surfaces."""
    words = [f"words {number}" for number in range(40)]
    frame = Frame(Request(""), live.searcher)
    home = home_view(frame, "/kubecon", trouble="trouble", watches=words, new=words, lacking=words)
    form = reason_form("C1:1.1")

    assert faults(home["blocks"], "home") == []
    assert faults(form["blocks"], "modal") == []
    assert len(form["title"]["text"]) <= 24


def shown_words(blocks: Sequence[dict[str, Any]]) -> list[str]:
    """Return the words of a message that a person reads, without buttons and the quiet lines around it."""
    said = [block_text(block) for block in blocks if block["type"] == "rich_text"]
    return re.findall(r"\w+", re.sub(r"\(https?://[^)]*\)|https?://\S+", " ", "\n".join(said)))


@pytest.mark.parametrize(
    "asked",
    [
        "what is Lanternfish?",
        "which talks mention Lanternfish?",
        "what is Bladderwrack?",
        "what did Ines Moreau say?",
        "Lanternfsh",
        "which conferences are there?",
        "Lanternfish compared to Mossbank",
    ],
)
def test_what_is_shown_is_what_is_scored(live: LiveIndex, asked: str) -> None:
    """Opened by More, a message says the words of the answer's own text in its order; at once it says the first of them."""
    answer = answering.answer(asked, searcher=live.searcher)
    whole, short = (
        shown_words(answer_message(answer, Frame(Request(asked, view), live.searcher)).blocks)
        for view in ("more", "answer")
    )
    text = re.sub(r"https?://\S+", " ", answer.text).replace("The note-taker's", "The note-taker’s")
    extra = set(re.findall(r"\w+", Frame(Request(""), live.searcher).read_on()))

    assert [word for word in whole if word not in extra] == [
        word for word in re.findall(r"\w+", text) if word not in extra
    ]
    following = iter(whole)
    assert all(word in following for word in short)


@pytest.mark.parametrize("view", ["answer", "more"])
@pytest.mark.parametrize(
    "asked", ["what did Lanternfish save?", "what does Quillwort write?", "what did Wendelin Orr tell?"]
)
def test_a_quotes_notes_lead_to_its_words_on_the_page(
    tmp_path: Path, encoder: Encoder, asked: str, view: str
) -> None:
    """With a page, the link to the notes opens the talk at the very words that are shown, shortened ones too."""
    page = "https://notes.example.org/conf/"
    told = " ".join(f"Wendelin Orr told of the harbour's crane number {number}." for number in range(9))
    publish_notes(tmp_path, encoder, (*TALKS, Notes("Cranes", ("Wendelin Orr",), (told,))))
    live = LiveIndex(tmp_path, encoder)
    answer = answering.answer(asked, searcher=live.searcher)
    frame = Frame(Request(asked, view), live.searcher, look=Look(page_url=page))
    shown = answer_message(answer, frame)
    found = [
        urlsplit(inner["url"].removeprefix(page))
        for block in shown.blocks
        for inner in _inline(block)
        if inner["type"] == "link" and "?w=" in inner["url"]
    ]

    read_words = " ".join("\n".join(map(block_text, shown.blocks)).replace("\n> ", "\n").split())
    assert found
    for address in found:
        event, day, title = address.path.split("/")
        talk = addresses_of(live.searcher).find_talk(event, read_day(day), title)
        span = read_span(address.query.removeprefix("w="))
        assert talk is not None
        assert span is not None
        text = live.searcher.build.read_text(talk.recap_id)
        assert span.fits(text)
        assert " ".join(text[span.start : span.end].split()) in read_words
    assert not (view == "answer" and "Wendelin" in asked) or CUT in "".join(map(block_text, shown.blocks))


def test_a_talk_without_a_link_leads_to_its_page(live: LiveIndex) -> None:
    """A talk whose notes give no link has its permanent address on the page; one that has a link keeps it."""
    page = "https://notes.example.org"
    for talk in live.searcher.build.talks.values():
        [linked, *_] = talk_lines(talk, Frame(Request(""), live.searcher, look=Look(page_url=page)))[
            "elements"
        ]
        bare = talk_lines(talk, Frame(Request(""), live.searcher))["elements"][0]

        assert linked["url"] == talk.url or linked["url"] == public_url(page, live.searcher, talk)
        assert bare.get("url") == talk.url


def test_the_doubt_stands_first(live: LiveIndex) -> None:
    """A correction or a doubt is the first thing on the screen and in the notification."""
    answer = answering.answer("what is Lanternfsh?", searcher=live.searcher)
    message = answer_message(answer, Frame(Request("x"), live.searcher))

    assert answer.notices
    assert block_text(message.blocks[0]) == answer.notices[0]
    assert message.notice.startswith(answer.notices[0])
    assert "38%" not in block_text(message.blocks[0])


def test_half_of_the_answers_fit_on_a_phone(live: LiveIndex) -> None:
    """Of the questions on every talk, the median answer has at most 14 lines of 44 characters, and none has lost a quote."""
    asked = [f"what is said about {talk.title}?" for talk in live.searcher.build.talks.values()]
    asked += ["what is Lanternfish?", "Mossbank", "day 3", "which talks mention Lanternfish?", "Quillwort?"]
    lines = []
    for question in asked:
        answer = answering.answer(question, searcher=live.searcher)
        message = answer_message(answer, Frame(Request(question), live.searcher))
        read = "\n".join(map(block_text, message.blocks))
        read = re.sub(r" \(https?://[^)]*\)", "", read)
        lines.append(sum(-(-max(1, len(line)) // 44) for line in read.splitlines()))

    assert statistics.median(lines) <= 14, lines


@given(texts)
def test_escaping_is_undone_by_what_people_read(text: str) -> None:
    """Escaped text holds no token, and reads as the text that went in."""
    escaped = escape(text)

    assert not re.search(r"[<>]", escaped)
    assert read(escaped) == read(escape(read(escaped)))


@given(texts, texts)
def test_a_link_cannot_be_broken_out_of(url: str, label: str) -> None:
    """A link is one token with a percent-encoded address, or no token at all."""
    written = link(f"https://talks.example.org/{url}", label)

    assert re.fullmatch(r"<https://[^<>|\s]+\|[^<>|]+>|[^<>|]*", written)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x?y=1&z=2#f", "https://a.example/x?y=1&z=2#f"),
        ("https://a.example/x|y><!channel>", "https://a.example/x%7Cy%3E%3C!channel%3E"),
        ("https://a.example/a%20b", "https://a.example/a%20b"),
        ("https://a.example/ä b", "https://a.example/%C3%A4%20b"),
        ("javascript:alert(1)", None),
        ("https://[bad", None),
        ("not a url", None),
        ("", None),
        (None, None),
    ],
)
def test_addresses(url: str | None, expected: str | None) -> None:
    """Only web addresses become links, percent-encoded where they could end one."""
    assert safe_url(url) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<@U0BOT> what is a &lt;Pod&gt; &amp; why?", "what is a <Pod> & why?"),
        ("<@U0BOT|confnotes>: hi", ": hi"),
        ("see <https://a.example|the page> and <https://b.example>", "see the page and https://b.example"),
        ("in <#C1|general> <!here> <!date^1^{date}|today>", "in #general   today"),
        ("<@U2> said &amp;lt;b&amp;gt;", "said &lt;b&gt;"),
        ("mail <mailto:a@b.example|a@b.example>", "mail a@b.example"),
    ],
)
def test_what_people_type_is_unwrapped(raw: str, expected: str) -> None:
    """Slack's wrapping is taken off once, the bot's own mention with it."""
    assert read(raw, "U0BOT") == expected


@given(st.text(max_size=3000), st.lists(st.text(max_size=1500), max_size=4))
def test_a_request_survives_its_button(text: str, history: list[str]) -> None:
    """A request fits in a button's value or has no button, and comes back with the same words and page."""
    request = Request(text, "hits", 3, tuple(history))
    value = request.to_value()
    if value is not None:
        packed = kit.pack({**value, "v": "down"})
        back = Request.from_value(packed)

        assert len(packed) <= 2_000
        assert (back.text, back.view, back.page) == (text, "hits", 3)


@pytest.mark.parametrize("value", ["{}", "[]", '"x"', '{"t":1,"w":"a","p":"x","h":[]}', "not json"])
def test_foreign_button_values_are_refused(value: str) -> None:
    """A button's value that we did not write raises one clear error."""
    with pytest.raises(ValueError, match=r".+"):
        Request.from_value(value)


def test_the_notice_is_the_first_sentence() -> None:
    """Notifications show the answer's first sentence, and no full stop inside a number or name ends it."""
    assert first_sentence("Version 1.18 saved 3.5 nodes. And more.") == "Version 1.18 saved 3.5 nodes."
    assert first_sentence("No stop\nsecond line") == "No stop"


@given(long_texts)
def test_joining_wrapped_lines_keeps_every_word(text: str) -> None:
    """Reflowed notes have the same words in the same order."""
    assert reflow(text).split() == clean(text).split()


@pytest.mark.parametrize(
    ("wrapped", "shown"),
    [
        ("Back to AWS, for\nGroupless Autoscaling.", "Back to AWS, for Groupless Autoscaling."),
        ("a line that an editor broke because it had grown longer than some seventy\ncharacters", None),
        ("v2.0:\n\nfirst of a list;\nsecond", "v2.0:\nfirst of a list;\nsecond"),
        ("- one item that is long enough to have been wrapped by an editor, say eighty\nAnd on", "same"),
        ("- one item that is rather long and that goes on to nearly eighty characters\n- two", "same"),
    ],
)
def test_wrapped_lines_are_joined_and_lists_kept(wrapped: str, shown: str | None) -> None:
    """A line broken by an editor is joined again, an item of a list is not."""
    expected = wrapped.replace("\n", " ") if shown is None else wrapped if shown == "same" else shown

    assert reflow(wrapped) == expected


@pytest.mark.parametrize(
    ("asked", "everywhere"),
    [
        ("what did they say about etcd at KubeCon EU 2020 on day 3?", "what did they say about etcd ?"),
        ("eu 2020 etcd", "etcd"),
        ("EU 2020 day 3", ""),
        ("what is etcd?", "what is etcd?"),
    ],
)
def test_a_question_without_its_conference(asked: str, everywhere: str) -> None:
    """The words that name a conference or a day are taken out, what hung on them too."""
    assert without_scope(asked) == everywhere


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("One. Two. Three.", 9, "One. Two. […]"),
        ("One. Two.", 9, "One. Two."),
        ("A sentence that is longer than that. Two.", 9, "A sentence that is longer than that. […]"),
        ("no end in sight at all", 9, "no end in sight at all"),
    ],
)
def test_a_quote_is_clipped_after_whole_sentences(text: str, most: int, shown: str) -> None:
    """What is left out of a quote begins after a sentence, and a mark says so."""
    assert clipped(text, most) == shown


@pytest.mark.parametrize(
    ("text", "phrases", "shown"),
    [
        ("First. Then Mossbank came. It grew.", ["mossbank"], "Then Mossbank came. It grew."),
        ("First. Then it came.", ["mossbank"], "First. Then it came."),
    ],
)
def test_news_quote_from_the_sentence_that_says_it(text: str, phrases: list[str], shown: str) -> None:
    """A watched word is quoted with its own sentence, not with those before it."""
    assert sentences_with(text, phrases) == shown


@pytest.mark.parametrize(
    "value",
    ["burnt sienna", '{"t": "burnt sienna"}', '{"t": 1, "w": 1, "p": "burnt sienna", "h": []}', "[1]"],
)
def test_a_value_that_cannot_be_read_stays_out_of_the_log(value: str) -> None:
    """What is refused names its length and never its words, its causes neither."""
    with pytest.raises(ValueError, match=f"value of {len(value)} characters") as raised:
        Request.from_value(value)

    assert "sienna" not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize(
    ("rows", "chars", "shown"), [(3, 100, 3), (99, 90, 99), (140, 10, 99), (30, 600, 16), (5, 2_990, 3)]
)
def test_a_table_takes_what_slack_takes(rows: int, chars: int, shown: int) -> None:
    """Rows that would exceed Slack's rows or characters are left out of a table, and what is left is valid."""
    cells = [[kit.line(kit.text("x" * chars))] for _ in range(rows)]
    table = kit.table(("Talk",), cells)

    assert len(table["rows"]) == shown + 1
    assert kit.characters(table["rows"]) <= 10_000
