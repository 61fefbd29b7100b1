"""Mentions, direct messages and commands travel from the local Slack to the posted message."""

from __future__ import annotations

import httpx
import pytest

from tests.bot.slack.conftest import Starter
from tests.slack_server import BOT_USER_ID, LocalSlack
from tests.slack_server.transcript import message_text


def bot_messages(slack: LocalSlack, channel_id: str) -> list[dict]:
    """List what the bot posted in a channel."""
    return [
        message for message in slack.space.channels[channel_id].messages if message["user"] == BOT_USER_ID
    ]


@pytest.mark.parametrize("sockets", [1, 0], ids=["socket", "http"])
def test_a_mention_is_answered_in_its_thread(slack: LocalSlack, start: Starter, sockets: int) -> None:
    """A mention is answered in its thread with a quote, the talk and its link."""
    start(sockets=sockets)
    slack.write("C1NOTES", "U1ADA", "<@BOT> how many nodes did Lanternfish save?")
    [message] = slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))

    question = slack.space.channels["C1NOTES"].messages[0]
    shown = message_text(message)
    assert message["thread_ts"] == question["ts"]
    assert "> Lanternfish saved them 38% of their nodes" in shown
    assert "Harbour Pilots for Busy Clusters (https://talks.example.org/harbour?day=3&room=A)" in shown
    assert "Ines Moreau, Bo Ek · EU 2020, day 3" in shown
    assert "notes: Notes on KubeCon + CloudNativeCon Europe 2020, read 20 November 2026" in shown
    assert message["text"]


def test_both_halves_of_a_double_question_are_seen_at_once(slack: LocalSlack, start: Starter) -> None:
    """What a phone shows at first holds an answer to each of two questions, however much there is to the first."""
    start()
    slack.direct("U1ADA", "who talked about Lanternfish and what did they say about Quillwort?")
    [message] = slack.wait_for(lambda: bot_messages(slack, "D1ADA"))
    seen = message_text(message)

    assert "Ines Moreau" in seen
    assert "Quillwort writes 2 TB a day" in seen


def test_a_direct_message_is_answered_in_its_thread(slack: LocalSlack, start: Starter) -> None:
    """A direct message opens a thread that the answer is in."""
    start()
    slack.direct("U1ADA", "what is Quillwort?")
    [message] = slack.wait_for(lambda: bot_messages(slack, "D1ADA"))

    assert "2 TB a day" in message_text(message)
    assert message["thread_ts"] == slack.space.channels["D1ADA"].messages[0]["ts"]


@pytest.mark.parametrize("sockets", [1, 0], ids=["socket", "http"])
def test_a_command_with_a_question_is_answered_to_the_asker_alone(
    slack: LocalSlack, start: Starter, sockets: int
) -> None:
    """The slash command takes a question and answers privately, also where the bot is no member."""
    start(sockets=sockets)
    delivery = slack.command("C2OTHER", "U1ADA", "how fast does Mossbank restore a volume?")
    [message] = slack.wait_for(lambda: slack.space.ephemerals)

    assert message["for_user"] == "U1ADA"
    assert "14 seconds" in message_text(message)
    assert not bot_messages(slack, "C2OTHER")
    # Over a socket the acknowledgement and the answer travel on two threads: either may be seen first.
    assert slack.wait_for(lambda: delivery.ack_s is not None)
    assert delivery.ack == {}


def test_a_day_gives_its_talks_with_links_and_what_they_are_about(slack: LocalSlack, start: Starter) -> None:
    """`day3` lists the talks of that day with their links; a whole conference offers its days by buttons."""
    start()
    slack.command("C1NOTES", "U1ADA", "day3")
    slack.command("C1NOTES", "U1ADA", "san diego")
    [message, whole] = slack.wait_for(lambda: len(slack.space.ephemerals) == 2 and slack.space.ephemerals)
    if "NA 2019: 2 talks" in message_text(message):
        message, whole = whole, message
    shown = message_text(message)
    link = "Harbour Pilots for Busy Clusters (https://talks.example.org/harbour?day=3&room=A)"
    slack.click(message, "page:more", "U1ADA", "C1NOTES")
    slack.wait_for(lambda: message_text(message) != shown)

    assert "day 3: 4 talks in the notes" in shown
    assert f"EU 2020, day 3 | {link} | Ines Moreau, Bo Ek" in shown
    assert "Tracing Without Tears" not in shown
    assert "Ines Moreau runs 120 clusters with Lanternfish" in message_text(message)
    slack.click(whole, "page:ask:3", "U1ADA", "C1NOTES")
    slack.wait_for(lambda: "NA 2019, day 3: 1 talk in the notes" in message_text(whole))
    assert len(slack.space.ephemerals) == 2


