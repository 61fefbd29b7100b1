"""The talk finder: a recap's blocks in, its talks with the spans of their words out."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.blocks import LoadedRecap
from ingest.talks.models import Dropped, FoundTalk, Reading, RecapHints, Span

__all__ = ["Dropped", "FoundTalk", "Reading", "RecapHints", "Span", "find_talks"]


def find_talks(recap: LoadedRecap, hints: RecapHints | None = None, known_titles: Sequence[str] = ()) -> Reading:
    """Find the talks of a recap.

    Args:
        recap: The recap as its loader gave it.
        hints: What a person said of it beforehand.
        known_titles: Titles of talks that the catalogue lists; found inside prose where nothing else marks them.
    """
    raise NotImplementedError
