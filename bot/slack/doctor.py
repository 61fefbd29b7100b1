"""Look at everything the bot stands on, and say what to fix."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydantic import SecretStr
from slack_sdk.errors import SlackApiError

from bot.answering import extent_text
from bot.errors import BotFault
from bot.live import LiveIndex
from bot.settings import Settings
from bot.slack.app import check, over_http
from bot.slack.client import web_client
from bot.slack.workspaces import by_oauth, needed_scopes
from bot.store import Store
from index.errors import IndexFault


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    well: bool
    said: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at index and model, memory, tokens, scopes and socket, in this order.

    Each finding comes as soon as it is known.
    """
    yield _look("index and model", lambda: _index(settings))
    yield _look("memory", lambda: _memory(settings))
    tokens = _look("tokens", lambda: _tokens(settings))
    yield tokens
    if not tokens.well or by_oauth(settings):
        return
    yield _look("bot token", lambda: _login(settings))
    yield _look("scopes", lambda: _scopes(settings))
    if not over_http(settings):
        yield _look("socket", lambda: _socket(settings))


def _look(what: str, act: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, act())
    except (BotFault, IndexFault) as fault:
        return Finding(what, False, str(fault))
    except SlackApiError as error:
        return Finding(
            what,
            False,
            f"Slack answers {error.response.get('error')}. Compare your app with deploy/slack/manifest.json and docs/slack.md.",
        )
    except OSError as error:
        return Finding(what, False, f"Slack cannot be reached: {error}. Check the network and SLACK_API_URL.")


def _index(settings: Settings) -> str:
    searcher = LiveIndex(settings.index_dir, adapter=settings.encoder_adapter).searcher
    build = searcher.build
    return f"build {build.build_id}, {extent_text(searcher)}, model {build.manifest.encoder.name}"


def _memory(settings: Settings) -> str:
    store = Store(settings.store)
    store.close()
    return f"{store.name} can be written"


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


def _socket(settings: Settings) -> str:
    web_client(None, settings.slack_api_url).apps_connections_open(
        app_token=_secret(settings.slack_app_token)
    )
    return "Socket Mode can be opened"


def _secret(token: SecretStr | None) -> str:
    return token.get_secret_value() if token is not None else ""
