"""slack_sdk's Socket Mode client, made to open one connection at a time, to hear each to its end, and to end.

slack_sdk keeps the current connection and the state of its reader side by side and replaces them one after the other,
from any of four threads. On a busy machine a reader that began in between was left with a state that nobody would
set any more: the connection was deaf, and a stop waited for it for ever. Here the reader is the connection's own.

slack_sdk also closes a connection as soon as it has another, with what Slack had sent down it unread; Slack sends an
event again, but not a command or a click. Here a connection that is replaced is read until Slack has closed it too.
"""

from __future__ import annotations

import http.client
import json
import logging
import queue
import socket
import threading
import time
from contextlib import suppress
from typing import Any

from slack_bolt import App
from slack_sdk.errors import SlackApiError, SlackClientNotConnectedError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState

from bot.errors import SlackAway
from bot.slack.client import end_waits_with

_log = logging.getLogger(__name__)
LOST = (SlackApiError, SlackAway, OSError, http.client.HTTPException)  # Slack refuses, or is not there
LAST_WORDS_S = 5.0  # for Slack to close a connection that is replaced
_CLOSE_FRAME = bytes([0x88, 0x80, 0, 0, 0, 0])  # final, masked as a client's frames are, and empty


class OneConnection(Connection):
    """A connection with a reader of its own, that any number of threads may close."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self._stopped = False
        self._read_until: float | None = None
        self._closing = threading.Lock()
        self._sending = threading.Lock()

    @property
    def ending(self) -> bool:
        """Return whether nothing more is to be read."""
        return self._stopped or (self._read_until is not None and time.monotonic() > self._read_until)

    def connect(self) -> None:
        """Open the connection and read it until it ends."""
        super().connect()
        if self.is_active():
            threading.Thread(target=self._read, name="socket-mode", daemon=True).start()

    def send(self, payload: str) -> None:
        """Send a message.

        Raises:
            SlackClientNotConnectedError: the connection is closed or replaced.
        """
        with self._sending:
            if self._read_until is not None:
                raise SlackClientNotConnectedError("This connection is replaced.")
            super().send(payload)

    def retire(self) -> None:
        """Ask Slack to close the connection; what it sent before it does is still heard."""
        self.on_close_listener = lambda *_: None  # another is there already
        with self._sending:
            self._read_until = time.monotonic() + LAST_WORDS_S
            with self.sock_send_lock, suppress(OSError):
                if self.sock is not None:
                    self.sock.sendall(_CLOSE_FRAME)

    def stop_reading(self) -> None:
        """End what its reader waits for, up to 3 s else; what is sent still leaves."""
        self._stopped = True
        raw = self.sock
        if raw is not None:
            with suppress(OSError):
                socket.socket.shutdown(raw, socket.SHUT_RD)  # TLS's own `shutdown` would let go of its keys

    def disconnect(self) -> None:
        """Close the connection."""
        self.stop_reading()
        with self._closing:  # two who look at once whether it is closed both close it, and one fails
            super().disconnect()

    def _read(self) -> None:
        self.run_until_completion(Reading(self))
        self.disconnect()


class Reading(ConnectionState):
    """When the reader of a connection is to end: with the connection."""

    def __init__(self, connection: OneConnection) -> None:
        self._connection = connection
        self.terminated = False

    @property
    def terminated(self) -> bool:
        """Return whether the reader is to end."""
        return self._told or self._connection.ending

    @terminated.setter
    def terminated(self, told: bool) -> None:
        self._told = told


class Client(SocketModeClient):
    """A client that reads the connection that it has, and can be closed whatever it is at.

    Args:
        app: The Bolt app, whose Web API client asks for addresses.
        app_token: What connections are opened with.
        stopping: Set when the process is to stop: waits for Slack end then.
        ping_interval_s: How often the connection is looked at.
    """

    current_session: OneConnection | None

    def __init__(self, app: App, app_token: str, stopping: threading.Event, ping_interval_s: float) -> None:
        self._stopping = stopping
        self._opening = threading.RLock()
        self._replaced: list[OneConnection] = []
        super().__init__(
            app_token,
            logger=app.logger,
            web_client=app.client,
            ping_interval=ping_interval_s,
            proxy=app.client.proxy,
        )
        self.current_session_runner.shutdown()  # type: ignore[no-untyped-call]  # connections read themselves

    def issue_new_wss_url(self) -> str:
        """Ask Slack for the address of a connection, and wait where it says so.

        Raises:
            SlackAway: the process is to stop.
        """
        end_waits_with(self._stopping)
        return super().issue_new_wss_url()

    def connect(self) -> None:
        """Open a connection in place of the one before, which is heard to its end once the new one is there."""
        with self._opening:
            if self.wss_uri is None:
                self.wss_uri = self.issue_new_wss_url()
            fresh = OneConnection(
                url=self.wss_uri,
                logger=self.logger,
                ping_interval=self.ping_interval,
                receive_buffer_size=self.receive_buffer_size,
                proxy=self.proxy,
                on_message_listener=self._on_message,
                on_error_listener=self._on_error,
                on_close_listener=self._on_close,
                ssl_context=self.web_client.ssl,
            )
            fresh.connect()
            before = self.current_session
            self._replaced = [one for one in (*self._replaced, before) if one is not None and one.is_active()]
            self.current_session = fresh
            if before is not None:
                before.retire()
            if self.closed:  # meanwhile
                for one in (fresh, *self._replaced):
                    one.close()
            elif not self.current_app_monitor_started:
                self.current_app_monitor_started = True
                self.current_app_monitor.start()

    def connect_to_new_endpoint(self, force: bool = False) -> None:
        """Open a connection at a new address, unless another thread just did or the client is closed."""
        with self._opening:
            self._open_again(force)

    def open_again(self) -> None:
        """Open a connection where there is none and no other thread is at it."""
        if self._opening.acquire(blocking=False):
            try:
                self._open_again(force=not self.is_connected())
            finally:
                self._opening.release()

    def process_message(self) -> None:
        """Hand the next message to a worker, also one that asks for another connection: what follows does not wait."""
        with suppress(queue.Empty):
            raw = self.message_queue.get(timeout=1)
            if raw is not None:
                message = json.loads(raw) if raw.startswith("{") else {}
                self.message_workers.submit(self.run_message_listeners, message, raw)

    def close(self) -> None:
        """Hear nothing more, acknowledge what was heard, then close the connections."""
        self.closed = True
        self.auto_reconnect_enabled = False
        self.message_queue.put(None)  # so that nobody waits for a message
        open_ones = [*self._replaced, *([self.current_session] if self.current_session is not None else [])]
        for one in open_ones:
            one.stop_reading()
        self.message_processor.shutdown()  # type: ignore[no-untyped-call]
        self.message_workers.shutdown()
        for one in open_ones:
            one.close()
        super().close()

    def _open_again(self, force: bool) -> None:
        try:
            if not self.closed:
                super().connect_to_new_endpoint(force)
        except SlackAway:
            if not self._stopping.is_set():
                raise

    def _on_close(self, code: int, reason: str | None = None) -> None:
        """Open another connection; where that fails the reader ends all the same, and the monitor tries again."""
        try:
            super()._on_close(code, reason)
        except LOST as error:
            _log.error("a Socket Mode connection that Slack closed cannot be opened again: %s", error)
