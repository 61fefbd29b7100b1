"""Nothing that Slack sends is lost while a connection gives way to another: commands and clicks come only once."""

from __future__ import annotations

import threading

import pytest

from bot.slack.socket_client import Client
from tests.bot.slack.conftest import Running, Starter
from tests.slack_server import LocalSlack
from tests.slack_server.delivery import Delivery
from tests.slack_server.faults import Fault

UNKNOWN = "/nobody-listens"  # is acknowledged and asks for no answer


def clients(running: Running) -> list[Client]:
    """Return the clients of the bot's connections."""
    return [handler.client for handler in running.sockets._handlers] if running.sockets else []


def send(slack: LocalSlack) -> Delivery:
    """Type a command down one of the connections."""
    return slack.command("C1NOTES", "U1ADA", "hello", UNKNOWN)


@pytest.mark.parametrize("connections", [1, 2])
def test_what_is_on_its_way_down_a_replaced_connection_is_heard(
    slack: LocalSlack, start: Starter, connections: int
) -> None:
    """However often connections are replaced while people type, each command is acknowledged."""
    running = start(sockets=connections)

    def renew() -> None:
        for _ in range(5):
            for client in clients(running):
                client.connect_to_new_endpoint(force=True)

    renewing = threading.Thread(target=renew)
    renewing.start()
    sent = []
    while renewing.is_alive():
        sent.append(send(slack))

    assert slack.sockets.opened >= 5 * connections
    assert slack.wait_for(lambda: all(one.acked_at for one in sent))
    assert slack.wait_for(lambda: len(slack.sockets.connections) == connections)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
def test_a_connection_is_heard_until_slack_gives_another(
    slack: LocalSlack, start: Starter, reason: str
) -> None:
    """What Slack sends between its request for another connection and that connection does not wait for it."""
    running = start(sockets=1)
    slack.faults.every("apps.connections.open", 1, Fault(status=429, error="ratelimited", retry_after_s=3600))
    before = len(slack.calls("apps.connections.open"))
    slack.drop_sockets(reason)
    slack.wait_for(lambda: len(slack.calls("apps.connections.open")) > before)
    sent = [send(slack) for _ in range(3)]

    assert slack.wait_for(lambda: all(one.acked_at for one in sent))
    assert running.sockets is not None
    assert running.sockets.connected() == 1
