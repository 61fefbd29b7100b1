"""What the surroundings say about the bot.

Slack's own names as they are, ours with CONFNOTES_, and `.env`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr
from pydantic.functional_validators import BeforeValidator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from console.command import DEFAULT_INDEX_DIR


def _words(value: object) -> object:
    """Read a comma-separated list."""
    return (
        tuple(filter(None, (part.strip() for part in value.split(",")))) if isinstance(value, str) else value
    )


def _one_word(value: object) -> object:
    """Strip a token, and refuse what no token has.

    A blank or a line end inside would be shown by whoever sends it.

    Raises:
        ValueError: it has such a character; the message does not show it.
    """
    if isinstance(value, str):
        value = value.strip()
        if not value.isascii() or not value.isprintable() or " " in value:
            raise ValueError("it has a blank, a line end or a letter that no token has; copy it again")
    return value


def _address(value: object) -> object:
    """Strip a web address.

    Raises:
        ValueError: it is none; the message does not show it, since it may hold a password.
    """
    if not isinstance(value, str) or not (address := value.strip()):
        return None
    try:
        parts = urlsplit(address)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if (
        not good
        or not address.isascii()
        or not address.isprintable()
        or " " in address
        or "@" in parts.netloc
    ):
        raise ValueError("it is not a web address such as https://slack.com/api/")
    return address


def _secrets(value: object) -> object:
    """Read a comma-separated list of secrets, each as `_one_word` reads one."""
    return tuple(map(_one_word, _words(value))) if isinstance(value, str) else value  # type: ignore[call-overload]


def _store(value: object) -> object:
    """Tell the address of a database, which may hold a password, from the path of a file.

    Raises:
        ValueError: it is the address of something else; the message does not show it.
    """
    if not isinstance(value, str):
        return value
    scheme, colon, _ = value.strip().partition("://")
    if not colon:
        return Path(value)
    if scheme not in {"postgresql", "postgres"}:
        raise ValueError(
            "it is neither a file nor an address such as postgresql://USER:PASSWORD@HOST:5432/NAME"
        )
    return SecretStr(str(_one_word(value)))


def _host_and_port(value: object) -> object:
    """Read an address to listen on.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, str) or not (address := value.strip()):
        return None
    host, _, port = address.rpartition(":")
    if not host or not (port.isascii() and port.isdigit() and int(port) <= _MOST_PORT):
        raise ValueError("it is not host:port, such as 127.0.0.1:9464 or [::1]:9464")
    return address


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
Secret = Annotated[SecretStr, BeforeValidator(_one_word)]
Word = Annotated[str, BeforeValidator(_one_word)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_secrets)]
StoreAddress = Annotated[Path | SecretStr, BeforeValidator(_store)]
Address = Annotated[str | None, BeforeValidator(_address)]


Listening = Annotated[str | None, BeforeValidator(_host_and_port)]
_MOST_PORT = 65_535


