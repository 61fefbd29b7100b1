"""Plain text: paragraphs, bullets, code, and the headings that are marked as such.

The readable text is the decoded source itself. A bullet's marker stays outside its block.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.wrapping import Wrapping
from ingest.loaders.assembler import bare_links
from ingest.loaders.blocks import BULLET_SIGNS, Block, BlockKind, LoadedText, Run

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_BULLET = re.compile(rf"([{BULLET_SIGNS}*+–—-]|\(?\d{{1,3}}[.)]|[a-z]\))[ \t\u00a0\u200b]+(?=\S)")
_WIKI_HEADING = re.compile(r"(={1,6})[ \t]+(\S[^\n]*)")
_RULE = re.compile(r"([=\-~^*_#+–—])(?:[ ]?\1){2,}\Z")
_FENCE = ("```", "~~~")
_CODE_SIGN = re.compile(r"[{};=$|\\]|\(\)|\s--?\w|^\s*[\w.-]+:(?:\s|$)")
_UNDERLINE_LEVEL = {"=": 1, "-": 2}
_UNDERLINE_SHARE = 0.7  # of the title's length; a shorter row of dashes is a separator
_CODE_INDENT = 4


@dataclass(slots=True)
class _Open:
    """The block that lines are still being added to."""

    kind: BlockKind
    start: int
    end: int
    line: int
    indent: int
    level: int = 0
    marker: str = ""
    lines: int = 1
    last_start: int = 0  # where its last line's words begin


def read(source: str) -> LoadedText:
    """Read plain text into blocks.

    Args:
        source: The decoded file.

    Returns:
        The source as its own readable text, its blocks and one run over the whole.
    """
    reader = _TextReader(source)
    at = 0
    for number, found in enumerate(_LINE.finditer(source), 1):
        at = found.end()
        reader.line(found.start(), at, number)
    reader.close()
    runs = (Run(0, len(source), 0, len(source)),) if source else ()
    return LoadedText(source, tuple(reader.blocks), runs)


class _TextReader:
    """Turns lines into blocks, one at a time."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.wrapping = Wrapping.of(source)
        self.blocks: list[Block] = []
        self.open: _Open | None = None
        self.after_blank = True
        self.indents: list[int] = []  # of the bullets around the current line
        self.fence = ""

    def line(self, start: int, end: int, number: int) -> None:
        """Take the next line, its newline included."""
        raw = self.source[start:end]
        words = raw.strip()
        if self.fence:
            self._fenced(words, start, end)
        elif not words:
            self.close()
            self.after_blank = True
        else:
            first = start + len(raw) - len(raw.lstrip())
            self._written(words, first, number, _columns(raw))
            self.after_blank = False

    def close(self) -> None:
        """End the open block."""
        current, self.open = self.open, None
        if current is None:
            return
        links = tuple(bare_links(self.source, current.start, current.end)) if current.kind != "rule" else ()
        self.blocks.append(
            Block(
                current.kind, current.start, current.end, current.line, current.level, current.marker, links
            )
        )

    def _fenced(self, words: str, start: int, end: int) -> None:
        """Add a line to the fenced code, and leave it after the closing fence."""
        if self.open is not None and words:
            raw = self.source[start:end]
            self.open.end = start + len(raw.rstrip())
        if words.startswith(self.fence):
            self.fence = ""
            self.close()

    def _written(self, words: str, first: int, number: int, indent: int) -> None:
        """Place a line that has words."""
        last = first + len(words)
        if words.startswith(_FENCE) and self.source.find(words[:3], last) >= 0:
            self._begin(_Open("code", first, last, number, indent))
            self.fence = words[:3]
        elif _RULE.match(words) and len(words) >= 3:
            self._ruled(words, first, number)
        elif heading := _WIKI_HEADING.match(words):
            self._wiki_heading(heading, first, number)
        elif (bullet := _BULLET.match(words)) and not self._is_code(indent, words):
            self._bullet(bullet, first, last, number, indent)
        elif self._continues(words, indent):
            self._extend(first, last)
        elif self._is_code(indent, words):
            self._begin(_Open("code", first, last, number, indent))
        else:
            if self.indents and indent <= self.indents[0]:
                self.indents.clear()
            self._begin(_Open("paragraph", first, last, number, indent))

    def _ruled(self, words: str, first: int, number: int) -> None:
        """Take a row of dashes: the underline of the title above it, or a separator."""
        title = self.open
        if (
            title is not None
            and title.kind == "paragraph"
            and title.lines == 1
            and not self.after_blank
            and " " not in words
            and len(words) >= _UNDERLINE_SHARE * (title.end - title.start)
        ):
            title.kind, title.level = "heading", _UNDERLINE_LEVEL.get(words[0], 3)
            self.indents.clear()
            self.close()
            return
        self.indents.clear()
        self._begin(_Open("rule", first, first + len(words), number, 0))
        self.close()

    def _wiki_heading(self, found: re.Match[str], first: int, number: int) -> None:
        """Take a heading as wikis and AsciiDoc mark it: `== Title ==`."""
        title = found[2].rstrip("=").rstrip() or found[2]
        start = first + found.start(2)
        self.indents.clear()
        self._begin(_Open("heading", start, start + len(title), number, 0, level=len(found[1])))
        self.close()

    def _bullet(self, found: re.Match[str], first: int, last: int, number: int, indent: int) -> None:
        """Begin a bullet; its depth follows from the indentation of the bullets above."""
        while self.indents and self.indents[-1] > indent:
            self.indents.pop()
        if not self.indents or self.indents[-1] < indent:
            self.indents.append(indent)
        start = first + found.end()
        self._begin(
            _Open("bullet", start, last, number, indent, len(self.indents) - 1, found[1], last_start=start)
        )

    def _continues(self, words: str, indent: int) -> bool:
        """Return whether the line goes on with the open block."""
        current = self.open
        if current is None or self.after_blank or current.kind not in {"paragraph", "bullet", "code"}:
            return False
        if current.kind == "code":
            return indent >= _CODE_INDENT
        if current.kind == "bullet" and indent > current.indent:
            return True
        line_length = current.end - current.last_start + (current.indent if current.lines == 1 else 0)
        return self.wrapping.goes_on(line_length, self.source[current.end - 1], words)

    def _extend(self, first: int, last: int) -> None:
        """Add a line to the open block."""
        if self.open is not None:
            self.open.end, self.open.last_start = last, first
            self.open.lines += 1

    def _begin(self, block: _Open) -> None:
        """End the open block and begin another."""
        self.close()
        block.last_start = block.last_start or block.start
        self.open = block

    def _is_code(self, indent: int, words: str) -> bool:
        """Return whether an indented line outside any list looks like code."""
        return indent >= _CODE_INDENT and not self.indents and bool(_CODE_SIGN.search(words[:500]))


def _columns(raw: str) -> int:
    """Measure a line's indentation; a tab counts four."""
    return sum(4 if character == "\t" else 1 for character in raw[: len(raw) - len(raw.lstrip())])
