"""Put the Slack bot together and run it, by Socket Mode or over HTTP."""

from __future__ import annotations

import faulthandler
import logging
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, nullcontext
from dataclasses import dataclass

from slack_bolt import App
from slack_bolt.error import BoltError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.errors import SettingsFault, SlackAway, SlackFault, StoreAway
from bot.live import LiveIndex
from bot.settings import Settings
from bot.slack import http
from bot.slack.client import web_client
from bot.slack.desk.compose import Answering, Composer
from bot.slack.desk.desk import Desk
from bot.slack.desk.sessions import Sessions
from bot.slack.installations import HOW_TO_MAKE_A_KEY
from bot.slack.intake.incoming import Doors
from bot.slack.listeners import (
    buttons,
    commands,
    feedback,
    home,
    links,
    mentions,
    messages,
    others,
    sessions,
    shortcuts,
)
from bot.slack.messages.message import Look
from bot.slack.sockets import Sockets
from bot.slack.workspaces import Workspaces, by_oauth, oauth_flow
from bot.store import Store
from bot.telemetry import logs
from bot.telemetry.gauges import Gauges
from bot.telemetry.health import Health
from bot.telemetry.probes import Probes, probing

LISTENER_THREADS = (
    16  # Bolt's default of 5 let a command wait 3 s behind slow ones; ours only claim and queue
)
LAST_S = 29.0  # after SIGTERM; a supervisor kills after 30 s, and nobody would know what it waited for
_log = logging.getLogger(__name__)
_unclaimed = logs.Seldom(lambda said: _log.error("%s", said))


@dataclass(frozen=True, slots=True)
class SlackBot:
    """The Bolt app with what it stands on."""

    app: App
    desk: Desk
    live: LiveIndex
    store: Store

    def close(self) -> None:
        """Finish what was begun and let go of everything."""
        self.live.stop()
        self.desk.close()
        self.store.close()


def create_app(settings: Settings, *, answering: Answering, live: LiveIndex | None = None) -> SlackBot:
    """Make the bot, logged in to Slack and with a build open, but not listening yet.

    Raises:
        SettingsFault: a token is missing.
        SlackFault: Slack refuses the bot token.
        IndexFault: there is no usable build.
        StoreFault: the bot's memory cannot be opened.
    """
    check(settings)
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else None
    many = by_oauth(settings)
    client = web_client(None if many else token, settings.slack_api_url)
    doors = _doors({}, settings) if many else _log_in(client, settings)
    secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else None
    # All loggers of Bolt take this one's level; below it Bolt logs whole requests, and a warning at each start.
    quiet = logging.getLogger("slack_bolt")
    quiet.setLevel(logging.ERROR)
    live = live or LiveIndex.of(settings)
    with ExitStack() as undone:
        store = Store(settings.store, lease_s=settings.takeover_after_s)
        undone.callback(store.close)
        flow = oauth_flow(settings, store) if many else None
        try:
            app = App(
                client=client,
                logger=quiet,
                oauth_flow=flow,
                signing_secret=secret or "not used in Socket Mode",
                token_verification_enabled=False,
                listener_executor=ThreadPoolExecutor(LISTENER_THREADS, thread_name_prefix="listener"),
            )
        except BoltError as error:
            raise SlackFault(f"Cannot start the bot: {error}") from error
        undone.pop_all()
    look = Look(thumbs=settings.slack_thumbs, page_url=settings.public_url)
    composer = Composer(live, answering, settings.slack_command, settings.answers_at_once, look)
    workspaces = Workspaces(settings.slack_api_url, token, flow.settings.installation_store if flow else None)
    desk = Desk(
        workspaces,
        store,
        composer,
        keep_questions_s=settings.keep_questions_days * 86_400.0,
        sessions=Sessions(workspaces) if settings.slack_agent else None,
        curators=settings.curators,
    )
    if flow is not None:
        app.enable_token_revocation_listeners()
    _listen(app, desk, doors, settings)
    app.error(_refused)
    return SlackBot(app, desk, live, store)


def check(settings: Settings) -> None:
    """Check that the tokens for one of the two modes are there.

    Raises:
        SettingsFault: one is missing; the message names it.
    """
    if by_oauth(settings):
        if not over_http(settings):
            raise SettingsFault(
                "Cannot start the Slack bot: SLACK_CLIENT_ID is set, and workspaces install an app over HTTP only."
                " Set SLACK_SIGNING_SECRET and PORT, see docs/slack.md."
            )
        if not settings.installations_key:
            raise SettingsFault(
                "Cannot start the Slack bot: SLACK_CLIENT_ID is set, and CONFNOTES_INSTALLATIONS_KEY, which seals the"
                f" workspaces' tokens, is not. Make one with `{HOW_TO_MAKE_A_KEY}` and keep it apart from the bot's memory."
            )
        return
    if settings.slack_bot_token is None:
        raise SettingsFault(
            "Cannot start the Slack bot: SLACK_BOT_TOKEN is not set. Copy the Bot User OAuth Token (xoxb-…), see"
            " docs/slack.md."
        )
    if not over_http(settings) and settings.slack_app_token is None:
        raise SettingsFault(
            "Cannot start the Slack bot: SLACK_APP_TOKEN is not set. Make an app-level token (xapp-…) with"
            " connections:write for Socket Mode, or set SLACK_SIGNING_SECRET and PORT for HTTP, see docs/slack.md."
        )
    for name, token, start in (
        ("SLACK_BOT_TOKEN", settings.slack_bot_token, "xoxb-"),
        ("SLACK_APP_TOKEN", settings.slack_app_token, "xapp-"),
    ):
        if token is not None and not token.get_secret_value().startswith(start):
            raise SettingsFault(
                f"Cannot start the Slack bot: {name} does not begin with {start}, it is another kind of token."
                " Are the two swapped? docs/slack.md says where to copy each."
            )


