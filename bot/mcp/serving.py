"""The server on its two ways: standard input and output for an editor, HTTP beside the web page."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.live import LiveIndex
from bot.mcp.identity import MOST_BYTES, SlackIdentity
from bot.mcp.server import Run, create_server
from bot.settings import Settings
from index.search import Searcher

PATH = "/mcp"


def run_stdio(settings: Settings, index_dir: Path | None) -> None:
    """Serve the live build on standard input and output until they are closed.

    Raises:
        IndexFault: There is no build, or it cannot be used.
    """
    # Before the server brings a way of its own; to standard error, since standard output is the protocol's.
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    live = LiveIndex.of(settings, index_dir)
    live.follow()
    try:
        create_server(lambda: live.searcher, settings.public_url).run("stdio")
    finally:
        live.stop()


@dataclass(frozen=True, slots=True)
class Mounted:
    """The server as a part of a web application: its route, and what must run as long as the application does."""

    route: Route
    running: Callable[[], AbstractAsyncContextManager[None]]


def mounted(
    searcher: Callable[[], Searcher],
    *,
    public_url: str | None = None,
    run: Run[Any] | None = None,
    signing_secret: str = "",
    teams: Collection[str] = (),
) -> Mounted:
    """Return the server for a web application, which checks names, origins and the token before.

    Each request stands on its own, in clients of the 2025 protocol too, so that any process can answer it.

    Args:
        searcher: Gives the live build's searcher.
        public_url: Address of the web page's root.
        run: Runs a tool's work off the event loop.
        signing_secret: The Slack app's; empty: no request is Slack's.
        teams: Workspaces whose people may ask by Slack; empty: all that have the app.
    """
    server = create_server(searcher, public_url, run)
    inner = server.streamable_http_app(
        streamable_http_path=PATH,
        stateless_http=True,
        json_response=True,
        max_request_body_size=MOST_BYTES,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    app: ASGIApp = inner
    if signing_secret:
        app = SlackIdentity(inner, signing_secret, teams)
    return Mounted(Route(PATH, app, methods=["GET", "POST", "DELETE"]), server.session_manager.run)
