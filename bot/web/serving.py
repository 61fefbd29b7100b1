"""Listening: what the page may be bound to, and how it is served."""

from __future__ import annotations

import logging
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from bot.answering import examples
from bot.connections import PatientProtocol
from bot.errors import SettingsFault
from bot.feedback import Feedback, Lacking
from bot.holdings import holdings_of
from bot.live import LiveIndex
from bot.settings import Settings
from bot.store import Store
from bot.telemetry import logs
from bot.telemetry.gauges import Gauges
from bot.telemetry.health import Health
from bot.telemetry.probes import probing
from bot.web.app import create_app
from bot.web.feed import newest_talks
from bot.web.guard import Access, hosts_of, is_loopback
from bot.web.pages import EXAMPLES
from bot.web.state import state_of
from bot.web.talk_map import talk_map_of
from bot.web.traces import companies_of, topics_of
from index.search import Searcher

KEEP_ALIVE_S = 5
VAIN_DAYS, VAIN_TIMES = 90.0, 2  # of what is told as asked in vain
CONNECTIONS = 1_000  # at once; one more is told to come again


def run(
    settings: Settings, index_dir: Path | None, host: str | None, port: int | None, *, insecure: bool
) -> None:
    """Serve the live build until the process is told to stop.

    Args:
        settings: What the surroundings say.
        index_dir: Folder of the builds; the settings' by default.
        host: Address to listen on; the settings' by default.
        port: TCP port; the settings' by default, else 8000.
        insecure: Whether other machines may be served without a token.

    Raises:
        SettingsFault: The address cannot be listened on, or would open the notes to others without a token.
        IndexFault: There is no build, or it cannot be used.
    """
    if settings.log == "json":
        logs.set_up("json")
    else:
        logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    host = host or settings.host
    token = settings.web_token.get_secret_value() if settings.web_token else ""
    check_reach(host, token, insecure=insecure)
    signing_secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
    access = Access(
        hosts=hosts_of((*settings.allowed_hosts, host), settings.public_url),
        token=token,
        per_minute=settings.rate_limit,
        signed=bool(signing_secret),
    )
    with probing(settings.probes, health := Health()) as probes:
        live = LiveIndex.of(settings, index_dir)
        live.on_change(prepare_pages)
        threading.Thread(target=prepare_pages, args=(live.searcher,), name="pages", daemon=True).start()
        live.follow()
        try:
            app = create_app(
                lambda: live.searcher,
                access=access,
                public_url=settings.public_url,
                trouble=lambda: live.trouble,
                at_once=settings.answers_at_once,
                signing_secret=signing_secret,
                teams=settings.allowed_teams,
                asked_in_vain=_asked_in_vain(settings) if token and not settings.public_url else tuple,
            )
            health.serves(live)
            if probes is not None:
                probes.gauges = Gauges(health, live)
            serve(app, host, port or settings.port or 8000, json_log=settings.log == "json")
        finally:
            health.stops()
            live.stop()


def _asked_in_vain(settings: Settings) -> Callable[[], Sequence[Lacking]]:
    """Return what gives the topics that people in Slack asked about in vain: those asked about more than once, no questions."""

    def lacking() -> Sequence[Lacking]:
        if isinstance(settings.store, Path) and not settings.store.is_file():
            return ()
        memory = Store(settings.store)
        try:
            return [one for one in Feedback(memory).lacking(VAIN_DAYS) if one.times >= VAIN_TIMES]
        finally:
            memory.close()

    return lacking


def prepare_pages(searcher: Searcher) -> None:
    """Count once what pages show of all notes, so that the first visitor of a build does not wait for it."""
    for once_a_build in (holdings_of, topics_of, newest_talks, talk_map_of, companies_of, state_of):
        once_a_build(searcher)
    holdings = holdings_of(searcher)
    _ = holdings.events, holdings.authors, examples(searcher, EXAMPLES)


def check_reach(host: str, token: str, *, insecure: bool) -> None:
    """Refuse to open private notes to a network that nobody meant.

    Raises:
        SettingsFault: The address is reached from other machines, and neither a token nor `insecure` was given.
    """
    if is_loopback(host) or token:
        return
    if not insecure:
        raise SettingsFault(
            f"Cannot serve the notes on {host} without a token: everybody who reaches it could read them. "
            "Set CONFNOTES_WEB_TOKEN, or add --insecure."
        )
    print(
        f"Warning: everybody who reaches {host} can read the notes (--insecure).", file=sys.stderr, flush=True
    )


def serve(
    app: ASGIApp,
    host: str,
    port: int,
    ready: Callable[[str], None] | None = None,
    *,
    json_log: bool = False,
) -> None:
    """Serve an application until the process is told to stop.

    Args:
        app: The application.
        host: Address to listen on.
        port: TCP port.
        ready: Called with the page's address once it is listened on; prints it by default.
        json_log: Whether the process writes JSON, which uvicorn's own lines are not.

    Raises:
        SettingsFault: The address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=1_024)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsFault(
            f"Cannot serve the web page on {host}:{port}: {reason}. Name another with --host and --port."
        ) from error
    shown = f"[{host}]" if ":" in host else host
    (ready or _say)(f"http://{shown}:{listening.getsockname()[1]}/")
    how = config(app)
    if json_log:
        how.log_config = None
    uvicorn.Server(how).run(sockets=[listening])


def config(app: ASGIApp) -> uvicorn.Config:
    """Return how the application is served."""
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=10,
        limit_concurrency=CONNECTIONS,
        h11_max_incomplete_event_size=32_768,
    )


def _say(address: str) -> None:
    print(f"Serving on {address} (Ctrl-C stops)", flush=True)
