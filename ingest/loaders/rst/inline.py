"""Inline mark-up of reStructuredText: emphasis, literals, roles and references."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingest.loaders.assembler import Assembler

# Lengths are bounded so that signs that never close cost a fixed number of steps each.
_MARKED = (
    r"``(?P<code>[^`\n](?:[^`]{0,300}[^`\s])?)``"
    r"|(?<![\w`])(?::[\w:.-]{1,40}:)?`(?P<text>[^`\s][^`]{0,500})`(?P<reference>_{0,2})(?!`)"
    r"|(?<![\w*])\*\*(?P<strong>[^\s*](?:[^*]{0,300}[^\s*])?)\*\*(?!\w)"
    r"|(?<![\w*])\*(?P<emphasis>[^\s*](?:[^*]{0,300}[^\s*])?)\*(?![\w*])"
    r"|(?P<escape>\\(?:[^\w\s]|\s))"
    r"|(?P<footnote>\[(?:\d{1,4}|#\w{0,40}|\*)\]_(?!\w))"
)
_INLINE = re.compile(rf"(?=[`:*\\\[])(?:{_MARKED})")
_WITH_NAMES = re.compile(_MARKED + r"|(?<![\w_])(?P<name>[A-Za-z0-9](?:[\w.+-]{0,80}[A-Za-z0-9])?)__?(?!\w)")
_SIGNS = re.compile(r"[`*\\\[_]")
_EMBEDDED = re.compile(r"(?P<words>[^<]*?)\s*<(?P<url>[^<>]+)>\Z", re.DOTALL)
_BREAK = re.compile(r"(?<![ \t])[ \t]*\r?\n[ \t]*(?:\|[ \t])?")
_SPACE = re.compile(r"\s+")


def target_key(name: str) -> str:
    """Fold a reference's name as docutils does: case and white space do not matter."""
    return _SPACE.sub(" ", name.strip().strip("`").lower())


class InlineWriter:
    """Writes stretches of reStructuredText into the open block."""

    def __init__(self, out: Assembler, targets: Mapping[str, str]) -> None:
        self.out = out
        self.targets = targets

    def write(self, start: int, end: int) -> None:
        """Write the source from `start` to `end` without its inline mark-up."""
        at = start
        marked = _SIGNS.search(self.out.source, start, end)
        pattern = _WITH_NAMES if self.targets else _INLINE
        for found in pattern.finditer(self.out.source, start, end) if marked else ():
            name = found["name"] if self.targets else None
            if name is not None and target_key(name) not in self.targets:
                continue
            self._lines(at, found.start())
            if name is not None:
                self._linked(*found.span("name"), self.targets[target_key(name)])
            else:
                self._marked(found)
            at = found.end()
        self._lines(at, end)

    def write_cells(self, start: int, end: int) -> None:
        """Write the cells of a table's row, which stand between upright bars."""
        begin = start + 1
        while (bar := self.out.source.find("|", begin, end)) >= 0:
            cell = self.out.source[begin:bar]
            first = begin + len(cell) - len(cell.lstrip())
            if cell.strip():
                self.write(first, first + len(cell.strip()))
                self.out.gap(" | ")
            begin = bar + 1

    def _marked(self, found: re.Match[str]) -> None:
        """Write what one piece of mark-up says."""
        for role in ("strong", "emphasis"):
            if found[role] is not None:
                begin = self.out.position
                self._lines(*found.span(role))
                self.out.mark(role, begin)
        if found["code"] is not None:
            self._lines(*found.span("code"))
        elif found["escape"] is not None and not found["escape"][1].isspace():
            self.out.take(found.start() + 1, found.end())
        elif found["text"] is not None:
            self._interpreted(found)

    def _interpreted(self, found: re.Match[str]) -> None:
        """Write text in single back quotes: a reference or a role."""
        start, end = found.span("text")
        embedded = _EMBEDDED.match(found["text"])
        if embedded:
            words_end = start + embedded.end("words")
            url = embedded["url"].strip()
            if words_end == start:
                start, words_end = start + embedded.start("url"), start + embedded.end("url")
            self._linked(start, words_end, self.targets.get(target_key(url.rstrip("_")), url))
        elif found["reference"]:
            self._linked(start, end, self.targets.get(target_key(found["text"]), ""))
        else:
            begin = self.out.position
            self._lines(start, end)
            self.out.mark("emphasis", begin)

    def _linked(self, start: int, end: int, url: str) -> None:
        begin = self.out.position
        self._lines(start, end)
        if url:
            self.out.link(begin, url)

    def _lines(self, start: int, end: int) -> None:
        """Write words; a line break stays one, indentation goes."""
        at = start
        for found in _BREAK.finditer(self.out.source, start, end):
            self.out.take(at, found.start())
            self.out.gap("\n")
            at = found.end()
        if at < end:
            self.out.take(at, end)
