"""Heading anchors as the place that shows the recap makes them."""

from __future__ import annotations

import re

_DROPPED = re.compile(r"[^\w\- ]")


class Slugs:
    """Gives each heading of a Markdown file the anchor that GitHub gives it.

    Source: github-slugger, which GitHub's own rendering follows: lower case, punctuation dropped, spaces to
    hyphens, a counter for repeats.
    """

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def of(self, title: str) -> str:
        """Return the anchor of the next heading with these words."""
        base = _DROPPED.sub("", title.strip().lower()).replace(" ", "-")
        count = self._seen.get(base, -1) + 1
        self._seen[base] = count
        slug = f"{base}-{count}" if count else base
        if count:
            self._seen.setdefault(slug, 0)
        return slug
