"""Socket Mode: two connections, so that one is renewed while the other listens, and a watchdog over both."""

from __future__ import annotations

import logging
import threading
import time

from slack_bolt import App
from slack_bolt.adapter.socket_mode.base_handler import BaseSocketModeHandler
from slack_bolt.adapter.socket_mode.internals import run_bolt_app, send_response
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.errors import SlackAway, SlackFault
from bot.slack.socket_client import LOST, Client
from bot.telemetry import metrics

CONNECTIONS = 2
LOOK_EVERY_S = 5.0
RECONNECT_AFTER_S = (
    20.0  # the client reconnects by itself; after so long it has given up (python-slack-sdk issue 1701)
)
HANG_UP_S = 4.0  # for what was heard to be acknowledged, which Slack awaits for 3 s
_log = logging.getLogger(__name__)


class TimedHandler(BaseSocketModeHandler):
    """Bolt's handler, with the time that each acknowledgement takes."""

    def __init__(self, app: App, client: Client) -> None:
        self.app = app
        self.client: Client = client
        client.socket_mode_request_listeners.append(self.handle)

    def handle(self, client: BaseSocketModeClient, req: SocketModeRequest) -> None:
        """Let Bolt take what Slack sent, and acknowledge it."""
        with metrics.ACK_SECONDS.labels("socket").time():
            send_response(client, req, run_bolt_app(self.app, req), time.time())


class Sockets:
    """The Socket Mode connections of one process.

    Args:
        app: The Bolt app that takes what Slack sends.
        app_token: What connections are opened with.
        connections: How many.
        ping_interval_s: How often each is looked at.
        stopped: Set when the process is to stop: waits for Slack end then.
    """

    def __init__(
        self,
        app: App,
        app_token: str,
        connections: int = CONNECTIONS,
        ping_interval_s: float = 5.0,
        stopped: threading.Event | None = None,
    ) -> None:
        self._stopped = stopped or threading.Event()
        self._handlers = [
            TimedHandler(app, Client(app, app_token, self._stopped, ping_interval_s))
            for _ in range(connections)
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

    def watch(self, look_every_s: float = LOOK_EVERY_S, patience_s: float = RECONNECT_AFTER_S) -> None:
        """Look after the connections until the process is to stop; each look may take as long as Slack does."""
        while not self._stopped.wait(look_every_s):
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

    def close(self, patience_s: float = HANG_UP_S) -> None:
        """Close the connections; nothing new comes in afterwards.

        A call of Slack's that is under way, or a claim that waits for the memory, is not waited for for longer.
        """
        self._stopped.set()
        deadline = time.monotonic() + patience_s
        closing = [
            threading.Thread(target=handler.client.close, name="hang-up", daemon=True)
            for handler in self._handlers
        ]
        for one in closing:
            one.start()
        for number, one in enumerate(closing, start=1):
            one.join(max(0.0, deadline - time.monotonic()))
            if one.is_alive():
                _log.warning("Socket Mode connection %d is busy and is not waited for", number)

    def _look(self, number: int, handler: TimedHandler, patience_s: float) -> None:
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
            handler.client.open_again()
        except LOST as error:
            _log.error("Socket Mode connection %d cannot be opened: %s", number + 1, error)
