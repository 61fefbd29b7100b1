"""What one format's reader gives before the recap's name and digest are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.loaders.blocks import Block, Run

Meta = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Reading:
    """The readable text of a source, its blocks and the way back; see `ingest.loaders.blocks.LoadedRecap`."""

    text: str
    blocks: tuple[Block, ...]
    runs: tuple[Run, ...]
    meta: Meta = field(default_factory=dict)
