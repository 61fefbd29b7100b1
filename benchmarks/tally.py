"""What a long run has seen so far, kept in a file, so that an interruption loses nothing and the run is taken up again."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path


class Tally:
    """Counts what happened, by part of the run; each count is on the disk before the next begins."""

    def __init__(self, path: Path | None = None) -> None:
        """Take up what a file holds; without one nothing is kept."""
        self._path = path
        kept = json.loads(path.read_text(encoding="utf-8")) if path and path.exists() else {}
        self.parts: dict[str, Counter[str]] = {part: Counter(seen) for part, seen in kept.items()}

    def count(self, part: str, *seen: str) -> None:
        """Count what happened once; a part has as many times as its first words say."""
        self.parts.setdefault(part, Counter()).update(seen)
        if self._path is not None:
            beside = self._path.with_suffix(".new")
            beside.write_text(json.dumps(self.parts, indent=1) + "\n", encoding="utf-8")
            beside.replace(self._path)

    def times(self, part: str, words: str = "") -> int:
        """Return how often a part saw what begins with some words."""
        return sum(times for seen, times in self.parts.get(part, {}).items() if seen.startswith(words))
