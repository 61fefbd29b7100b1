"""Finds tables of contents: lists whose entries all lead to headings of the same page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.loaders.blocks import Block

_FEWEST = 3  # entries; two links to other places of a page are prose
_REASON = "table of contents"


def without_contents(blocks: Sequence[Block], text: str) -> tuple[Block, ...]:
    """Turn the entries of tables of contents into furniture."""
    kept = list(blocks)
    at = 0
    while at < len(kept):
        end = at
        while end < len(kept) and kept[end].kind == "bullet" and _leads_within(kept[end], text):
            end += 1
        if end - at >= _FEWEST:
            kept[at:end] = [
                replace(block, kind="furniture", level=0, reason=_REASON) for block in kept[at:end]
            ]
        at = max(end, at + 1)
    return tuple(kept)


def _leads_within(block: Block, text: str) -> bool:
    """Say whether the whole entry is one link to a place of the same page."""
    if not block.links or not block.links[0].url.startswith("#"):
        return False
    link = block.links[0]
    around = text[block.start : link.start] + text[link.end : block.end]
    return not any(character.isalpha() for character in around)
