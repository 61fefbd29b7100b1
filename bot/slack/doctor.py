"""Look at everything the bot stands on, Slack included, and say what to fix."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime

from pydantic import SecretStr
from slack_sdk.errors import SlackApiError

from bot.doctor import CLOCK_OFF_S, Finding, examine_machine, look
from bot.errors import BotFault
from bot.settings import Settings
from bot.slack.app import check, over_http
from bot.slack.client import web_client
from bot.slack.workspaces import by_oauth, needed_scopes


def examine(settings: Settings, *, now: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Look at this machine, then at tokens, scopes, Slack's clock and the socket.

    Each finding comes as soon as it is known.

    Args:
        settings: What the surroundings say.
        now: This machine's clock, in seconds since 1970.
    """
    yield from examine_machine(settings, now=now)
    tokens = _look("tokens", lambda: _tokens(settings))
    yield tokens
    if not tokens.well or by_oauth(settings):
        return
    yield _look("bot token", lambda: _login(settings))
    yield _look("scopes", lambda: _scopes(settings))
    yield _look("Slack's clock", lambda: _slacks_clock(settings, now()))
    if not over_http(settings):
        yield _look("socket", lambda: _socket(settings))


def _look(what: str, act: Callable[[], str]) -> Finding:
    try:
        return look(what, act)
    except SlackApiError as error:
        return Finding(
            what,
            False,
            f"Slack answers {error.response.get('error')}. Compare your app with deploy/slack/manifest.json and docs/slack.md.",
        )
    except OSError as error:
        return Finding(what, False, f"Slack cannot be reached: {error}. Check the network and SLACK_API_URL.")


def _tokens(settings: Settings) -> str:
    check(settings)
    return "set for HTTP" if over_http(settings) else "set for Socket Mode"


def _login(settings: Settings) -> str:
    me = web_client(_secret(settings.slack_bot_token), settings.slack_api_url).auth_test()
    return f"logged in as {me['user']} in {me['team']}"


def _scopes(settings: Settings) -> str:
    me = web_client(_secret(settings.slack_bot_token), settings.slack_api_url).auth_test()
    headers = {name.lower(): value for name, value in me.headers.items()}
    granted = {scope.strip() for scope in str(headers.get("x-oauth-scopes", "")).split(",")}
    if missing := [scope for scope in needed_scopes(settings) if scope not in granted]:
        raise BotFault(
            f"The app lacks {', '.join(missing)}. Add them under OAuth & Permissions and install the app again."
        )
    return "all granted"


def _slacks_clock(settings: Settings, now_s: float) -> str:
    me = web_client(_secret(settings.slack_bot_token), settings.slack_api_url).auth_test()
    headers = {name.lower(): value for name, value in me.headers.items()}
    try:
        theirs = parsedate_to_datetime(str(headers["date"])).timestamp()
    except (KeyError, ValueError):
        return "Slack does not say what time it is"
    off_s = now_s - theirs
    if abs(off_s) > CLOCK_OFF_S:
        raise BotFault(
            f"This machine's clock is {abs(off_s):.0f} s {'ahead of' if off_s > 0 else 'behind'} Slack's, which refuses what is"
            " 300 s off. Let it be set by NTP (`timedatectl set-ntp true`)."
        )
    return f"this machine's is {abs(off_s):.0f} s off"


def _socket(settings: Settings) -> str:
    web_client(None, settings.slack_api_url).apps_connections_open(
        app_token=_secret(settings.slack_app_token)
    )
    return "Socket Mode can be opened"


def _secret(token: SecretStr | None) -> str:
    return token.get_secret_value() if token is not None else ""