def over_http(settings: Settings) -> bool:
    """Return whether Slack's requests come over HTTP: a signing secret and a port are set."""
    return settings.slack_signing_secret is not None and settings.port is not None


def run(settings: Settings) -> None:
    """Run the bot until SIGTERM or SIGINT, then finish what was begun.

    Threads that are left then, in a search or a call of Slack's, have nothing to do that the next process
    would not do: the caller ends the process without them. Should even that fail, the process ends by itself and
    writes what each thread was at.

    Raises:
        SettingsFault, SlackFault, IndexFault, StoreFault: it cannot start.
    """
    from bot.answering import answer

    logs.set_up(settings.log)
    check(settings)
    port = http.bind(settings.host, settings.port or 0) if over_http(settings) else None
    health, stopped = Health(), threading.Event()

    def stop(*_: object) -> None:
        health.stops()
        if not stopped.is_set():
            faulthandler.dump_traceback_later(LAST_S, exit=True)
        stopped.set()

    with closing(port) if port else nullcontext(), probing(settings.probes, health) as probes:
        bot = create_app(settings, answering=answer)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        bot.desk.start()
        bot.live.follow()
        try:
            if port is not None:
                watch(bot, health, probes)
                _serve_http(bot, settings, port, stopped, health)
            else:
                _serve_sockets(bot, settings, stopped, health, probes)
        finally:
            bot.close()
    _log.info("stopped; %s", bot.desk.left())


def watch(bot: SlackBot, health: Health, probes: Probes | None, sockets: Sockets | None = None) -> None:
    """Let a bot that can do its work be seen: what it needs, and what is read off at a scrape."""
    health.needs("store", bot.store.check)
    if sockets is not None:
        health.needs("socket", sockets.check)
    health.serves(bot.live)
    if probes is not None:
        probes.gauges = Gauges(health, bot.live, bot.store, sockets.connected if sockets else None)


def _serve_sockets(
    bot: SlackBot, settings: Settings, stopped: threading.Event, health: Health, probes: Probes | None
) -> None:
    token = settings.slack_app_token.get_secret_value() if settings.slack_app_token else ""
    sockets = Sockets(bot.app, token, stopped=stopped)

    def look_after() -> None:
        try:
            sockets.watch()
        finally:
            stopped.set()

    try:
        sockets.connect()
        watch(bot, health, probes, sockets)
        _log.info("listening by Socket Mode, build %s", bot.live.searcher.build.build_id)
        # A signal is heard between two steps of the main thread, which is not to wait for Slack.
        threading.Thread(target=look_after, name="sockets", daemon=True).start()
        stopped.wait()
    except SlackAway:
        if not stopped.is_set():
            raise
    finally:
        sockets.close()


def _serve_http(
    bot: SlackBot, settings: Settings, port: socket.socket, stopped: threading.Event, health: Health
) -> None:
    secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
    server = http.create_server(http.create_http(bot.app, secret, health))

    def serve() -> None:
        try:
            server.run(sockets=[port])
        finally:
            stopped.set()

    listening = threading.Thread(target=serve, name="http", daemon=True)
    listening.start()
    build_id = bot.live.searcher.build.build_id
    _log.info("listening on http://%s:%s/slack/events, build %s", settings.host, settings.port, build_id)
    stopped.wait()
    server.should_exit = True
    listening.join(http.UNDER_WAY_S + 1.0)


def _listen(app: App, desk: Desk, doors: Doors, settings: Settings) -> None:
    mentions.register(app, desk, doors)
    messages.register(app, desk, doors)
    commands.register(app, desk, doors, settings.slack_command)
    buttons.register(app, desk)
    feedback.register(app, desk, doors)
    home.register(app, desk)
    shortcuts.register(app, desk, doors)
    if desk.sessions is not None:
        sessions.register(app, desk.sessions)
    if settings.slack_unfurl:
        links.register(app, desk, doors)
    others.register(app, settings.slack_command)


def _log_in(client: WebClient, settings: Settings) -> Doors:
    try:
        me = client.auth_test()
    except SlackApiError as error:
        raise SlackFault(
            f"Cannot log in to Slack: {error.response.get('error')}. Check SLACK_BOT_TOKEN, the Bot User OAuth Token (xoxb-…) of your app."
        ) from error
    except OSError as error:
        raise SlackFault(f"Cannot reach Slack: {error}. Check the network and SLACK_API_URL.") from error
    return _doors({"user_id": me["user_id"], "team_id": me["team_id"]}, settings)


def _doors(me: dict[str, str], settings: Settings) -> Doors:
    return Doors(
        bot_user_id=me.get("user_id", ""),
        team_id=me.get("team_id", ""),
        many=not me,
        channels=frozenset(settings.allowed_channels),
        teams=frozenset(settings.allowed_teams),
        external_users=settings.external_users,
    )


def _refused(error: Exception) -> None:
    """Log what a listener could not do; nothing was acknowledged, so Slack sends it again."""
    if isinstance(error, StoreAway):
        _unclaimed(f"could not claim what Slack sent, which sends it again: {error}")
    else:
        _log.error("a listener failed before its work was claimed", exc_info=error)
