"""Lines of the notes as they are shown: those that an editor broke are joined, items of lists stand below what they belong to.

This is the one place that decides what becomes of white space; the words stay as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.wrapping import Wrapping

_WRAPPED_AT = 70  # a line as long as this that ends without a stop was broken by an editor, not by its author
_TELLING = 0.5  # of the width: shorter lines are titles, not broken ones
_LINE = re.compile(r"[^\n]+")
_MARK = re.compile(r"\s*(?:[-*•‣◦▪▫–—>#|→]+|\d+[.)])\s")
_CODE = re.compile(r"\s*(?:[\w.\"'-]+:(?:\s|$)|[$#{}\[\]<\"'])")  # how a line of code or configuration begins
_ENDED = (".", ";", ":", "!", "?")
_GOES_ON = re.compile(
    r"(?:,|\b(?:a|an|and|as|at|by|for|from|in|into|is|of|on|or|that|the|to|was|with|de|du|des|et|la|le|les))$",
    re.IGNORECASE,
)
_BREAK = re.compile(r"[ \t]*\n[ \t]*|[ \t]{2,}")
_TAB = 4
_LOOKED_AT = 200  # characters of a line
INDENT = "  "  # of an item below another one


@dataclass(frozen=True, slots=True)
class Layout:
    """How the notes around a text lay out lines."""

    width: int = 0  # at which they break lines; 0 where they do not, or where it is not known
    column: int = 0  # at which the line begins that the text begins in
    item: bool = False  # whether that is an item of a list, its mark shown or not
    before: int = 0  # characters of that line in front of the text


def layout_at(text: str, start: int, width: int) -> Layout:
    """Return how lines are laid out in a recap's text from `start`, where lines are broken at a width."""
    first = text.rfind("\n", 0, start) + 1
    line = text[first : first + _LOOKED_AT]
    return Layout(width, _column(line), is_item(line), start - first)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """What is shown as one line: a line of the notes and those that go on with it."""

    start: int
    end: int
    column: int
    marked: bool  # begins like an item of a list


def tidy(text: str, layout: Layout | None = None) -> str:
    """Return a text with the lines joined that an editor broke, and without empty ones; words, lists and paragraphs stay."""
    columns: list[int] = []  # of the items around a line, outermost first
    shown = []
    for line in shown_lines(text, layout or Layout()):
        bare = _BREAK.sub(" ", text[line.start : line.end].strip())
        while columns and (not line.marked or columns[-1] >= line.column):
            columns.pop()
        shown.append(INDENT * len(columns) + bare)
        columns += [line.column] if line.marked else []
    return "\n".join(shown)


def one_line(text: str) -> str:
    """Return a text on one line."""
    return _BREAK.sub(" ", text)


def shown_lines(text: str, layout: Layout) -> list[ShownLine]:
    """Return what stands on one line of its own when a text is shown, in order."""
    found: list[ShownLine] = []
    last = (0, 0)  # the line before, as the notes have it
    for match in _LINE.finditer(text):
        line = match[0]
        if not line.strip():
            continue
        first = match.start() == 0
        column = _column(line) + (layout.column if first else 0)
        follows = bool(found) and last[1] + 1 == match.start()
        if follows and _goes_on(found[-1], (text, last), (line, column), layout):
            before = found[-1]
            found[-1] = ShownLine(before.start, match.end(), before.column, before.marked)
        else:
            marked = is_item(line) or (first and layout.item)
            found.append(ShownLine(match.start(), match.end(), column, marked))
        last = match.span()
    return found


def is_item(line: str) -> bool:
    """Return whether a line begins like an item of a list."""
    return bool(_MARK.match(line))


def _goes_on(
    open_line: ShownLine, before: tuple[str, tuple[int, int]], after: tuple[str, int], layout: Layout
) -> bool:
    """Return whether a line goes on with the shown line before it.

    Args:
        open_line: The shown line.
        before: The text, and the span of the notes' line that the shown line ends with.
        after: The line and its column.
        layout: How the notes lay out lines.
    """
    (text, last), (line, column) = before, after
    length = len(text[slice(*last)].rstrip()) + (0 if last[0] else layout.before)
    if is_item(line):
        return False
    if open_line.marked and column > open_line.column:
        return True
    ending, bare = text[slice(*last)].rstrip(), line.strip()
    whole = text[open_line.start : open_line.end].strip()
    lower = bare[0].islower()
    if open_line.marked and not lower:
        return False  # what follows on a list's last item, not the item's second line
    telling = bool(layout.width) and length >= _TELLING * layout.width and not _CODE.match(line)
    if telling and Wrapping(layout.width).goes_on(length, ending[-1], bare):
        return True
    return not whole.endswith(_ENDED) and (len(whole) >= _WRAPPED_AT or bool(_GOES_ON.search(whole)))


def _column(line: str) -> int:
    """Return how far a line is indented."""
    blank = line[: len(line) - len(line.lstrip())]
    return sum(_TAB if character == "\t" else 1 for character in blank)
