"""HTTP mode: signed requests from Slack on a port of ours, and two addresses that tell whether all is well."""

from __future__ import annotations

import json
import logging
import os
import re
import socket
from collections.abc import Mapping
from urllib.parse import parse_qs

import uvicorn
from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.connections import PatientProtocol
from bot.errors import SettingsFault
from bot.live import LiveIndex
from bot.slack.log import Seldom

MOST_BYTES = 1_000_000  # Slack's payloads are far below; anything larger is not Slack
UNDER_WAY_S = 5  # requests that have begun when the bot is told to stop; each is acknowledged in far less
_GO_ON = 100
_STAMP = re.compile(r"[0-9]{1,12}")
_log = logging.getLogger(__name__)


def create_http(app: App, live: LiveIndex, signing_secret: str) -> Starlette:
    """Make the ASGI application that takes Slack's requests on `/slack/events`."""
    gate = _Gate(signing_secret)

    async def events(request: Request) -> Response:
        body = await _limited_body(request)
        if (refusal := gate.refuse(body, request.headers)) is not None:
            return refusal
        # Bolt's own adapter would hold the event loop until the listener acknowledges.
        return to_starlette_response(
            await run_in_threadpool(app.dispatch, to_bolt_request(request, body or b""))
        )

    async def install(request: Request) -> Response:
        flow = app.oauth_flow
        if flow is None:
            return PlainTextResponse(
                "this bot answers in one workspace and is not installed by itself", status_code=404
            )
        handle = flow.handle_installation if request.url.path == flow.install_path else flow.handle_callback
        return to_starlette_response(await run_in_threadpool(handle, to_bolt_request(request, b"")))

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(_: Request) -> Response:
        build_id = live.searcher.build.build_id
        return PlainTextResponse(f"build {build_id}" + (f"; {live.trouble}" if live.trouble else ""))

    return Starlette(
        routes=[
            Route("/slack/events", events, methods=["POST"]),
            Route("/slack/install", install),
            Route("/slack/oauth_redirect", install),
            Route("/healthz", health),
            Route("/readyz", ready),
        ],
    )


def create_server(http: Starlette) -> uvicorn.Server:
    """Make the server; it is to run on a thread of its own.

    On the main thread uvicorn raises SIGTERM again once it has stopped, and the process ends before the
    answers that were begun are posted.
    """
    return uvicorn.Server(
        uvicorn.Config(
            http,
            http=PatientProtocol,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=UNDER_WAY_S,
        )
    )


def bind(host: str, port: int) -> socket.socket:
    """Take the port.

    Raises:
        SettingsFault: somebody else has it, or the address is not this machine's.
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise SettingsFault(
            f"Cannot listen on {host}, port {port}: {os.strerror(error.errno or 0)}. Set PORT and CONFNOTES_HOST to an"
            " address that is free."
        ) from error


class _Gate:
    """Lets Slack's requests in and nobody else's, with a line in the log now and then."""

    def __init__(self, signing_secret: str) -> None:
        self._verifier = SignatureVerifier(signing_secret)
        self._refused = Seldom(lambda said: _log.warning("%s", said))

    def refuse(self, body: bytes | None, headers: Mapping[str, str]) -> Response | None:
        """Return what a request is answered with that Bolt is not to see, None for one of Slack's."""
        status, said = judge(body, headers, self._verifier) if body is not None else (413, "too large")
        if said:
            self._refused(f"refused a request that is not Slack's: {said}")
        return None if status == _GO_ON else PlainTextResponse(said, status_code=status)


def judge(body: bytes, headers: Mapping[str, str], verifier: SignatureVerifier) -> tuple[int, str]:
    """Return whether a request is Slack's, before Bolt sees it.

    Bolt parses first, fails with a traceback on what it cannot parse, and logs the whole body of what is
    signed wrongly.

    Returns:
        The status to answer with, 100 where Bolt is to take it, and why it is refused, in words that quote
        nothing of it.
    """
    fields = _fields(body, headers.get("content-type", ""))
    if fields is None:
        return 400, "unreadable body"
    stamp, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
    if stamp and not _STAMP.fullmatch(stamp):
        return 400, "bad timestamp"
    if stamp and signature.isascii() and verifier.is_valid(body, stamp, signature):
        return _GO_ON, ""
    if fields.get("ssl_check") == "1":  # Slack looks at the certificate, signs nothing and wants no more
        return 200, ""
    return 401, "bad signature" if signature else "not signed"


def _fields(body: bytes, content_type: str) -> Mapping[str, object] | None:
    """Return a body's fields, None where it is none of the forms that Slack sends."""
    try:
        text = body.decode("utf-8")
        if "json" in content_type or text.lstrip().startswith("{"):
            fields = json.loads(text)
        else:
            form = parse_qs(text, keep_blank_values=True)
            fields = {name: values[0] for name, values in form.items()}
            if "payload" in fields:
                fields = json.loads(fields["payload"])
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


async def _limited_body(request: Request) -> bytes | None:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None
    return body
