"""The talk finder: a recap's blocks in, its talks with the spans of their words out."""

from __future__ import annotations

from ingest.talks.finder import find_talks
from ingest.talks.models import Dropped, FoundTalk, Reading, RecapHints, Span

__all__ = ["Dropped", "FoundTalk", "Reading", "RecapHints", "Span", "find_talks"]
