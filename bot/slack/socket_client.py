"""slack_sdk's Socket Mode client, made to open one connection at a time, to read the one that it has, and to end.

slack_sdk keeps the current connection and the state of its reader side by side and replaces them one after the other,
from any of four threads. On a busy machine a reader that began in between was left with a state that nobody would
set any more: the connection was deaf, and a stop waited for it for ever. Here the state is the connection's own.
"""

from __future__ import annotations

import http.client
import logging
import socket
import threading
from contextlib import suppress
from typing import Any

from slack_bolt import App
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState

from bot.errors import SlackAway
from bot.slack.client import end_waits_with

_log = logging.getLogger(__name__)
LOST = (SlackApiError, SlackAway, OSError, http.client.HTTPException)  # Slack refuses, or is not there


class OneConnection(Connection):
    """A connection that any number of threads may close."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.ending = False
        self._closing = threading.Lock()

    def stop_reading(self) -> None:
        """End what its reader waits for, up to 3 s else; what is sent still leaves."""
        self.ending = True
        raw = self.sock
        if raw is not None:
            with suppress(OSError):
                socket.socket.shutdown(raw, socket.SHUT_RD)  # TLS's own `shutdown` would let go of its keys

    def disconnect(self) -> None:
        """Close the connection."""
        self.stop_reading()
        with self._closing:  # two who look at once whether it is closed both close it, and one fails
            super().disconnect()


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
        super().__init__(
            app_token,
            logger=app.logger,
            web_client=app.client,
            ping_interval=ping_interval_s,
            proxy=app.client.proxy,
        )

    def issue_new_wss_url(self) -> str:
        """Ask Slack for the address of a connection, and wait where it says so.

        Raises:
            SlackAway: the process is to stop.
        """
        end_waits_with(self._stopping)
        return super().issue_new_wss_url()

    def connect(self) -> None:
        """Open a connection in place of the one before, which is closed once the new one is there."""
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
            before, self.current_session = self.current_session, fresh
            if before is not None:
                before.close()
            if self.closed:  # meanwhile
                fresh.close()
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

    def close(self) -> None:
        """Hear nothing more, acknowledge what was heard, then close the connection."""
        self.closed = True
        self.auto_reconnect_enabled = False
        self.message_queue.put(None)  # so that nobody waits for a message
        if self.current_session is not None:
            self.current_session.stop_reading()
        self.message_processor.shutdown()  # type: ignore[no-untyped-call]
        self.message_workers.shutdown()
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

    def _run_current_session(self) -> None:
        connection = self.current_session
        if connection is not None and connection.is_active() and not self.closed:
            connection.run_until_completion(Reading(connection))
