"""The workspaces that installed the app by OAuth, in the bot's memory, sealed with a key that lies elsewhere.

Whoever reads the memory alone, or a backup of it, gets no token. Sealing is Fernet's (AES-128-CBC with
HMAC-SHA256, package cryptography, extra `oauth`). Of several keys the first seals and all open, so that a key can
be changed while the bot runs.
"""

from __future__ import annotations

import json
import logging
import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

from pydantic import SecretStr
from slack_sdk.oauth.installation_store import Bot, Installation, InstallationStore
from slack_sdk.oauth.installation_store.sqlite3 import SQLite3InstallationStore
from slack_sdk.oauth.state_store import OAuthStateStore

from bot.errors import SettingsFault, StoreFault
from bot.store import Store

STATE_GOOD_S = 600
HOW_TO_MAKE_A_KEY = "openssl rand -base64 32 | tr '+/' '-_'"
_log = logging.getLogger(__name__)


class Seal(Protocol):
    """Seals and opens bytes."""

    def encrypt(self, msg: bytes) -> bytes:
        """Seal."""

    def decrypt(self, msg: bytes) -> bytes:
        """Open; fails where it was sealed with another key or changed since."""


class Installations(InstallationStore):
    """Keeps the bot's token of each workspace; tokens of persons are neither asked for nor kept."""

    def __init__(self, store: Store, keys: Sequence[SecretStr]) -> None:
        """Take the keys, the newest first, and seal with it what was sealed with another one.

        Raises:
            SettingsFault: a key is none, or the package that seals is not installed.
            StoreFault: the memory cannot be used.
        """
        self._store = store
        self._newest, self._seal, self._not_opened = _seals(keys)
        self._seal_anew()

    @property
    def logger(self) -> logging.Logger:
        """Return where Bolt may write."""
        return _log

    def save(self, installation: Installation) -> None:
        """Keep the bot's part of an installation."""
        self.save_bot(installation.to_bot())

    def save_bot(self, bot: Bot) -> None:
        """Keep a workspace's token in place of the one that it had."""
        fields = bot.to_dict_for_copying() | {
            "installed_at": bot.installed_at,
            "bot_token_expires_at": bot.bot_token_expires_at,
        }
        place = _place(bot.enterprise_id, bot.team_id, bot.is_enterprise_install)
        self._write(place, json.dumps({"place": place, "bot": fields}).encode(), bot.installed_at)

    def find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """Return a workspace's token, None where the app is not installed.

        Raises:
            StoreFault: it was sealed with a key that is not there, or for another workspace.
        """
        place = _place(enterprise_id, team_id, is_enterprise_install)
        with self._store.reading() as db:
            row = db.execute("SELECT sealed FROM installations WHERE place = ?", (place,)).fetchone()
        if row is None:
            return None
        try:
            opened = json.loads(self._seal.decrypt(row[0].encode()))
        except self._not_opened:
            opened = {}
        if opened.get("place") != place:
            raise StoreFault(
                f"Cannot read the installation of {place}: it was not sealed for it with a key of"
                " CONFNOTES_INSTALLATIONS_KEY. Add the former key behind the new one, or install the app again at"
                " /slack/install."
            )
        return Bot(**opened["bot"])

    def delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget a workspace."""
        with self._store.changing() as db:
            db.execute("DELETE FROM installations WHERE place = ?", (_place(enterprise_id, team_id, False),))

    def delete_installation(self, **_: Any) -> None:
        """Forget a person's part of an installation: none is kept."""

    def move_in(self, path: Path, client_id: str) -> None:
        """Take over the file that versions up to 0.2 kept, in which tokens lie open, and remove it."""
        if not path.is_file():
            return
        before = SQLite3InstallationStore(database=str(path), client_id=client_id)
        with closing(sqlite3.connect(path)) as db:
            found = db.execute(
                "SELECT DISTINCT enterprise_id, team_id, is_enterprise_install FROM slack_bots WHERE client_id = ?",
                (client_id,),
            ).fetchall()
        for enterprise_id, team_id, whole in found:
            bot = before.find_bot(
                enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=bool(whole)
            )
            if bot is not None:
                self.save_bot(bot)
        path.unlink()
        _log.info("moved the installations of %d workspaces out of %s", len(found), path)

    def _seal_anew(self) -> None:
        with self._store.reading() as db:
            rows = db.execute("SELECT place, sealed, installed_at FROM installations").fetchall()
        for place, sealed, installed_at in rows:
            try:
                self._newest.decrypt(sealed.encode())
                continue
            except self._not_opened:
                pass
            try:
                self._write(place, self._seal.decrypt(sealed.encode()), installed_at)
            except self._not_opened:
                _log.error(
                    "the installation of %s is sealed with no key of CONFNOTES_INSTALLATIONS_KEY", place
                )

    def _write(self, place: str, opened: bytes, installed_at: float) -> None:
        with self._store.changing() as db:
            db.execute(
                "INSERT INTO installations VALUES (?, ?, ?) ON CONFLICT (place) DO UPDATE SET"
                " sealed = excluded.sealed, installed_at = excluded.installed_at",
                (place, self._newest.encrypt(opened).decode(), installed_at),
            )


class States(OAuthStateStore):
    """The installations that somebody began, so that a page that ends one is known to belong to it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def logger(self) -> logging.Logger:
        """Return where Bolt may write."""
        return _log

    def issue(self, *_: Any, **__: Any) -> str:
        """Give a state that is good once and for ten minutes."""
        state = secrets.token_urlsafe(32)
        now = self._store.now()
        with self._store.changing() as db:
            db.execute("DELETE FROM oauth_states WHERE issued_at < ?", (now - STATE_GOOD_S,))
            db.execute("INSERT INTO oauth_states VALUES (?, ?)", (state, now))
        return state

    def consume(self, state: str) -> bool:
        """Use a state up and say whether it was good."""
        with self._store.changing() as db:
            used = db.execute(
                "DELETE FROM oauth_states WHERE state = ? AND issued_at >= ?",
                (state, self._store.now() - STATE_GOOD_S),
            ).rowcount
        return used == 1


def _place(enterprise_id: str | None, team_id: str | None, whole: bool | None) -> str:
    """Return what an installation is for: a workspace, whose id is its alone, or a whole organisation."""
    return str((enterprise_id if whole or not team_id else team_id) or "")


def _seals(keys: Sequence[SecretStr]) -> tuple[Seal, Seal, type[Exception]]:
    """Return the seal of the newest key, the one that opens with all, and what the latter fails with."""
    try:
        from cryptography.fernet import Fernet, InvalidToken, MultiFernet
    except ImportError:
        raise SettingsFault(
            "Cannot keep installations: the package cryptography is not installed. Install it with"
            " `pip install 'confnotes[oauth]'`."
        ) from None
    try:
        each = [Fernet(key.get_secret_value()) for key in keys]
    except ValueError:
        raise SettingsFault(
            "Cannot use the setting CONFNOTES_INSTALLATIONS_KEY: a key has 32 bytes in URL-safe base64. Make one with"
            f" `{HOW_TO_MAKE_A_KEY}`."
        ) from None
    return each[0], MultiFernet(each), InvalidToken
