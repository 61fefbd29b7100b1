"""A Slack on loopback: Web API, Socket Mode and signed HTTP over real sockets, with people who write, click and wait."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.slack_server.delivery import Delivery, Sockets, post_signed
from tests.slack_server.faults import Fault, Faults
from tests.slack_server.people import People
from tests.slack_server.state import BOT_TOKEN, BOT_USER_ID, Call, Workspace
from tests.slack_server.transcript import conversation
from tests.slack_server.web_api import HISTORY_SCOPES, METHODS, RefusalError, respond

Json = dict[str, Any]
Result = TypeVar("Result")

APP_TOKEN = "xapp-local-app-token"
SIGNING_SECRET = "0123456789abcdef0123456789abcdef"
SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "groups:history",
        "im:history",
        "im:write",
        "chat:write",
        "commands",
        "reactions:read",
    }
)


class LocalSlack(People):
    """The server, run in a thread of its own; use it as a context manager."""

    def __init__(self, scopes: frozenset[str] = SCOPES, *, doubles: bool = False) -> None:
        self.space = Workspace()
        self.sockets = Sockets(self.space, doubles=doubles)
        self.faults = Faults()
        self.scopes = scopes
        self.request_url: str | None = None  # set: events come over signed HTTP instead of Socket Mode
        self.balanced: list[str] = []  # set: one after the other is the address, as behind a load balancer
        self._turns = itertools.count()
        self._silences: list[asyncio.Event] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="local-slack", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.port = self._run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        """The base of the Web API, as `SLACK_API_URL` takes it."""
        return f"{self.url}/api/"

    def calls(self, method: str) -> list[Call]:
        """List the calls of one Web API method so far."""
        return [call for call in self.space.calls if call.method == method]

    def transcript(self, channel_id: str) -> str:
        """Show a channel's conversation as text."""
        return conversation(self.space.channels[channel_id].messages, self.space.users)

    def wait_for(self, condition: Callable[[], Result], timeout_s: float = 90.0) -> Result:
        """Wait until the condition holds, on a busy machine for long, and give its value."""
        deadline = time.monotonic() + timeout_s
        with self.space.changed:
            while not (value := condition()):
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(
                        "waited in vain; conversations:\n"
                        + "\n".join(map(self.transcript, self.space.channels))
                    )
                self.space.changed.wait(min(left, 0.05))
            return value

    def wait_connected(self, connections: int = 1) -> None:
        """Wait until the app holds that many Socket Mode connections."""
        self.wait_for(lambda: len(self.sockets.connections) >= connections)

    def deliver(self, kind: str, payload: Json, retry: int = 0) -> Delivery:
        """Send one payload to the app, by Socket Mode or over HTTP."""
        delivery = Delivery(self.space.next_id("env-"), kind, payload, retry, time.monotonic())
        if kind == "events_api" and (scope := event_scope(payload["event"])) and scope not in self.scopes:
            return delivery  # Slack sends no event whose scope the app lacks
        self.sockets.deliveries[delivery.envelope_id] = delivery
        url = self.balanced[next(self._turns) % len(self.balanced)] if self.balanced else self.request_url
        if url is None:
            self._run(self.sockets.send(delivery))
        else:
            self._run(post_signed(url, SIGNING_SECRET, delivery, self.space))
        return delivery

    def drop_sockets(self, reason: str | None = None) -> None:
        """Ask the app to reconnect, or cut its connections without a word."""
        self._run(self.sockets.drop(reason))

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=90)

    async def _start(self) -> int:
        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._method)
        app.router.add_get("/link", self.sockets.link)
        app.router.add_post("/respond/{key}", self._respond)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def _stop(self) -> None:
        for silence in self._silences:
            silence.set()
        for socket in list(self.sockets.connections):
            await socket.close()
        await self._runner.cleanup()

    async def _method(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        fault = self.faults.take(method)
        if fault is not None and not fault.works_first:
            return await self._fail(request, method, arguments, fault)
        with self.space.changed:
            answer = self._answer(request, method, arguments)
            self.space.calls.append(Call(method, arguments, 200, answer, time.monotonic()))
            self.space.changed.notify_all()
        if fault is not None:
            return await self._fail(request, method, arguments, fault)
        return web.json_response(answer, headers={"x-oauth-scopes": ",".join(sorted(self.scopes))})

    def _answer(self, request: web.Request, method: str, arguments: Json) -> Json:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(
            arguments.get("token", "")
        )
        if method == "apps.connections.open":
            if token != APP_TOKEN:
                return {
                    "ok": False,
                    "error": "not_allowed_token_type" if token == BOT_TOKEN else "invalid_auth",
                }
            return {"ok": True, "url": f"ws://127.0.0.1:{self.port}/link?ticket={self.sockets.ticket()}"}
        if (
            token != BOT_TOKEN and method != "oauth.v2.access"
        ):  # which is called with the client's id and secret
            return {"ok": False, "error": "invalid_auth" if token else "not_authed"}
        return self._call(method, arguments)

    def _call(self, method: str, arguments: Json) -> Json:
        if method not in METHODS:
            return {"ok": False, "error": "unknown_method", "req_method": method}
        function, needed = METHODS[method]
        scope = needed(self.space, arguments) if callable(needed) else needed
        if scope is not None and scope not in self.scopes:
            return {
                "ok": False,
                "error": "missing_scope",
                "needed": scope,
                "provided": ",".join(sorted(self.scopes)),
            }
        try:
            return {"ok": True, **function(self.space, arguments)}
        except RefusalError as refusal:
            return refusal.answer

    async def _fail(
        self, request: web.Request, method: str, arguments: Json, fault: Fault
    ) -> web.StreamResponse:
        with self.space.changed:
            if not fault.works_first:
                self.space.calls.append(
                    Call(method, arguments, fault.status, {"error": fault.error}, time.monotonic())
                )
            self.space.changed.notify_all()
        if fault.silent:
            if request.transport is not None:
                request.transport.close()
            return web.Response(status=500)
        headers = {"Retry-After": str(fault.retry_after_s)} if fault.retry_after_s is not None else {}
        if fault.html:
            return web.Response(
                status=fault.status,
                text="<html><body>Slack has trouble</body></html>",
                content_type="text/html",
                headers=headers,
            )
        return web.json_response({"ok": False, "error": fault.error}, status=fault.status, headers=headers)

    async def _respond(self, request: web.Request) -> web.Response:
        body = await request.json()
        fault = self.faults.take("response_url")
        if fault is not None:
            return web.Response(status=fault.status, text=fault.error or "")
        with self.space.changed:
            status, text = respond(self.space, request.match_info["key"], body)
            self.space.calls.append(Call("response_url", body, status, {"text": text}, time.monotonic()))
            self.space.changed.notify_all()
        return web.Response(status=status, text=text)


def event_scope(event: Json) -> str | None:
    """Name the scope that an app needs to be sent an event."""
    kind = event["type"]
    if kind == "message":
        return HISTORY_SCOPES[event.get("channel_type", "channel")]
    return {
        "app_mention": "app_mentions:read",
        "reaction_added": "reactions:read",
        "reaction_removed": "reactions:read",
        "link_shared": "links:read",
        "agent_session_stopped": "assistant:write",
        "app_context_changed": "assistant:write",
    }.get(kind)


async def _arguments(request: web.Request) -> Json:
    """Read a call's arguments from query, form or JSON; JSON inside of form fields is unpacked as Slack does."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        text = await request.text()
        return arguments | (json.loads(text) if text else {})
    for name, value in (await request.post()).items():
        packed = isinstance(value, str) and name in {"blocks", "metadata", "view", "attachments", "unfurls"}
        arguments[name] = json.loads(str(value)) if packed else value
        if value in ("true", "false", "1", "0") and name not in {"text"}:
            arguments[name] = value in ("true", "1")
    return arguments


__all__ = ["APP_TOKEN", "BOT_TOKEN", "BOT_USER_ID", "SIGNING_SECRET", "LocalSlack"]
