"""HTTP mode: signed requests from Slack on a port of ours, and two addresses that say whether the bot is well."""

from __future__ import annotations

from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.live import LiveIndex

MOST_BYTES = 1_000_000  # Slack's payloads are far below; anything larger is not Slack


def create_http(app: App, live: LiveIndex) -> Starlette:
    """Make the ASGI application that takes Slack's requests on `/slack/events`."""

    async def events(request: Request) -> Response:
        body = await _limited_body(request)
        if body is None:
            return PlainTextResponse("too large", status_code=413)
        # Bolt's own adapter would hold the event loop until the listener acknowledges.
        return to_starlette_response(await run_in_threadpool(app.dispatch, to_bolt_request(request, body)))

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


async def _limited_body(request: Request) -> bytes | None:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None
    return body