def test_a_workspace_without_tables_gets_the_list(
    slack: LocalSlack, start: Starter, caplog: pytest.LogCaptureFixture
) -> None:
    """Where Slack refuses a table the same talks come as a list, in a channel and at a response address."""
    slack.space.lacks.add("table")
    start()
    slack.command("C1NOTES", "U1ADA", "day 3")
    slack.write("C1NOTES", "U1ADA", "<@BOT> day 3")
    [private] = slack.wait_for(lambda: slack.space.ephemerals)
    [public] = slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))

    for message in (private, public):
        assert "Ines Moreau runs 120 clusters with Lanternfish" in message_text(message)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", "I answer questions from the conference notes"),
        ("help", "/kubecon QUESTION – privately, for you alone"),
        (":wave:", "I answer questions from the conference notes"),
        ("day9", "The notes hold no talk of day 9: they have days 1, 3, 4."),
        ("eu2020 day 4", "Tracing Without Tears"),
        ("san diego", "NA 2019: 2 talks in the notes"),
        ("keynotes day 3", "1 keynote in the notes"),
        ("kubecon eu 2022", "The notes do not cover kubecon eu 2022."),
        ("events", "18–21 November 2019 · San Diego · 2 talks · days 1 and 3"),
        ("status", "All is well"),
        ("talk tracing without tears", "samples one trace in 400"),
        ("talk gpu", "No talk in the notes has “gpu” in its title."),
        ("talk lanternfish", "Lanternfish, the First Year"),
        ("talk", "Say what after it: “/kubecon talk WORDS"),
        ("speaker", "Say what after it: “/kubecon speaker NAME”."),
        ("watch", "Say what after it: “/kubecon watch WORDS”."),
        ("unwatch", "Say what after it: “/kubecon unwatch WORDS”."),
        ("speaker moreau", "Ines Moreau: 2 talks in the notes."),
        ("speaker Ines Morau", "The notes name no “Ines Morau”. They have Ines Moreau."),
        ("speaker zzyzx", "The notes name no “zzyzx”."),
    ],
)
def test_commands(slack: LocalSlack, start: Starter, typed: str, expected: str) -> None:
    """Every command says what it was asked for."""
    start()
    slack.command("C1NOTES", "U1ADA", typed)
    [message] = slack.wait_for(lambda: slack.space.ephemerals)

    assert expected in message_text(message)
    assert not bot_messages(slack, "C1NOTES")


def test_what_is_not_meant_for_the_bot_is_left_alone(slack: LocalSlack, start: Starter) -> None:
    """Other bots, edits, joins, the bot's own messages and talk among people get no answer, but are acknowledged."""
    running = start()
    deliveries = [
        *slack.write("C1NOTES", "U1ADA", "<@BOT> hello from a bot", bot_id="B0OTHER"),
        *slack.write("C1NOTES", "U1ADA", "<@BOT> edited", subtype="message_changed"),
        *slack.write("C1NOTES", "U1ADA", "has joined", subtype="channel_join"),
        *slack.write("C1NOTES", BOT_USER_ID, "<@BOT> me"),
        *slack.write("C1NOTES", "U1ADA", "nobody asks the bot"),
    ]
    slack.wait_for(lambda: all(delivery.acked_at for delivery in deliveries))
    running.close()

    assert not slack.calls("chat.postMessage")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("etcd " * 8_000, "at most 2,000"),
        ("", "I answer questions from the conference notes"),
        (":wave: :tada:", "I answer questions from the conference notes"),
        ("カーペンターとは何ですか", "I only know what was noted at conferences"),
        ("<https://example.org/a|this>?", ""),
        ("'; DROP TABLE claims; --", ""),
    ],
    ids=["40,000 characters", "nothing", "only emoji", "another language", "a link", "an attack"],
)
def test_odd_questions_get_a_helpful_reply(
    slack: LocalSlack, start: Starter, typed: str, expected: str
) -> None:
    """Whatever is asked, one message comes back that is no apology."""
    start()
    slack.direct("U1ADA", typed)
    slack.write("C1NOTES", "U2BEN", f"<@BOT> {typed}")
    [direct] = slack.wait_for(lambda: bot_messages(slack, "D1ADA"))
    [in_channel] = slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))

    for message in (direct, in_channel):
        assert expected in message_text(message)
        assert "Something went wrong" not in message_text(message)


def test_the_process_says_whether_it_is_well(slack: LocalSlack, start: Starter) -> None:
    """Health and readiness are plain addresses; a body that Slack would never send is refused before it is read whole."""
    running = start()
    address = (slack.request_url or "").removesuffix("/slack/events")

    assert httpx.get(f"{address}/healthz").text == "ok"
    assert httpx.get(f"{address}/livez").text == "ok"
    assert httpx.get(f"{address}/readyz").json()["build"] == running.bot.live.searcher.build.build_id
    assert httpx.post(f"{address}/slack/events", content=b"x" * 1_100_000).status_code == 413


def test_another_command_name_says_which_one_is_right(slack: LocalSlack, start: Starter) -> None:
    """A command that the app has under another name answers with the name it listens to."""
    start()
    delivery = slack.command("C1NOTES", "U1ADA", "help", command="/conf")

    assert "/kubecon" in delivery.ack["text"]


def test_a_question_can_be_asked_of_all_conferences(slack: LocalSlack, start: Starter) -> None:
    """Below an answer limited to one conference a button asks all of them."""
    start()
    slack.command("C1NOTES", "U1ADA", "what is Lanternfish at KubeCon NA 2019?")
    [message] = slack.wait_for(lambda: slack.space.ephemerals)
    limited = message_text(message)
    slack.click(message, "page:everywhere", "U1ADA", "C1NOTES")
    slack.wait_for(lambda: message_text(message) != limited)

    assert "[Search all conferences]" in limited
    assert "[Search all conferences]" not in message_text(message)
    assert "You asked: “what is Lanternfish ?”" in message_text(message)
