"""A busy hour in seconds: many questions at once, each delivered three times, Slack limiting, the process killed in between."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.bot.slack.test_http import is_ready, over_http
from tests.bot.slack.test_running import process
from tests.ports import free_port
from tests.postgresql import PASSWORD, PostgresqlServer
from tests.slack_server import BOT_USER_ID, LocalSlack
from tests.slack_server.delivery import Delivery
from tests.slack_server.faults import Fault
from tests.slack_server.transcript import message_text

# The whole bar is 500 questions in ten seconds over ten channels, each test over both ways to hear: CONFNOTES_LOAD=500 runs it.
QUESTIONS = int(os.environ.get("CONFNOTES_LOAD", "24"))
FULL = 500
CHANNELS = 10
SECONDS = QUESTIONS / 50
PATIENCE_S = 0.5
SENDERS = 24  # of requests over HTTP, which wait for their acknowledgement

Process = Callable[[], AbstractContextManager[subprocess.Popen[str]]]
BUSY = "SELECT count(DISTINCT owner) FROM confnotes.jobs WHERE finished_at IS NULL"
LEASE = {"CONFNOTES_TAKEOVER_AFTER_S": "2"}


@pytest.mark.parametrize("mode", ["socket", "http"] if QUESTIONS >= FULL else ["socket"])
def test_every_question_is_answered_exactly_once_through_a_crash(
    slack: LocalSlack, tmp_path: Path, published: Path, mode: str
) -> None:
    """Nothing is lost and nothing doubled: every envelope goes down both sockets, one in ten posts is limited, the process is killed."""
    for number in range(CHANNELS):
        slack.add_channel(f"C{number}", f"load{number}", "U1ADA")
    slack.sockets.doubles = True
    slack.faults.every("chat.postMessage", 10, Fault(status=429, error="ratelimited", retry_after_s=1))
    port = free_port()
    run: Process = partial(process, slack, tmp_path, published, **LEASE)
    if mode == "http":
        run = partial(over_http, slack, tmp_path, published, port, **LEASE)
    deliveries: list[Delivery] = []

    with ThreadPoolExecutor(SENDERS if mode == "http" else 1) as senders:
        with run() as first:
            _wait_until_it_listens(slack, mode, port, first)
            began = time.monotonic()
            asked = senders.submit(_ask, slack, deliveries, senders if mode == "http" else None)
            slack.wait_for(
                lambda: len(deliveries) >= QUESTIONS * 3, timeout_s=60
            )  # half of the six a question
            answered_before = len(_answered(slack))
            first.send_signal(signal.SIGKILL)
            first.wait()
        with run() as second:
            asked.result()
            lasted_s = time.monotonic() - began
            _wait_until_it_listens(slack, mode, port, second)
            slack.wait_for(lambda: len(deliveries) == QUESTIONS * 6, timeout_s=60)
            time.sleep(PATIENCE_S)  # what is not acknowledged by now was sent to the process that died
            unheard = [one for one in deliveries if one.acked_at is None]
            # As Slack does with what was not acknowledged.
            again = [one for found in senders.map(slack.redeliver, unheard) for one in found]
            slack.wait_for(lambda: all(one.acked_at for one in again), timeout_s=30)
            second.send_signal(signal.SIGTERM)
            second.wait(timeout=60)
        answered_at_exit = sum(_answered(slack).values())
        if answered_at_exit < QUESTIONS:  # what was not finished within the patience is the next process's
            with run() as third:
                slack.wait_for(
                    lambda: len(_answered(slack)) == QUESTIONS or third.poll() is not None, timeout_s=90
                )

    waits = _waits([*deliveries, *again])
    print(
        f"{mode}: {QUESTIONS} questions in {lasted_s:.1f} s, {len(deliveries)} deliveries, {len(unheard)} unheard and"
        f" sent again; {_told(waits)}; answers {sum(_answered(slack).values())}, {answered_at_exit} of them before"
        " SIGTERM took effect"
    )
    assert answered_before < QUESTIONS // 2, "the process was idle when it was killed: nothing was tested"
    assert Counter(_answered(slack).values()) == {1: QUESTIONS}
    assert second.returncode == 0
    if QUESTIONS >= FULL:  # a small run says nothing of speed
        assert waits[int(len(waits) * 0.99)] < 1


@pytest.mark.parametrize("mode", ["socket", "http"] if QUESTIONS >= FULL else ["http"])
def test_two_processes_on_one_database_answer_exactly_once(
    slack: LocalSlack, tmp_path: Path, published: Path, postgresql: PostgresqlServer, mode: str
) -> None:
    """Two bots hear one stream, three times each and down all sockets; one is killed, the database started anew: one answer each."""
    for number in range(CHANNELS):
        slack.add_channel(f"C{number}", f"load{number}", "U1ADA")
    slack.sockets.doubles = True
    slack.faults.every("chat.postMessage", 10, Fault(status=429, error="ratelimited", retry_after_s=1))
    ports = [free_port(), free_port()]
    memory = {"CONFNOTES_STORE": postgresql.database(), **LEASE}
    deliveries: list[Delivery] = []

    def start(folder: str, port: int) -> AbstractContextManager[subprocess.Popen[str]]:
        (tmp_path / folder).mkdir()
        if mode == "http":
            return over_http(slack, tmp_path / folder, published, port, **memory)
        return process(slack, tmp_path / folder, published, **memory)

    with (
        ThreadPoolExecutor(SENDERS if mode == "http" else 1) as senders,
        ThreadPoolExecutor(2) as readers,
        start("first", ports[0]) as first,
        start("second", ports[1]) as second,
    ):
        if mode == "http":
            slack.balanced[:] = [f"http://127.0.0.1:{port}/slack/events" for port in ports]
        # Read as it is written: a full pipe would hold the process up.
        logs = [readers.submit(running.stderr.read) for running in (first, second) if running.stderr]
        for running, port in zip((first, second), ports, strict=True):
            _wait_until_it_listens(slack, mode, port, running, sockets=4)
        began = time.monotonic()
        asked = senders.submit(_ask, slack, deliveries, senders if mode == "http" else None)
        slack.wait_for(lambda: len(deliveries) >= QUESTIONS, timeout_s=120)
        slack.wait_for(lambda: postgresql.execute(BUSY, "test") == [(2,)], timeout_s=60)
        answered_before = len(_answered(slack))
        first.send_signal(signal.SIGKILL)
        first.wait()
        del slack.balanced[:1]
        slack.wait_for(lambda: len(deliveries) >= QUESTIONS * 4, timeout_s=120)
        postgresql.restart(down_s=0.5)
        asked.result()
        lasted_s = time.monotonic() - began
        slack.wait_for(lambda: len(deliveries) == QUESTIONS * 6, timeout_s=120)
        time.sleep(PATIENCE_S)
        unheard = [one for one in deliveries if one.acked_at is None]
        again = [one for found in senders.map(slack.redeliver, unheard) for one in found]
        slack.wait_for(lambda: all(one.acked_at for one in again), timeout_s=60)
        slack.wait_for(lambda: len(_answered(slack)) == QUESTIONS, timeout_s=180)
        second.send_signal(signal.SIGTERM)
        second.wait(timeout=60)
        said = logs[1].result()

    print(
        f"{mode}: {QUESTIONS} questions in {lasted_s:.1f} s to two processes, {len(deliveries)} deliveries,"
        f" {len(unheard)} unheard and sent again; {_told(_waits([*deliveries, *again]))}; answers"
        f" {sum(_answered(slack).values())}, {answered_before} of them before one was killed; {said.count('took over')} takeovers"
    )
    assert answered_before < QUESTIONS // 2, "the process was idle when it was killed: nothing was tested"
    assert "took over" in said
    assert Counter(_answered(slack).values()) == {1: QUESTIONS}
    assert not [message for message in _own(slack) if "14 seconds" not in message_text(message)]
    assert second.returncode == 0
    assert PASSWORD not in said


def _waits(deliveries: list[Delivery]) -> list[float]:
    return sorted(delivery.ack_s for delivery in deliveries if delivery.ack_s is not None)


def _told(waits: list[float]) -> str:
    p50, p99 = (waits[int(len(waits) * share)] for share in (0.5, 0.99))
    return f"acknowledged p50 {p50:.3f} s, p99 {p99:.3f} s, most {waits[-1]:.3f} s"


def _wait_until_it_listens(
    slack: LocalSlack, mode: str, port: int, running: subprocess.Popen[str], sockets: int = 2
) -> None:
    slack.wait_for(
        lambda: (
            (is_ready(port) if mode == "http" else len(slack.sockets.connections) == sockets)
            or running.poll() is not None
        ),
        timeout_s=90,
    )


def _ask(slack: LocalSlack, deliveries: list[Delivery], senders: ThreadPoolExecutor | None) -> None:
    """Ask all questions, each delivered three times; over HTTP every request waits on a thread of its own."""
    began = time.monotonic()
    for number in range(QUESTIONS):
        if senders is None:
            _deliver(slack, deliveries, number)
        else:
            senders.submit(_deliver, slack, deliveries, number)
        time.sleep(max(0.0, began + SECONDS * (number + 1) / QUESTIONS - time.monotonic()))


def _deliver(slack: LocalSlack, deliveries: list[Delivery], number: int) -> None:
    for delivery in slack.write(f"C{number % CHANNELS}", "U1ADA", f"<@BOT> what is Mossbank? ({number})"):
        deliveries += [delivery, *slack.redeliver(delivery, 2)]


def _answered(slack: LocalSlack) -> Counter[str]:
    return Counter(message["thread_ts"] for message in _own(slack))


def _own(slack: LocalSlack) -> list[dict[str, Any]]:
    channels = list(slack.space.channels.values())
    return [one for channel in channels for one in channel.messages if one["user"] == BOT_USER_ID]
