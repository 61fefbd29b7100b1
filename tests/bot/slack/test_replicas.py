"""Bots that share a memory which goes away, and bots that are silent for long: every answer is given, and given once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from bot.answering.models import Answer
from bot.slack.intake.jobs import Job
from tests.bot.slack.conftest import Running, Starter, answer
from tests.bot.slack.test_conversations import bot_messages
from tests.bot.test_store import wait_for
from tests.postgresql import PASSWORD, PostgresqlServer
from tests.slack_server import LocalSlack
from tests.slack_server.faults import Fault
from tests.slack_server.transcript import message_text

QUESTION = "how fast does Mossbank restore a volume?"


def answering_while(happens: Callable[[], None]) -> Callable[..., Answer]:
    """Answer, and let something happen in the middle of the first answer."""
    left = [happens]

    def answering(question: str, **how: Any) -> Answer:
        answered = answer(question, **how)
        if left:
            left.pop()()
        return answered

    return answering


def all_of(slack: LocalSlack) -> list[str]:
    """Return what the bot said to ada, in the channel and privately."""
    return [message_text(one) for one in (*bot_messages(slack, "C1NOTES"), *slack.space.ephemerals)]


def posting_while_it_is_away(
    slack: LocalSlack, start: Starter, postgresql: PostgresqlServer, address: SecretStr
) -> Running:
    """Start a bot that is asked in the channel, and take its memory away before it can post."""
    running = start(store=address)
    limited = Fault(status=429, error="ratelimited", retry_after_s=1)
    slack.faults.every("chat.postMessage", 1, limited)
    slack.write("C1NOTES", "U1ADA", f"<@BOT> {QUESTION}")
    slack.wait_for(lambda: slack.calls("chat.postMessage"))
    postgresql.stop()
    slack.faults.every("chat.postMessage", 0, limited)
    slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
    return running


@pytest.mark.parametrize("way", ["mention", "command"])
def test_a_memory_that_goes_away_in_the_middle_of_an_answer(
    slack: LocalSlack,
    start: Starter,
    postgresql: PostgresqlServer,
    caplog: pytest.LogCaptureFixture,
    way: str,
) -> None:
    """Whether it is away before the answer is posted or behind it, the person gets the answer once and no apology."""
    running = start(store=SecretStr(postgresql.database()), answering=answering_while(postgresql.stop))
    if way == "mention":
        slack.write("C1NOTES", "U1ADA", f"<@BOT> {QUESTION}")
    else:
        slack.command("C1NOTES", "U1ADA", QUESTION)
    slack.wait_for(lambda: "put off for" in caplog.text)
    before = all_of(slack)
    postgresql.start()
    slack.wait_for(lambda: all_of(slack))
    wait_for(lambda: not running.bot.store.open_jobs())
    running.close()

    assert before == []
    assert ["14 seconds" in said for said in all_of(slack)] == [True]
    assert PASSWORD not in caplog.text
    assert "problem" not in caplog.text


def test_what_is_posted_while_the_memory_goes_away_is_posted_once(
    slack: LocalSlack, start: Starter, postgresql: PostgresqlServer
) -> None:
    """An answer that Slack took, and that could not be noted, is not given again when the memory is back."""
    address = SecretStr(postgresql.database())
    running = posting_while_it_is_away(slack, start, postgresql, address)
    time.sleep(0.5)
    owed = running.bot.store.open_jobs()
    postgresql.start()
    wait_for(lambda: not running.bot.store.open_jobs())
    running.close()
    start(store=address).close()  # which finds nothing left to do

    assert owed == 1
    assert ["14 seconds" in said for said in all_of(slack)] == [True]


def test_an_event_during_an_outage_is_heard_when_slack_sends_it_again(
    slack: LocalSlack, start: Starter, postgresql: PostgresqlServer, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be claimed is not acknowledged; its redelivery is answered, and the log has a line, not a page."""
    start(store=SecretStr(postgresql.database()))
    postgresql.stop()
    deliveries = slack.write("C1NOTES", "U1ADA", f"<@BOT> {QUESTION}")
    heard = [one.acked_at for one in deliveries]
    postgresql.start()
    again = [one for delivery in deliveries for one in slack.redeliver(delivery, 2)]
    slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))

    assert heard[1] is None
    assert all(one.acked_at for one in again)
    assert len(bot_messages(slack, "C1NOTES")) == 1
    assert "could not claim what Slack sent" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_process_that_was_silent_leaves_its_answer_to_the_other(
    slack: LocalSlack, start: Starter, caplog: pytest.LogCaptureFixture
) -> None:
    """One that wakes in the middle of an answer which another gave meanwhile posts nothing, public or private."""
    asleep, taken = threading.Event(), threading.Event()

    def sleeping(question: str, **how: Any) -> Answer:
        asleep.set()
        assert taken.wait(90)
        return answer(question, **how)

    first = start(answering=sleeping, takeover_after_s=600)
    slack.write("C1NOTES", "U1ADA", f"<@BOT> {QUESTION}")
    slack.command("C1NOTES", "U1ADA", QUESTION)
    wait_for(asleep.is_set)
    second = start()
    with (
        second.bot.store.changing() as db
    ):  # as if the first had been stopped for long, and the second there for long
        db.execute(
            "UPDATE processes SET alive_until = alive_until - 10000 WHERE owner = ?", (first.bot.store.owner,)
        )
        db.execute("UPDATE processes SET alive_since = alive_since - 10000")
    slack.wait_for(lambda: len(all_of(slack)) == 2)
    taken.set()
    wait_for(lambda: not first.bot.store.open_jobs())
    first.close()
    second.close()

    assert ["14 seconds" in said for said in all_of(slack)] == [True, True]
    assert "another process took it over" in caplog.text


def test_a_job_that_was_written_though_it_seemed_to_fail_is_answered(
    slack: LocalSlack, start: Starter
) -> None:
    """A claim whose connection broke at its very end is nobody's failure: the process finds the job and answers."""
    running = start()
    [ts] = slack.write_quietly("C1NOTES", "U1ADA", QUESTION)
    job = Job("mention", "T0LOCAL", "C1NOTES", "U1ADA", QUESTION, ts=ts)
    with running.bot.store.changing() as db:
        db.execute("INSERT INTO claims VALUES ('event:1', 0)")
        db.execute("INSERT INTO jobs VALUES ('j', ?, ?, 0, NULL)", (job.to_json(), running.bot.store.owner))
    slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
    running.close()

    assert len(bot_messages(slack, "C1NOTES")) == 1