class Settings(BaseSettings):
    """Where builds lie, how Slack is reached, and what the bot may do."""

    model_config = SettingsConfigDict(
        env_prefix="CONFNOTES_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    index_dir: Path = Field(default=DEFAULT_INDEX_DIR, description="Folder of the published builds.")
    index: str = Field(
        default="",
        description="Object store that builds travel by, such as s3://BUCKET/PREFIX, gs:// or az://; empty: none.",
    )
    build_key: Secret | None = Field(
        default=None,
        min_length=16,
        description="Key that builds in the object store are signed with; with one, unsigned ones are refused.",
    )
    encoder_adapter: str | None = Field(
        default=None,
        description="Adapter that a build must be made with: none, or a file; empty: the shipped one, or none.",
    )
    engine: Literal["local", "qdrant"] = Field(
        default="local",
        description="What finds the passages worth ranking: local, the build's own files, or qdrant.",
    )
    qdrant_url: Address = Field(
        default=None, description="Address of the Qdrant server, for CONFNOTES_ENGINE=qdrant."
    )
    qdrant_api_key: Secret | None = Field(
        default=None, description="API key of the Qdrant server; empty: none."
    )
    qdrant_collection: str = Field(
        default="confnotes",
        pattern=r"^[\w-]{1,200}$",
        description="What the names of the collections begin with; every index folder needs its own.",
    )
    reader: str | None = Field(
        default=None,
        description="What reads the best passages with the question in mind: none, or a folder; empty: the shipped one.",
    )
    reader_ms: float = Field(
        default=1_000,
        gt=0,
        description="Milliseconds that it may take for a question; where they are not enough, none counts as read.",
    )
    host: str = Field(default="127.0.0.1", description="Address that the web page and HTTP mode listen on.")
    web_token: Secret | None = Field(
        default=None,
        min_length=16,
        description="Token that the web page and /mcp ask for; needed to serve other machines.",
    )
    allowed_hosts: Words = Field(
        default=(),
        description="Names that the web page goes by, comma separated, besides localhost and the public address.",
    )
    rate_limit: int = Field(
        default=6000,
        ge=0,
        description="Requests a minute that one client may send to the web page; 0: no limit.",
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        validation_alias=AliasChoices("PORT", "port"),
        description="Port for HTTP mode; with a signing secret it is used.",
    )
    probes: Listening = Field(
        default=None,
        description="host:port for /livez, /readyz and /metrics, of bot and web page; empty: none.",
    )
    log: Literal["plain", "json"] = Field(
        default="plain", description="How bot and web page write their log: plain, or json, an object a line."
    )
    slack_bot_token: Secret | None = Field(
        default=None,
        validation_alias=AliasChoices("SLACK_BOT_TOKEN", "slack_bot_token"),
        description="Bot User OAuth Token, xoxb-…",
    )
    slack_app_token: Secret | None = Field(
        default=None,
        validation_alias=AliasChoices("SLACK_APP_TOKEN", "slack_app_token"),
        description="App-level token for Socket Mode, xapp-…, with connections:write.",
    )
    slack_signing_secret: Secret | None = Field(
        default=None,
        validation_alias=AliasChoices("SLACK_SIGNING_SECRET", "slack_signing_secret"),
        description="Signing secret, for HTTP mode.",
    )
    slack_client_id: Word | None = Field(
        default=None,
        validation_alias=AliasChoices("SLACK_CLIENT_ID", "slack_client_id"),
        description="Client ID, for several workspaces by OAuth.",
    )
    slack_client_secret: Secret | None = Field(
        default=None,
        validation_alias=AliasChoices("SLACK_CLIENT_SECRET", "slack_client_secret"),
        description="Client secret, for several workspaces by OAuth.",
    )
    slack_api_url: Address = Field(
        default=None,
        validation_alias=AliasChoices("SLACK_API_URL", "slack_api_url"),
        description="Base of the Web API; empty: Slack's own.",
    )
    slack_command: str = Field(
        default="/kubecon",
        pattern=r"^/\S{1,31}$",
        description="Name of the slash command, as in the app's manifest.",
    )
    slack_agent: bool = Field(
        default=False,
        description="Whether the app is an agent app, made from deploy/slack/manifest.agent.json.",
    )
    installations_key: Secrets = Field(
        default=(),
        description="Keys that seal the tokens of workspaces that install the app, the newest first, comma separated.",
    )
    store: StoreAddress = Field(
        default=Path("data/bot.sqlite"),
        description="Where the bot keeps claims, threads and feedback: a file, or postgresql://… for several bots.",
    )
    takeover_after_s: int = Field(
        default=15,
        ge=1,
        le=600,
        description="Seconds that a bot may be silent before another one takes over what it began.",
    )
    answers_at_once: int = Field(
        default=0,
        ge=0,
        le=64,
        description="How many searches run at the same time; 0: one fewer than there are cores.",
    )
    keep_questions_days: float = Field(
        default=30, ge=0, description="Days that question texts are kept for follow-ups; 0: not at all."
    )
    allowed_channels: Words = Field(
        default=(),
        description="Ids of channels that the bot answers in, comma separated; empty: all that it is in.",
    )
    allowed_teams: Words = Field(
        default=(),
        description="Ids of workspaces whose people may ask, comma separated; empty: the bot's own.",
    )
    external_users: bool = Field(
        default=False, description="Whether people of other workspaces in shared channels may ask."
    )
    slack_thumbs: bool = Field(
        default=True, description="Whether answers carry 👍 and 👎; as reactions they count either way."
    )
    slack_unfurl: bool = Field(
        default=False,
        description="Whether a talk's address posted in a channel shows its card; the app needs links:read and links:write.",
    )
    public_url: Address = Field(
        default=None,
        description="Address of the web page, for talks that have no link of their own; empty: none.",
    )
    curators: Words = Field(
        default=(), description="Ids of people whose Home tab shows what was asked in vain, comma separated."
    )
