"""How a bot ends: within seconds whatever it is at, with what it could not finish left to the next one."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.live import LiveIndex
from index.build.reader import Build
from index.encoder.base import Encoder
from index.engines.local import LocalEngine
from tests.bot.slack.conftest import Starter
from tests.bot.slack.test_conversations import bot_messages
from tests.bot.slack.test_replicas import QUESTION, posting_while_it_is_away
from tests.bot.slack.test_running import process
from tests.bot.test_store import wait_for
from tests.notes import publish_notes
from tests.postgresql import PostgresqlServer
from tests.slack_server import LocalSlack
from tests.slack_server.faults import Fault

COME_IN_AN_HOUR = Fault(status=429, error="ratelimited", retry_after_s=3600)
SOON_S = (
    18.0  # half a second here, on a machine with ten other jobs some; who waits in vain takes the desk's 20
)


def seconds(act: Callable[[], None]) -> float:
    """Return how long something takes; it is not waited for for ever."""
    began = time.monotonic()
    doing = threading.Thread(target=act, daemon=True)
    doing.start()
    doing.join(60)
    return time.monotonic() - began


def ask(slack: LocalSlack, times: int) -> list[str]:
    """Ask so often and return the messages' timestamps."""
    return [
        str(slack.write("C1NOTES", "U1ADA", f"<@BOT> {QUESTION}")[0].payload["event"]["ts"])
        for _ in range(times)
    ]


def answered(slack: LocalSlack) -> list[str]:
    """Return which messages have an answer, as often as they have one."""
    return sorted(str(one["thread_ts"]) for one in bot_messages(slack, "C1NOTES"))


