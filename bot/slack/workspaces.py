"""The workspaces that the bot answers in: the one of its token, or all that installed it by OAuth.

Several workspaces are off unless SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are set. Installations lie in a
SQLite file beside the bot's memory, in slack_sdk's own format. Tokens do not rotate: Slack keeps two valid at
most, and rotation cannot be switched off again.
"""

from __future__ import annotations

import os
from pathlib import Path

from slack_bolt.oauth import OAuthFlow
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.oauth.installation_store import InstallationStore
from slack_sdk.oauth.installation_store.sqlite3 import SQLite3InstallationStore
from slack_sdk.oauth.state_store.sqlite3 import SQLite3OAuthStateStore

from bot.errors import SlackFault
from bot.settings import Settings
from bot.slack.client import web_client

# What `deploy/slack/manifest.json` asks for; `confnotes doctor` and the installation by OAuth use the same.
SCOPES = (
    "app_mentions:read",
    "channels:history",
    "chat:write",
    "commands",
    "groups:history",
    "im:history",
    "im:write",
    "reactions:read",
)
AGENT_SCOPE = "assistant:write"  # `deploy/slack/manifest.agent.json`
UNFURL_SCOPES = ("links:read", "links:write")  # added by hand with the sites' names, see docs/slack.md
_STATE_GOOD_S = 600


class Workspaces:
    """Gives the client of each workspace."""

    def __init__(
        self, api_url: str | None, token: str | None = None, installations: InstallationStore | None = None
    ) -> None:
        self._api_url = api_url
        self._token = token
        self._installations = installations

    def client(self, team_id: str, *, patient: bool = True) -> WebClient:
        """Return the client of a workspace.

        Raises:
            SlackFault: the workspace no longer has the app.
        """
        if self._installations is None:
            return web_client(self._token, self._api_url, patient=patient)
        bot = self._installations.find_bot(enterprise_id=None, team_id=team_id)
        if bot is None:
            raise SlackFault(
                f"Cannot write to the workspace {team_id}: it has not installed the app, or no longer. Install it at /slack/install."
            )
        return web_client(bot.bot_token, self._api_url, patient=patient)


def by_oauth(settings: Settings) -> bool:
    """Return whether workspaces install the app themselves."""
    return settings.slack_client_id is not None and settings.slack_client_secret is not None


def needed_scopes(settings: Settings) -> tuple[str, ...]:
    """List the scopes that the bot needs as it is set up."""
    return (
        *SCOPES,
        *((AGENT_SCOPE,) if settings.slack_agent else ()),
        *(UNFURL_SCOPES if settings.slack_unfurl else ()),
    )


def oauth_flow(settings: Settings) -> OAuthFlow:
    """Make the pages and the stores by which workspaces install the app."""
    path = settings.store.with_name("installations.sqlite")
    path.parent.mkdir(parents=True, exist_ok=True)
    _only_ours(path)
    client_id = str(settings.slack_client_id)
    states = SQLite3OAuthStateStore(expiration_seconds=_STATE_GOOD_S, database=str(path))
    installations = SQLite3InstallationStore(database=str(path), client_id=client_id)
    # slack_sdk makes its tables at the first use, and two requests at once would both try.
    states.init()  # type: ignore[no-untyped-call]
    installations.init()  # type: ignore[no-untyped-call]
    options = OAuthSettings(
        client_id=client_id,
        client_secret=settings.slack_client_secret.get_secret_value() if settings.slack_client_secret else "",
        scopes=needed_scopes(settings),
        installation_store=installations,
        installation_store_bot_only=True,
        state_store=states,
        state_expiration_seconds=_STATE_GOOD_S,
    )
    return OAuthFlow(client=web_client(None, settings.slack_api_url), settings=options)


def _only_ours(path: Path) -> None:
    """Create the file that tokens lie in so that no other account of the machine can read it."""
    os.close(os.open(path, os.O_CREAT, 0o600))
