"""Whatever notes and people write, messages stay within Slack's limits and say nothing to Slack but words."""

from __future__ import annotations

import re
import traceback
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bot.answering.models import Answer
from bot.live import LiveIndex
from bot.slack.intake.commands import parse, scope, without_scope
from bot.slack.listeners.feedback import reason_form
from bot.slack.messages import cards, kit
from bot.slack.messages.answers import answer_message
from bot.slack.messages.digest import digest_message, events_message
from bot.slack.messages.excerpts import first_sentence, gist, reflow
from bot.slack.messages.home import home_view
from bot.slack.messages.message import Frame, Message, Request
from bot.slack.mrkdwn import clean, escape, link, read, safe_url
from index.build.reader import Build
from tests.bot.slack.drawing import answers, long_texts, requests, texts
from tests.slack_server.rules import MOST_CHARACTERS_IN_A_MESSAGE, characters, faults


def check(message: Message) -> None:
    """Check everything that Slack and people ask of a message."""
    blocks = list(message.blocks)
    kinds = {block["type"] for block in blocks}

    assert faults(blocks) == []
    assert all(
        block.to_dict() for block in Block.parse_all(blocks)
    )  # Slack's own library checks each part as it writes it
    assert characters(blocks) < MOST_CHARACTERS_IN_A_MESSAGE
    assert kinds <= {"rich_text", "context", "actions", "context_actions", "header"}
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
    return _inline(value.get("elements", []))


@settings(max_examples=80, deadline=None)
@given(answers(), requests, st.booleans())
def test_every_answer_is_a_message_that_slack_takes(
    live: LiveIndex, answer: Answer, request_: Request, private: bool
) -> None:
    """Answers of any kind and length keep the limits and carry no markup of notes or people."""
    message = answer_message(answer, Frame(request_, live.searcher.build, private))

    check(message)


@settings(max_examples=60, deadline=None)
@given(texts, st.integers(1, 5), st.booleans())
def test_every_command_is_a_message_that_slack_takes(
    live: LiveIndex, typed: str, page: int, private: bool
) -> None:
    """Digests, cards, lists, help, status and apologies keep the limits and carry no markup of notes or people."""
    frame = Frame(Request(typed, page=page), live.searcher.build, private)
    for text in ("day 3", "eu 2020", "kubecon eu 2023"):
        command = parse(text)
        check(digest_message(command, scope(command, frame.build), frame))
    check(cards.talk_message(typed, frame))
    check(cards.speaker_message(typed, frame))
    check(cards.help_message(frame, "/kubecon"))
    check(cards.status_message(frame, typed))
    check(cards.sorry(typed))
    check(events_message(frame))


def test_views_are_taken_by_slack(live: LiveIndex) -> None:
    """The Home tab and the form keep the limits of their surfaces."""
    home = home_view(live.searcher.build, "/kubecon", "trouble")
    form = reason_form("C1:1.1")

    assert faults(home["blocks"], "home") == []
    assert faults(form["blocks"], "modal") == []
    assert len(form["title"]["text"]) <= 24


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


def test_a_gist_says_more_than_the_title() -> None:
    """The line shown for a talk is its first sentence that does not repeat the title or only leads on."""
    notes = [
        "Tracing Without Tears by Kenji.",
        "He began with:\nThey sample one trace in 400 and keep every failed one.",
    ]

    assert gist(notes, "Tracing Without Tears") == "They sample one trace in 400 and keep every failed one."
    assert gist([], "Tracing") == ""


def test_an_empty_build_has_messages_too(live: LiveIndex) -> None:
    """Commands on a build without a talk say that there is none."""
    empty: Build = replace(live.searcher.build, talks={}, recaps={}, passages=(), events={})
    frame = Frame(Request("day 3"), empty)
    command = parse("day 3")

    check(digest_message(command, scope(command, empty), frame))
    check(events_message(frame))
    assert faults(home_view(empty, "/kubecon")["blocks"], "home") == []


@pytest.mark.parametrize(
    "value",
    ["burnt sienna", '{"t": "burnt sienna"}', '{"t": 1, "w": 1, "p": "burnt sienna", "h": []}', "[1]"],
)
def test_a_value_that_cannot_be_read_stays_out_of_the_log(value: str) -> None:
    """What is refused names its length and never its words, its causes neither."""
    with pytest.raises(ValueError, match=f"value of {len(value)} characters") as raised:
        Request.from_value(value)

    assert "sienna" not in "".join(traceback.format_exception(raised.value))
