"""Real recaps of other people, where they lie beside the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.loaders import SUFFIXES, load

from .soundness import assert_sound


@pytest.mark.shared
def test_every_seed_and_recap_is_read_soundly(shared: Path) -> None:
    """Offsets are exact and most blocks are no furniture in every real file."""
    files = [
        path
        for folder in ("seeds", "recaps/texts")
        for path in sorted((shared / folder).iterdir())
        if path.suffix in SUFFIXES
    ]
    for path in files:
        recap = load(path, path.name)
        assert_sound(recap, path.read_bytes().decode("utf-8-sig"))
        kept = sum(block.end - block.start for block in recap.blocks if block.kind != "furniture")

        assert kept > 0.8 * sum(block.end - block.start for block in recap.blocks), path.name
    assert len(files) >= 15


@pytest.mark.shared
def test_the_same_notes_in_two_formats_have_the_same_headings(shared: Path) -> None:
    """The built page and its source agree on titles and on the links below them."""
    texts = shared / "recaps" / "texts"
    page, source = (load(next(texts.glob(pattern)), "a") for pattern in ("01-*.html", "39-*.rst.txt"))
    in_page, in_source = (
        [recap.slice(block).replace("\u2019", "'") for block in recap.blocks if block.kind == "heading"]
        for recap in (page, source)
    )

    assert in_page == in_source
    assert len(in_page) == 26
