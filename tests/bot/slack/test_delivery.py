"""Nothing is lost and nothing comes twice, whatever Slack does."""

from __future__ import annotations

import gc
import logging
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.answering.models import Answer
from bot.slack.desk.desk import THREADS
from bot.slack.intake.jobs import Job
from bot.slack.sockets import Sockets
from bot.store import Store
from tests.bot.slack.conftest import Starter, answer
from tests.bot.slack.test_conversations import bot_messages
from tests.slack_server import APP_TOKEN, LocalSlack
from tests.slack_server.faults import LOST_ANSWER, RATE_LIMITED, SERVER_ERROR, SILENCE, UNAVAILABLE, Fault
from tests.slack_server.transcript import message_text


def broken(question: str, **how: Any) -> Answer:
    """Fail with a secret in the message."""
    raise RuntimeError(f"the password is hunter2, {question}")


@pytest.mark.parametrize("sockets", [2, 0], ids=["socket", "http"])
def test_an_event_delivered_three_times_is_answered_once(
    slack: LocalSlack, start: Starter, sockets: int
) -> None:
    """Redeliveries of both twin events, message and mention, give one answer."""
    running = start(sockets=sockets)
    for delivery in slack.write("C1NOTES", "U1ADA", "<@BOT> what is Mossbank?"):
        slack.redeliver(delivery, 2)
    slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
    running.close()

    assert len(bot_messages(slack, "C1NOTES")) == 1


@pytest.mark.parametrize("sockets", [2, 0], ids=["socket", "http"])
def test_slow_answers_hold_no_acknowledgement_back(slack: LocalSlack, start: Starter, sockets: int) -> None:
    """While more answers are at work than there are threads, none of them done, every payload is acknowledged."""
    gate = threading.Event()

    def held(question: str, **how: Any) -> Answer:
        assert gate.wait(90)
        return answer(question, **how)

    start(sockets=sockets, answering=held, answers_at_once=8)
    deliveries = [
        one
        for n in range(THREADS + 4)
        for one in slack.write("C1NOTES", "U1ADA", f"<@BOT> what is Mossbank {n}?")
    ]
    deliveries.append(slack.command("C1NOTES", "U2BEN", "what is Quillwort?"))
    slack.wait_for(lambda: all(delivery.acked_at for delivery in deliveries))
    answered = len(bot_messages(slack, "C1NOTES"))
    gate.set()
    slack.wait_for(lambda: len(bot_messages(slack, "C1NOTES")) == THREADS + 4)
    slack.wait_for(lambda: slack.space.ephemerals)

    assert answered == 0


def test_one_slow_answer_holds_no_other_back(slack: LocalSlack, start: Starter) -> None:
    """Where one answer at a time is made, a question that takes long is passed by the next ones, and answered when it is done."""
    gate = threading.Event()

    def held(question: str, **how: Any) -> Answer:
        assert "Quillwort" not in question or gate.wait(90)
        return answer(question, **how)

    start(answering=held, answers_at_once=1)
    slack.write("C1NOTES", "U1ADA", "<@BOT> what is Quillwort?")
    for _ in range(3):
        slack.write("C1NOTES", "U2BEN", "<@BOT> how fast does Mossbank restore?")
    slack.wait_for(lambda: len(bot_messages(slack, "C1NOTES")) == 3)
    passed = [message_text(message) for message in bot_messages(slack, "C1NOTES")]
    gate.set()
    slack.wait_for(lambda: len(bot_messages(slack, "C1NOTES")) == 4)

    assert all("14 seconds" in text for text in passed)


def test_a_rate_limit_is_waited_for(slack: LocalSlack, start: Starter) -> None:
    """After 429 and 503 the answer is posted, once."""
    start()
    slack.faults.next("chat.postMessage", RATE_LIMITED, SERVER_ERROR)
    slack.write("C1NOTES", "U1ADA", "<@BOT> what is Mossbank?")
    slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))

    assert len(slack.calls("chat.postMessage")) == 3


def test_a_lost_connection_does_not_post_twice(slack: LocalSlack, start: Starter) -> None:
    """When Slack took the message and the connection broke before it said so, the bot looks and does not post again."""
    running = start()
    slack.faults.next("chat.postMessage", LOST_ANSWER)
    slack.write("C1NOTES", "U1ADA", "<@BOT> what is Mossbank?")
    slack.wait_for(lambda: slack.calls("conversations.replies"))
    running.close()

    assert len(bot_messages(slack, "C1NOTES")) == 1


