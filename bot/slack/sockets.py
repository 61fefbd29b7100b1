"""Socket Mode: two connections, so that one is renewed while the other listens, and a watchdog over both."""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import suppress

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.errors import SlackAway, SlackFault
from bot.telemetry import metrics

CONNECTIONS = 2
LOOK_EVERY_S = 5.0
RECONNECT_AFTER_S = (
    20.0  # the client reconnects by itself; after so long it has given up (python-slack-sdk issue 1701)
)
_log = logging.getLogger(__name__)


class TimedHandler(SocketModeHandler):
    """Bolt's handler, with the time that each acknowledgement takes."""

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Let Bolt take what Slack sent, and acknowledge it."""
        with metrics.ACK_SECONDS.labels("socket").time():
            super().handle(client, req)


class Sockets:
    """The Socket Mode connections of one process."""

    def __init__(
        self, app: App, app_token: str, connections: int = CONNECTIONS, ping_interval_s: float = 5.0
    ) -> None:
        self._handlers = [
            TimedHandler(app, app_token, ping_interval=ping_interval_s) for _ in range(connections)
        ]
        self._down_since: dict[int, float] = {}

    def connect(self) -> None:
        """Open the connections.

        Raises:
            SlackFault: Slack refuses the app-level token or cannot be reached.
        """
        try:
            for handler in self._handlers:
                handler.client.connect()
        except SlackApiError as error:
            raise SlackFault(
                f"Cannot open Socket Mode: {error.response.get('error')}. Check that SLACK_APP_TOKEN is an app-level token (xapp-…) with"
                " the scope connections:write and that Socket Mode is on in the app's settings."
            ) from error
        except OSError as error:
            raise SlackFault(
                f"Cannot reach Slack to open Socket Mode: {error}. Check the network and SLACK_API_URL."
            ) from error

    def watch(
        self,
        stopped: threading.Event,
        look_every_s: float = LOOK_EVERY_S,
        patience_s: float = RECONNECT_AFTER_S,
    ) -> None:
        """Look after the connections until the event is set."""
        while not stopped.wait(look_every_s):
            for number, handler in enumerate(self._handlers):
                self._look(number, handler, patience_s)

    def connected(self) -> int:
        """Count the connections that are open."""
        return sum(handler.client.is_connected() for handler in self._handlers)

    def check(self) -> None:
        """Look whether Slack reaches the bot.

        Raises:
            SlackAway: no connection is open.
        """
        if not self.connected():
            raise SlackAway("No Socket Mode connection to Slack is open. It is opened again by itself.")

    def close(self) -> None:
        """Close the connections; nothing new comes in afterwards."""
        for handler in self._handlers:
            _hang_up(handler.client)

    def _look(self, number: int, handler: SocketModeHandler, patience_s: float) -> None:
        if handler.client.is_connected():
            self._down_since.pop(number, None)
            return
        since = self._down_since.setdefault(number, time.monotonic())
        if time.monotonic() - since < patience_s:
            return
        _log.error(
            "Socket Mode connection %d is down for %.0f s, opening it again",
            number + 1,
            time.monotonic() - since,
        )
        metrics.RECONNECTS.inc()
        try:
            handler.client.connect_to_new_endpoint(force=True)
        except (SlackApiError, OSError) as error:
            _log.error("Socket Mode connection %d cannot be opened: %s", number + 1, error)


def _hang_up(client: SocketModeClient) -> None:
    """Close a client without waiting for its read.

    Its reader holds a lock for up to 3 s a read and takes it again at once: on a busy machine `close`, which
    waits for the same lock, was seen to starve for more than 25 s. A socket that is shut down ends the read.
    A reader that begins only now takes back that it is to end, and `close` would wait for it for ever: it is
    told again until it has heard.
    """
    client.auto_reconnect_enabled = False
    raw = client.current_session.sock if client.current_session is not None else None
    if raw is not None:
        with suppress(OSError):
            raw.shutdown(socket.SHUT_RDWR)
    closing = threading.Thread(target=client.close, name="hang-up", daemon=True)
    closing.start()
    while closing.is_alive():
        client.current_session_state.terminated = True
        closing.join(0.1)
