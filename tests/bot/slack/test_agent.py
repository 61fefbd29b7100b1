"""Slack's agent experience: switched on by one setting, and never in the way of an answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from bot.answering import examples
from bot.answering.models import Answer
from bot.slack.desk.sessions import MOST_STOPPED, Sessions
from bot.slack.intake.jobs import Job
from bot.slack.workspaces import AGENT_SCOPE, Workspaces
from tests.bot.slack.conftest import Starter, answer
from tests.bot.slack.test_conversations import bot_messages
from tests.slack_server import LocalSlack
from tests.slack_server.faults import RATE_LIMITED
from tests.slack_server.server import SCOPES
from tests.slack_server.transcript import message_text


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    """Give a workspace whose app is an agent."""
    with LocalSlack(SCOPES | {AGENT_SCOPE}) as server:
        server.add_user("U1ADA", "ada")
        server.add_channel("C1NOTES", "notes", "U1ADA")
        yield server


def test_the_session_shows_that_the_agent_is_at_work(slack: LocalSlack, start: Starter) -> None:
    """A direct message without a thread, as agent apps get it, is answered in a session that is at work and then is not."""
    start(slack_agent=True)
    slack.direct("U1ADA", "what is Quillwort?")
    [message] = slack.wait_for(lambda: bot_messages(slack, "D1ADA"))
    slack.wait_for(lambda: [len(statuses) for statuses in slack.space.sessions.values()] == [2])

    assert "2 TB a day" in message_text(message)
    assert slack.space.sessions == {("D1ADA", message["thread_ts"]): ["processing", "active"]}


def test_a_status_that_fails_holds_no_answer_back(slack: LocalSlack, start: Starter) -> None:
    """When Slack limits the status, the answer waits for no second try of it."""
    running = start(slack_agent=True)
    slack.faults.every("agents.sessions.setStatus", 1, RATE_LIMITED)
    slack.direct("U1ADA", "what is Quillwort?")
    answered = slack.wait_for(lambda: bot_messages(slack, "D1ADA"))
    slack.wait_for(lambda: len(slack.calls("agents.sessions.setStatus")) >= 2)
    running.close()

    assert len(answered) == 1
    assert len(slack.calls("agents.sessions.setStatus")) == 2  # once that it is at work, once that it is not


def test_prompts_are_offered_above_an_empty_conversation(slack: LocalSlack, start: Starter) -> None:
    """Opening the Messages tab shows questions made from real talks; without the setting it shows nothing."""
    running = start()
    slack.open_home("U1ADA", tab="messages")
    running.close()
    assert not slack.space.prompts

    start(slack_agent=True)
    slack.open_home("U1ADA", tab="messages")
    prompts = slack.wait_for(lambda: slack.space.prompts.get("D1ADA"))

    assert [prompt["message"] for prompt in prompts][:-1] == list(examples(running.bot.live.searcher))
    assert all(prompt["title"] == prompt["message"] for prompt in prompts)
    assert len(prompts) <= 4


@pytest.mark.parametrize("kind", ["message", "channel"])
def test_what_is_viewed_is_the_context_of_a_question(slack: LocalSlack, start: Starter, kind: str) -> None:
    """A question that says nothing by itself is read with the message that its asker looks at; looking away ends that."""
    running = start(slack_agent=True)
    slack.write_quietly("C1NOTES", "U1ADA", "lunch?", "how fast does Mossbank restore a volume?")
    message_ts = slack.space.channels["C1NOTES"].messages[-1]["ts"]
    entity = {
        "message": {
            "type": "slack#/types/message_context",
            "value": {"channel_id": "C1NOTES", "message_ts": message_ts},
        },
        "channel": {"type": "slack#/types/channel_id", "value": "C1NOTES"},
    }[kind]
    slack.view("U1ADA", {"type": "slack#/types/canvas_id", "value": "F1"}, entity)
    slack.wait_for(lambda: running.bot.desk.sessions and running.bot.desk.sessions.viewed("U1ADA"))
    slack.direct("U1ADA", "what do the notes say about that?")
    [message] = slack.wait_for(lambda: bot_messages(slack, "D1ADA"))
    slack.view("U1ADA")
    slack.wait_for(lambda: running.bot.desk.sessions and not running.bot.desk.sessions.viewed("U1ADA"))

    assert "14 seconds" in message_text(message)
    assert len(slack.calls("conversations.replies")) + len(slack.calls("conversations.history")) == 1


def test_what_is_viewed_is_not_read_for_a_question_that_stands_alone(
    slack: LocalSlack, start: Starter
) -> None:
    """Where the notes answer by themselves, nothing that the asker looks at is read."""
    running = start(slack_agent=True)
    slack.view("U1ADA", {"type": "slack#/types/channel_id", "value": "C1NOTES"})
    slack.wait_for(lambda: running.bot.desk.sessions and running.bot.desk.sessions.viewed("U1ADA"))
    slack.direct("U1ADA", "what is Quillwort?")
    slack.wait_for(lambda: bot_messages(slack, "D1ADA"))

    assert not slack.calls("conversations.history")


def test_stop_is_obeyed_for_what_was_asked_before(slack: LocalSlack, start: Starter) -> None:
    """What was under way when somebody pressed Stop is not posted; the next question in the thread is answered."""
    began, go_on = threading.Event(), threading.Event()

    def waiting(question: str, **how: Any) -> Answer:
        began.set()
        assert go_on.wait(90)
        return answer(question, **how)

    running = start(slack_agent=True, answering=waiting)
    slack.direct("U1ADA", "what is Quillwort?")
    assert began.wait(90)
    thread = slack.space.channels["D1ADA"].messages[0]["ts"]
    event = {
        "type": "agent_session_stopped",
        "channel": "D1ADA",
        "thread_ts": thread,
        "user": "U1ADA",
        "event_ts": slack.space.next_ts(),
    }
    slack.deliver("events_api", slack.envelope(event))
    slack.wait_for(lambda: running.bot.desk.sessions._stopped)
    go_on.set()
    slack.direct("U1ADA", "what is Mossbank?", thread)
    slack.wait_for(lambda: bot_messages(slack, "D1ADA"))
    running.close()

    assert ["Mossbank" in message_text(message) for message in bot_messages(slack, "D1ADA")] == [True]


def test_stops_are_not_remembered_for_ever(slack: LocalSlack) -> None:
    """Of many stopped threads the latest are known, however often people press Stop."""
    sessions = Sessions(Workspaces(slack.api_url, "xoxb-none"))
    for number in range(3 * MOST_STOPPED):
        sessions.stop(f"T0LOCAL:D1ADA:{number}", "5")
    first, last = (
        Job("direct", "T0LOCAL", "D1ADA", "U1ADA", "?", ts=str(ts)) for ts in (0, 3 * MOST_STOPPED - 1)
    )
    sessions.stop(last.thread, "9999")

    assert not sessions.is_stopped(first)
    assert sessions.is_stopped(last)
    assert len(sessions._stopped) == MOST_STOPPED