def test_a_slack_that_is_away_for_a_moment_is_waited_for(slack: LocalSlack, start: Starter) -> None:
    """Neither posting nor looking whether it was posted works at first: the answer comes all the same, once."""
    running = start()
    slack.faults.next("chat.postMessage", SILENCE)
    slack.faults.next("conversations.replies", SILENCE)
    slack.write("C1NOTES", "U1ADA", "<@BOT> how fast does Mossbank restore?")
    slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
    running.close()

    assert [("14 seconds" in message_text(message)) for message in bot_messages(slack, "C1NOTES")] == [True]


def test_a_job_taken_over_while_slack_is_away_is_not_given_up(
    slack: LocalSlack, start: Starter, memory: Path | SecretStr
) -> None:
    """What a dead process left is answered as soon as Slack can be asked whether it was."""
    [ts] = slack.write_quietly("C1NOTES", "U1ADA", "what is Mossbank?")
    dead = Store(memory)
    dead.take(
        ["event:1"], Job("mention", "T0LOCAL", "C1NOTES", "U1ADA", "what is Mossbank?", ts=ts).to_json()
    )
    dead.close()
    slack.faults.next("conversations.replies", SILENCE)
    running = start()
    slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
    running.close()

    assert [message["thread_ts"] for message in bot_messages(slack, "C1NOTES")] == [ts]


@pytest.mark.parametrize(("fault", "restarted"), [(SILENCE, False), (UNAVAILABLE, False), (SILENCE, True)])
def test_a_slack_that_stays_away_gets_the_answer_when_it_is_back(
    slack: LocalSlack, start: Starter, caplog: pytest.LogCaptureFixture, fault: Fault, restarted: bool
) -> None:
    """A job whose answer could not be posted stays open, also over a restart, and is answered once when Slack is back."""
    running = start()
    for method in ("chat.postMessage", "conversations.replies"):
        slack.faults.every(method, 1, fault)
    slack.write("C1NOTES", "U1ADA", "<@BOT> how fast does Mossbank restore?")
    slack.wait_for(lambda: "put off for" in caplog.text)
    if restarted:
        running.close()
    for method in ("chat.postMessage", "conversations.replies"):
        slack.faults.every(method, 0, fault)
    running = start() if restarted else running
    slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
    slack.wait_for(lambda: not running.bot.store.open_jobs())

    assert ["14 seconds" in message_text(message) for message in bot_messages(slack, "C1NOTES")] == [True]


def test_refused_blocks_become_plain_text_once(slack: LocalSlack, start: Starter) -> None:
    """On invalid_blocks the words are posted without blocks."""
    start()
    slack.faults.next("chat.postMessage", Fault(error="invalid_blocks"))
    slack.write("C1NOTES", "U1ADA", "<@BOT> how fast does Mossbank restore?")
    [message] = slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))

    assert "blocks" not in message
    assert "14 seconds" in message["text"]


def test_a_channel_that_refuses_sends_the_answer_to_the_asker(slack: LocalSlack, start: Starter) -> None:
    """When the channel was archived meanwhile, the asker gets the answer in private."""
    start()
    slack.faults.next("chat.postMessage", Fault(error="is_archived"))
    slack.write("C1NOTES", "U1ADA", "<@BOT> how fast does Mossbank restore?")
    [message] = slack.wait_for(lambda: slack.space.channels.get("D1ADA") and bot_messages(slack, "D1ADA"))

    assert "14 seconds" in message_text(message)


