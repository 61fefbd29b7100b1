"""What the commands of this room share: which fault has which status, settings, and the build to ask."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from bot.errors import BotFault, SettingsFault
from console.command import DEFAULT_INDEX_DIR, Status, one_line
from index.errors import IndexFault

if TYPE_CHECKING:
    from bot.settings import Settings
    from index.engines.proposals import EngineOf
    from index.ranking.reader import ReaderSetting
    from index.search import Searcher

_Command = TypeVar("_Command", bound=Callable[..., None])


def scope_options(command: _Command) -> _Command:
    """Let a command be limited to an event and a day."""
    day = click.option("--day", type=int, metavar="N", help="Limit to a conference day.")
    event = click.option("--event", metavar="EVENT", help='Limit to a conference, for example "EU 2021".')
    return event(day(command))


def faults() -> AbstractContextManager[None]:
    """Turn a known fault into one line on standard error and its exit status."""
    return one_line({IndexFault: Status.NO_INDEX, BotFault: Status.USAGE})


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        SettingsFault: A value cannot be used.
    """
    from bot.settings import Settings
    from console.settings import read_settings

    return read_settings(Settings, SettingsFault)


def open_searcher(index_dir: Path | None) -> Searcher:
    """Open the build in a folder, by default the one that the settings name."""
    from index.search import Searcher

    named, adapter, reader, engine = _named()
    return Searcher.open(index_dir or named, adapter=adapter, reader=reader, engine=engine)


def _named() -> tuple[Path, str | None, ReaderSetting, EngineOf]:
    """Return the folder of the builds, the encoder's adapter, the reader and the engine that the settings name."""
    # Importing pydantic takes 0.1 s, a quarter of a single question's whole time: it waits where only the
    # environment names them.
    named = {name.upper(): value for name, value in os.environ.items() if value}
    if Path(".env").exists() or named.keys() & {"CONFNOTES_READER_MS", "CONFNOTES_ENGINE"}:
        from bot.live import engine_of, reader_setting

        settings = load_settings()
        return (
            settings.index_dir,
            settings.encoder_adapter,
            reader_setting(settings),
            engine_of(settings),
        )
    from index.engines.local import LocalEngine
    from index.ranking.reader import ReaderSetting

    index_dir = Path(named.get("CONFNOTES_INDEX_DIR", DEFAULT_INDEX_DIR))
    reader = ReaderSetting(named.get("CONFNOTES_READER"))
    return index_dir, named.get("CONFNOTES_ENCODER_ADAPTER"), reader, LocalEngine
