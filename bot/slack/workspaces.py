"""The workspaces that the bot answers in: the one of its token, or all that installed it by OAuth.

Several workspaces are off unless SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are set. Tokens do not rotate: Slack
keeps two valid at most, and rotation cannot be switched off again.
"""

from __future__ import annotations

from pathlib import Path

from slack_bolt.oauth import OAuthFlow
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.oauth.installation_store import InstallationStore

from bot.errors import SlackFault
from bot.settings import Settings
from bot.slack.client import web_client
from bot.slack.installations import STATE_GOOD_S, Installations, States
from bot.store import Store

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


def oauth_flow(settings: Settings, store: Store) -> OAuthFlow:
    """Make the pages by which workspaces install the app.

    Raises:
        SettingsFault, StoreFault: installations cannot be kept.
    """
    client_id = str(settings.slack_client_id)
    installations = Installations(store, settings.installations_key)
    if isinstance(settings.store, Path):
        installations.move_in(settings.store.with_name("installations.sqlite"), client_id)
    options = OAuthSettings(
        client_id=client_id,
        client_secret=settings.slack_client_secret.get_secret_value() if settings.slack_client_secret else "",
        scopes=needed_scopes(settings),
        installation_store=installations,
        installation_store_bot_only=True,
        state_store=States(store),
        state_expiration_seconds=STATE_GOOD_S,
    )
    return OAuthFlow(client=web_client(None, settings.slack_api_url), settings=options)
