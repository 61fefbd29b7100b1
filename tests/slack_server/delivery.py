"""How payloads reach the app: Socket Mode connections with acknowledgements, or signed HTTP requests."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from tests.slack_server.state import Workspace

Json = dict[str, Any]
HEARD_S = 30.0  # Slack itself waits for 3, in which a machine with ten other jobs may not get to it


@dataclass
class Delivery:
    """One payload on its way, and when and how it was acknowledged."""

    envelope_id: str
    kind: str  # "events_api", "slash_commands", "interactive"
    payload: Json
    retry: int
    sent_at: float
    acked_at: float | None = None
    ack: Json = field(default_factory=dict)

    @property
    def ack_s(self) -> float | None:
        """Seconds until the acknowledgement, or None while there is none."""
        return None if self.acked_at is None else self.acked_at - self.sent_at


class Sockets:
    """The Socket Mode side: one-use tickets, hello, envelopes spread over the connections, acknowledgements.

    With `doubles` every envelope goes down all connections, as some servers do.
    """

    def __init__(self, space: Workspace, *, doubles: bool = False) -> None:
        self.space = space
        self.doubles = doubles
        self.tickets: set[str] = set()
        self.connections: list[web.WebSocketResponse] = []
        self.deliveries: dict[str, Delivery] = {}
        self.opened = 0
        self._turn = 0

    def ticket(self) -> str:
        """Give a ticket that opens one connection."""
        ticket = self.space.next_id("ticket-")
        self.tickets.add(ticket)
        return ticket

    async def link(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until either side closes it."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            raise web.HTTPForbidden(text="unknown or used ticket")
        self.tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=None)
        await socket.prepare(request)
        self.opened += 1
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self.connections) + 1,
                "connection_info": {"app_id": "A0CONFBOT"},
            }
        )
        with self.space.changed:
            self.connections.append(socket)
            self.space.changed.notify_all()
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT and message.data.startswith("{"):
                    self._acknowledge(json.loads(message.data))
        finally:
            with self.space.changed:
                if socket in self.connections:
                    self.connections.remove(socket)
                self.space.changed.notify_all()
        return socket

    async def send(self, delivery: Delivery) -> None:
        """Send an envelope down the next connection; where there is none or it breaks the app never hears of it, as with Slack."""
        able = [socket for socket in self.connections if not socket.closed]
        if not able:
            return
        self._turn += 1
        chosen = able[self._turn % len(able)]
        envelope = {
            "envelope_id": delivery.envelope_id,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.kind != "events_api",
            "retry_attempt": delivery.retry,
            "retry_reason": "timeout" if delivery.retry else "",
        }
        for socket in able if self.doubles else [chosen]:
            with suppress(ConnectionError):
                await socket.send_json(envelope)

    async def drop(self, reason: str | None) -> None:
        """Ask every client to reconnect as Slack does, or cut the connections without a word."""
        for socket in list(self.connections):
            if reason is None:
                await socket.close()
            else:
                await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    def _acknowledge(self, message: Json) -> None:
        with self.space.changed:
            delivery = self.deliveries.get(message.get("envelope_id", ""))
            if delivery is not None and delivery.acked_at is None:
                delivery.acked_at = time.monotonic()
                delivery.ack = message.get("payload") or {}
            self.space.changed.notify_all()


async def post_signed(url: str, signing_secret: str, delivery: Delivery, space: Workspace) -> None:
    """Send a payload over HTTP, signed as Slack signs (v0, timestamp, body); where nobody listens it is not heard."""
    body, content_type = _encode(delivery)
    stamp = str(int(time.time()))
    digest = hmac.new(signing_secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }
    if delivery.retry:
        headers |= {"X-Slack-Retry-Num": str(delivery.retry), "X-Slack-Retry-Reason": "http_timeout"}
    with suppress(aiohttp.ClientError, TimeoutError):
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=HEARD_S)) as session,
            session.post(url, data=body, headers=headers) as answer,
        ):
            text = await answer.text()
            with space.changed:
                if answer.status == 200:
                    delivery.acked_at = time.monotonic()
                    delivery.ack = (
                        json.loads(text) if text.startswith("{") else {"text": text} if text else {}
                    )
                space.changed.notify_all()


def _encode(delivery: Delivery) -> tuple[str, str]:
    if delivery.kind == "events_api":
        return json.dumps(delivery.payload), "application/json"
    if delivery.kind == "slash_commands":
        return urlencode(delivery.payload), "application/x-www-form-urlencoded"
    return urlencode({"payload": json.dumps(delivery.payload)}), "application/x-www-form-urlencoded"