def test_a_defect_ends_in_an_apology_with_the_id_of_the_log(
    slack: LocalSlack, start: Starter, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception's words stay in the log; the person gets an id that leads there."""
    start(answering=broken)
    slack.write("C1NOTES", "U1ADA", "<@BOT> what is Mossbank?")
    slack.command("C1NOTES", "U2BEN", "what is Mossbank?")
    [public] = slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
    [private] = slack.wait_for(lambda: slack.space.ephemerals)

    for message in (public, private):
        shown = message_text(message)
        problem = shown.rsplit(" ", 1)[1].rstrip(".")
        assert "hunter2" not in shown
        assert f"problem {problem} in" in caplog.text
    assert "hunter2" in caplog.text


def test_what_another_process_left_is_answered_once(
    slack: LocalSlack, start: Starter, memory: Path | SecretStr
) -> None:
    """Claimed and unfinished jobs of a dead process: one was answered already, one was not, one came by command."""
    first, second = slack.write_quietly("C1NOTES", "U1ADA", "what is Mossbank?", "what is Quillwort?")
    dead = Store(memory)
    url = slack.response_url("C1NOTES", "U2BEN")
    answered = dead.take(
        ["event:1"], Job("mention", "T0LOCAL", "C1NOTES", "U1ADA", "what is Mossbank?", ts=first).to_json()
    )
    dead.take(
        ["event:2"], Job("mention", "T0LOCAL", "C1NOTES", "U1ADA", "what is Quillwort?", ts=second).to_json()
    )
    dead.take(
        ["command:3"], Job("command", "T0LOCAL", "C1NOTES", "U2BEN", "day4", response_url=url).to_json()
    )
    dead.close()
    slack.space.channels["C1NOTES"].messages.append(
        {
            "ts": slack.space.next_ts(),
            "thread_ts": first,
            "user": "U0CONFBOT",
            "metadata": {"event_payload": {"job": answered}},
        }
    )
    running = start()
    slack.wait_for(lambda: len(bot_messages(slack, "C1NOTES")) == 2 and slack.space.ephemerals)
    running.close()

    assert [message["thread_ts"] for message in bot_messages(slack, "C1NOTES")] == [first, second]
    assert "Tracing Without Tears" in message_text(slack.space.ephemerals[0])


def test_two_processes_share_one_memory(slack: LocalSlack, start: Starter) -> None:
    """Whichever process gets an event, it is answered once."""
    first, second = start(sockets=1), start(sockets=1)
    for number in range(6):
        for delivery in slack.write("C1NOTES", "U1ADA", f"<@BOT> what is Mossbank {number}?"):
            slack.redeliver(delivery, 2)
    slack.wait_for(lambda: len(bot_messages(slack, "C1NOTES")) >= 6)
    first.close()
    second.close()

    assert len(bot_messages(slack, "C1NOTES")) == 6


# slack_sdk may drop the old connection's socket without closing it when both sides hang up at once.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("reason", ["refresh_requested", None], ids=["asked", "cut"])
def test_a_lost_socket_is_opened_again(slack: LocalSlack, start: Starter, reason: str | None) -> None:
    """After Slack asked to reconnect or the connection was cut, the next question is answered."""
    running = start(sockets=1)
    opened = slack.sockets.opened
    slack.drop_sockets(reason)
    slack.wait_for(lambda: slack.sockets.opened > opened and len(slack.sockets.connections) == 1)
    slack.write("C1NOTES", "U1ADA", "<@BOT> what is Mossbank?")
    answered = slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
    running.close()
    gc.collect()

    assert len(answered) == 1


def test_a_connection_that_is_closed_as_it_begins_is_closed(slack: LocalSlack, start: Starter) -> None:
    """A reader whose thread gets its turn only after the closing does not hold the process for ever."""
    sockets = Sockets(start().bot.app, APP_TOKEN, 1)
    client = sockets._handlers[0].client

    def late(record: logging.LogRecord) -> bool:
        while "Starting to receive" in str(record.msg) and not client.closed:
            time.sleep(0.01)
        return True

    level = client.logger.level
    client.logger.setLevel(logging.INFO)
    client.logger.addFilter(late)
    try:
        sockets.connect()
        closing = threading.Thread(target=sockets.close, daemon=True)
        closing.start()
        closing.join(60)
    finally:
        client.logger.removeFilter(late)
        client.logger.setLevel(level)

    assert not closing.is_alive()


def test_closing_finishes_what_was_begun(slack: LocalSlack, start: Starter) -> None:
    """A bot that is told to stop in the middle of an answer posts it first."""
    began = threading.Event()

    def going_on(question: str, **how: Any) -> Answer:
        began.set()
        while not running.closed:
            time.sleep(0.01)
        return answer(question, **how)

    running = start(answering=going_on)
    slack.write("C1NOTES", "U1ADA", "<@BOT> what is Mossbank?")
    assert began.wait(90)
    running.close()

    assert len(bot_messages(slack, "C1NOTES")) == 1


def test_an_unwritten_claim_is_not_acknowledged(slack: LocalSlack, start: Starter) -> None:
    """When the memory cannot be written, Slack hears no acknowledgement and will send the event again."""
    running = start()
    with running.bot.store.changing() as memory:
        memory.execute("DROP TABLE claims")
    deliveries = slack.write("C1NOTES", "U1ADA", "<@BOT> what is Mossbank?")

    assert deliveries[1].acked_at is None


def test_a_bad_signature_is_refused(
    slack: LocalSlack, start: Starter, caplog: pytest.LogCaptureFixture
) -> None:
    """A request that Slack did not sign gets 401, and its words do not reach the log."""
    start()
    body = {"type": "event_callback", "event": {"type": "app_mention", "text": "burnt sienna"}}
    answered = httpx.post(
        slack.request_url or "",
        json=body,
        headers={"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": "v0=0"},
    )

    assert answered.status_code == 401
    assert "burnt sienna" not in caplog.text
