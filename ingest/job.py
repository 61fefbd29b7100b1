"""What a run of ingestion is asked to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.engines.qdrant import Qdrant

Progress = Callable[[str, int, int], None]  # stage, done, total


@dataclass(frozen=True, slots=True)
class Job:
    """What a run is asked to do."""

    paths: tuple[Path, ...]
    index_dir: Path
    catalogue: Path | None = None  # None: the one that sources.yaml names
    full: bool = False  # read and embed everything again
    model: str | None = None
    adapter: str | None = None  # none, or a file; None: the shipped one, for the shipped model
    keep_builds: int = 3
    # A build that was replaced stays as long, whatever keep_builds says: a bot quotes from it until it
    # notices the new pointer.
    grace_s: float = 600.0
    wait_s: float = 0.0  # for another job to end
    gate: Path | None = None  # questions; None: those that sources.yaml names
    gate_margin: float = 0.05  # how far figures may fall
    most_talks_lost: float = 0.3  # share
    accept: bool = False  # publish whatever the gate says
    shards: int = 0  # that embedded what is new, so that this run embeds nothing; 0: it embeds by itself
    qdrant: Qdrant | None = None  # where builds are searched besides their folder
    contact: str = ""  # shown to the web servers that sources are fetched from
    allowed_hosts: tuple[str, ...] = ()  # hosts of sources that may lead to inside addresses