@contextmanager
def away_for_a_second(memory: PostgresqlServer | Path) -> Iterator[None]:
    """Take the memory away for a while that begins before something is done: the server is down, the file locked."""
    if isinstance(memory, PostgresqlServer):
        memory.stop()
        yield
        time.sleep(1)
        memory.start()
        return
    with closing(sqlite3.connect(memory, isolation_level=None, timeout=20)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        time.sleep(1)
        other.execute("ROLLBACK")


@pytest.mark.parametrize("questions", [1, 18], ids=["one", "more than there are threads"])
def test_a_bot_that_slack_tells_to_wait_leaves_its_answers_to_the_next(
    slack: LocalSlack, start: Starter, questions: int
) -> None:
    """A wait of an hour ends with the bot, those behind it do not begin one, and the next bot gives every answer once."""
    slack.faults.every("chat.postMessage", 1, COME_IN_AN_HOUR)
    first = start()
    asked = ask(slack, questions)
    slack.wait_for(lambda: slack.calls("chat.postMessage"))
    took_s = seconds(first.close)
    slack.faults.every("chat.postMessage", 0, COME_IN_AN_HOUR)
    owed = first.bot.desk.left()
    start()
    slack.wait_for(lambda: len(answered(slack)) >= questions)

    assert took_s < SOON_S
    assert owed.startswith(f"{questions} answers are still owed")
    assert answered(slack) == sorted(asked)


@pytest.mark.parametrize("how", ["refresh_requested", None], ids=["asked", "cut"])
def test_a_bot_that_opens_its_connections_anew_stops(
    slack: LocalSlack, start: Starter, how: str | None
) -> None:
    """Neither a connection that Slack does not give yet nor the watch over it holds the process."""
    running = start(sockets=2)
    slack.faults.every("apps.connections.open", 1, COME_IN_AN_HOUR)
    before = len(slack.calls("apps.connections.open"))
    slack.drop_sockets(how)
    slack.wait_for(lambda: len(slack.calls("apps.connections.open")) >= before + 2)
    took_s = seconds(running.close)

    assert took_s < SOON_S
    assert slack.wait_for(lambda: not slack.sockets.connections)


def test_connections_that_are_renewed_again_and_again_are_heard_and_closed(
    slack: LocalSlack, start: Starter
) -> None:
    """Whatever thread opens a connection anew, on a busy machine, each that is left has a reader, and ends."""
    running = start(sockets=2)
    clients = [handler.client for handler in running.sockets._handlers] if running.sockets else []
    for number in range(4):
        slack.drop_sockets("refresh_requested" if number % 2 else None)
        again = [threading.Thread(target=client.connect_to_new_endpoint, args=(True,)) for client in clients]
        for one in again:
            one.start()
        for one in again:
            one.join()
    slack.wait_for(lambda: running.sockets is not None and running.sockets.connected() == 2)
    slack.wait_for(lambda: len(slack.sockets.connections) == 2)
    heard = [slack.write("C1NOTES", "U1ADA", f"<@BOT> {QUESTION}") for _ in range(2)]
    slack.wait_for(lambda: all(one.acked_at for some in heard for one in some))
    took_s = seconds(running.close)

    assert took_s < SOON_S
    assert slack.wait_for(lambda: not slack.sockets.connections)


def test_a_bot_whose_memory_starts_anew_stops(
    slack: LocalSlack, start: Starter, postgresql: PostgresqlServer
) -> None:
    """What was answered is noted as soon as the memory is back, and the next bot has nothing left to do."""
    address = SecretStr(postgresql.database())
    first = posting_while_it_is_away(slack, start, postgresql, address)
    back = threading.Timer(1.0, postgresql.start)
    back.start()
    took_s = seconds(first.close)
    back.join()
    start(store=address).close()

    assert took_s < SOON_S
    assert first.bot.desk.left() == "everything that was begun is finished"
    assert len(answered(slack)) == 1


def test_a_build_that_is_being_opened_is_not_waited_for(tmp_path: Path, encoder: Encoder) -> None:
    """A stop in the middle of a switch ends the following at once, and the build is not switched any more."""
    first = publish_notes(tmp_path, encoder)
    opening, opened = threading.Event(), threading.Event()

    def slowly(build: Build) -> LocalEngine:
        if build.build_id != first:
            opening.set()
            opened.wait(60)
        return LocalEngine(build)

    live = LiveIndex(tmp_path, encoder, engine=slowly)
    publish_notes(tmp_path, encoder, created_at=datetime(2026, 11, 21, 2, 15, tzinfo=UTC))
    live.follow(0.01)
    wait_for(opening.is_set)
    took_s = seconds(live.stop)
    opened.set()
    wait_for(lambda: not [one for one in threading.enumerate() if one.name == "live-index"])

    assert took_s < SOON_S
    assert live.searcher.build.build_id == first


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_a_process_ends_in_order_whatever_it_waits_for(
    slack: LocalSlack, tmp_path: Path, published: Path, request: pytest.FixtureRequest, store: str
) -> None:
    """On SIGTERM, with connections to open, answers that Slack does not take and a memory that starts anew."""
    server = request.getfixturevalue("postgresql") if store == "postgresql" else None
    more = {"CONFNOTES_STORE": server.database()} if server else {}
    away = away_for_a_second(server or tmp_path / "bot.sqlite")
    with process(slack, tmp_path, published, **more) as running:
        slack.wait_for(lambda: len(slack.sockets.connections) == 2 or running.poll() is not None)
        slack.faults.every("chat.postMessage", 1, COME_IN_AN_HOUR)
        ask(slack, 2)
        slack.wait_for(lambda: slack.calls("chat.postMessage"))
        slack.faults.every("apps.connections.open", 1, COME_IN_AN_HOUR)
        slack.drop_sockets()
        slack.wait_for(lambda: not slack.sockets.connections)
        with away:
            began = time.monotonic()
            running.send_signal(signal.SIGTERM)
        _, said = running.communicate(timeout=60)
        took_s = time.monotonic() - began

    assert running.returncode == 0, said
    assert took_s < SOON_S
    assert "answers are still owed" in said
    assert "Traceback" not in said
