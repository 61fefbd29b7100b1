"""Pages, sharing, thumbs, the message shortcut and the Home tab."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.feedback import Verdict
from bot.slack.cli import doctor, feedback
from tests.bot.slack.conftest import Starter
from tests.bot.slack.test_conversations import bot_messages
from tests.slack_server import LocalSlack
from tests.slack_server.transcript import block_text, message_text

CHANNEL = "C1NOTES"


def test_all_places_are_paged_for_the_one_who_asks_for_them(slack: LocalSlack, start: Starter) -> None:
    """The button below a public answer opens all places privately; Next turns the page in place."""
    start()
    slack.write(CHANNEL, "U1ADA", "<@BOT> what is Lanternfish?")
    [public] = slack.wait_for(lambda: bot_messages(slack, CHANNEL))
    slack.click(public, "page:hits", "U2BEN", CHANNEL)
    [private] = slack.wait_for(lambda: slack.space.ephemerals)
    first = message_text(private)
    slack.click(private, "page:next", "U2BEN", CHANNEL)
    slack.wait_for(lambda: message_text(private) != first)

    assert private["for_user"] == "U2BEN"
    assert private["thread_ts"] == public["thread_ts"]
    assert "places in the notes that are nearest to “what is Lanternfish?”" in first
    assert "[‹ Previous]" in message_text(private)
    assert len(slack.space.ephemerals) == 1
    assert len(bot_messages(slack, CHANNEL)) == 1


def test_sharing_posts_once_and_says_who_shared(slack: LocalSlack, start: Starter) -> None:
    """Share puts a private answer in the channel, once however often it is clicked, also where the bot is no member."""
    running = start()
    slack.command("C2OTHER", "U1ADA", "what is Quillwort?")
    [private] = slack.wait_for(lambda: slack.space.ephemerals)
    for delivery in [slack.click(private, "share", "U1ADA", "C2OTHER") for _ in range(2)]:
        slack.redeliver(delivery)
    [public] = slack.wait_for(lambda: bot_messages(slack, "C2OTHER"))
    slack.wait_for(lambda: not slack.space.ephemerals)
    running.close()

    assert len(bot_messages(slack, "C2OTHER")) == 1
    assert message_text(public).startswith("@U1ADA shared from the conference notes:")
    assert "[Share in channel]" not in message_text(public)


def test_thumbs_are_kept_with_what_was_shown_and_a_reason(slack: LocalSlack, start: Starter) -> None:
    """👎 opens a form; verdict, question, build, quotes and reason are kept together."""
    running = start()
    slack.write(CHANNEL, "U1ADA", "<@BOT> what is Quillwort?")
    [message] = slack.wait_for(lambda: bot_messages(slack, CHANNEL))
    [thumbs] = [block["elements"][0] for block in message["blocks"] if block["type"] == "context_actions"]
    slack.click(message, "feedback", "U1ADA", CHANNEL, value=thumbs["negative_button"]["value"])
    [form] = slack.wait_for(lambda: slack.space.modals)
    slack.submit(form, "U1ADA", {"reason": {"text": {"type": "plain_text_input", "value": "too short"}}})
    slack.wait_for(lambda: slack.space.ephemerals and running.bot.desk.feedback.all()[0].reason)
    [kept] = running.bot.desk.feedback.all()

    assert (kept.verdict, kept.reason, kept.question) == ("down", "too short", "what is Quillwort?")
    assert kept.build == running.bot.live.searcher.build.build_id
    assert kept.quotes
    assert "Thank you" in message_text(slack.space.ephemerals[0])


def test_reactions_count_as_thumbs(slack: LocalSlack, start: Starter) -> None:
    """A thumb as an emoji reaction on one of our answers is kept; on other messages it is not."""
    running = start()
    for item_user in ("U0CONFBOT", "U2BEN"):
        item = {"type": "message", "channel": CHANNEL, "ts": f"1.{len(item_user)}"}
        event = {"type": "reaction_added", "user": "U1ADA", "reaction": "+1::skin-tone-2", "item": item, "item_user": item_user}
        slack.deliver("events_api", slack.envelope(event))
    slack.wait_for(running.bot.desk.feedback.all)
    time.sleep(0.2)

    assert len(running.bot.desk.feedback.all()) == 1


def test_the_message_shortcut_answers_privately(slack: LocalSlack, start: Starter) -> None:
    """The shortcut on somebody's message answers whoever chose it, and nobody else."""
    start()
    slack.write_quietly(CHANNEL, "U2BEN", "does anybody know what Mossbank is?")
    slack.shortcut("ask_notes", slack.space.channels[CHANNEL].messages[0], "U1ADA", CHANNEL)
    [message] = slack.wait_for(lambda: slack.space.ephemerals)

    assert message["for_user"] == "U1ADA"
    assert "Mossbank" in message_text(message)
    assert not bot_messages(slack, CHANNEL)


def test_the_home_tab_shows_what_is_covered(slack: LocalSlack, start: Starter) -> None:
    """Home names the conferences, gives questions from real talks and says how old the notes are."""
    start()
    slack.open_home("U1ADA", tab="messages")
    slack.open_home("U1ADA")
    view = slack.wait_for(lambda: slack.space.homes.get("U1ADA"))
    shown = "\n".join(map(block_text, view["blocks"]))

    assert "KubeCon EU 2020 · 17 August 2020 · 4 talks · days 3, 4" in shown
    assert "What did Ines Moreau say in “Harbour Pilots for Busy Clusters”?" in shown
    assert "read 20 November 2026" in shown
    assert len(slack.calls("views.publish")) == 1


def test_unknown_clicks_are_acknowledged(slack: LocalSlack, start: Starter) -> None:
    """A button of an older version is acknowledged, so that Slack shows no error mark."""
    start()
    message = {"ts": "1.1", "blocks": [{"type": "actions", "elements": [{"type": "button", "action_id": "gone", "value": "x"}]}]}
    delivery = slack.click(message, "gone", "U1ADA", CHANNEL)

    assert delivery.acked_at is not None


def test_feedback_is_exported_and_misses_are_reported(slack: LocalSlack, start: Starter, tmp_path: Path) -> None:
    """The command line gives verdicts as lines of JSON and what was asked in vain, grouped by name."""
    running = start()
    for question in ("what is Bladderwrack?", "Bladderwrack", "tell me about Sundew"):
        slack.command(CHANNEL, "U1ADA", question)
    slack.wait_for(lambda: len(slack.space.ephemerals) == 3 and sum(one.times for one in running.bot.desk.feedback.lacking(1)) == 3)
    running.bot.desk.feedback.add(Verdict("C1:1", "U1ADA", "down", "what is Quillwort?", "build", ("p#1",), ("p#1", "p#2"), None))
    running.close()
    store = str(tmp_path / "bot.sqlite")
    exported = CliRunner().invoke(feedback, ["export", "--store", store])
    reported = CliRunner().invoke(feedback, ["report", "--store", store])

    assert json.loads(exported.output)["question"] == "what is Quillwort?"
    assert reported.output.startswith("3 questions in 7 days")
    assert "bladderwrack" in reported.output


def test_the_doctor_ends_with_one_when_something_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without tokens and a build the doctor names both and exits with 1."""
    monkeypatch.chdir(tmp_path)
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "PORT"):
        monkeypatch.delenv(name, raising=False)
    examined = CliRunner().invoke(doctor, [])

    assert examined.exit_code == 1
    assert "FIX  index and model" in examined.output
    assert "SLACK_BOT_TOKEN is not set" in examined.output
