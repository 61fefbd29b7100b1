"""What holds for every recap that a reader gives, whatever the input."""

from __future__ import annotations

import re
from itertools import pairwise

from ingest.loaders.blocks import Block, LoadedRecap


def assert_sound(recap: LoadedRecap, source: str) -> None:
    """Assert order, bounds, verbatim runs and that every word of the readable text is in one block."""
    for block in recap.blocks:
        words = recap.slice(block)

        assert 0 <= block.start < block.end <= len(recap.text)
        assert not words.endswith(("\n", "\r"))
        assert block.kind == "code" or words == words.strip()
        assert block.line >= 1
        assert (block.kind == "furniture") == bool(block.reason)
        assert all(block.start <= link.start <= link.end <= block.end for link in block.links)
        assert all(block.start <= start < end <= block.end for start, end in block.strong + block.emphasis)
    assert all(before.end <= after.start for before, after in pairwise(recap.blocks))
    assert_verbatim(recap, source)
    if recap.text != source:
        assert _words("\n".join(_with_marker(recap, block) for block in recap.blocks)) == _words(recap.text)


def assert_verbatim(recap: LoadedRecap, source: str) -> None:
    """Assert that runs are in order and say the same on both sides."""
    at = source_at = 0
    for run in recap.runs:
        end, source_end = run.start + run.length, run.source_start + run.source_length

        assert at <= run.start < end <= len(recap.text)
        assert source_at <= run.source_start < source_end <= len(source)
        at, source_at = end, source_end
    differing = [
        run
        for run in recap.runs
        if run.length == run.source_length
        and recap.text[run.start : run.start + run.length]
        != source[run.source_start : run.source_start + run.source_length]
    ]
    assert all(run.length <= 2 for run in differing), "only a character written in another way may differ"


def characters(recap: LoadedRecap) -> str:
    """Give every character of the blocks that is no white space."""
    return "".join("".join(recap.slice(block).split()) for block in recap.blocks)


def _with_marker(recap: LoadedRecap, block: Block) -> str:
    """Give a block's words behind its marker, where the readable text holds it."""
    kept = block.marker and recap.text.endswith(f"{block.marker} ", 0, block.start)
    return f"{block.marker} {recap.slice(block)}" if kept else recap.slice(block)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)
