"""Where recaps come from, as records: files with what a person said of them, and what is yet to be fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from index.models import Event
from ingest.talks import RecapHints

if TYPE_CHECKING:
    from ingest.sources.web import SourceSpec


@dataclass(frozen=True, slots=True)
class Source:
    """One recap's file with what a person said of it beforehand."""

    path: Path
    recap_id: str  # path below the folder that is read, posix separators; a single file: its name
    hints: RecapHints = field(default_factory=RecapHints)
    event: Event | None = None  # where sources.yaml names it: with its dates and city
    visible_in: tuple[str, ...] = ()  # ids of Slack channels and workspaces; empty: everywhere
    retells: bool = False  # its `url` is the page of another text that it is based on


@dataclass(frozen=True, slots=True)
class Remote:
    """A source to fetch, with what a person said of its recaps."""

    spec: SourceSpec
    said: Source


@dataclass(frozen=True, slots=True)
class Sources:
    """All that a run reads, in order of the recaps' ids."""

    recaps: tuple[Source, ...]
    catalogues: tuple[Path, ...] = ()
    missing: tuple[str, ...] = ()  # one line each: listed in sources.yaml, but not there
    gates: tuple[Path, ...] = ()  # questions that a build has to answer
    remotes: tuple[Remote, ...] = ()  # pages, feeds and repositories, not fetched yet
    # How the ids of recaps begin that lie in folders which may not be read: those recaps are not gone.
    closed: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()  # names of files whose kind is not read
    ignored: tuple[str, ...] = ()  # names of recaps that an ignore pattern leaves out
