"""A terminal on which foreign words stay words.

What somebody wrote into notes moves no cursor, sets no title and clears no screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

# C0 and C1 control characters but tab and line feed, and the marks that turn the reading direction around.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Return the text without what a terminal would obey instead of showing it."""
    return _UNPRINTABLE.sub("", text)


class Screen(Console):
    """rich's console; it drops only five control characters by itself, and the escape is none of them."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as rich does, all words made printable; rich's own control codes stay."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)
