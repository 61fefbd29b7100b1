"""Org: its outline, drawers, blocks and inline marks, rewritten as Markdown."""

from __future__ import annotations

import re

from ingest.loaders.blocks import LoadedText
from ingest.loaders.rewriting import Rewriter, Rule, told

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HEADING = re.compile(
    r"(?P<stars>\*{1,20})[ \t]+(?:(?:TODO|DONE|NEXT|WAITING|CANCELLED|CANCELED)[ \t]+)?(?:\[#[A-Z]\][ \t]*)?"
    r"(?P<comment>COMMENT\b[ \t]*)?(?P<title>.*?)(?P<tags>[ \t]+:[\w@#%:]+:)?\Z"
)
_KEYWORD = re.compile(r"#\+(?P<key>[\w-]{1,40})(?:\[[^\]]*\])?:[ \t]*(?P<value>.*)\Z")
_BEGIN = re.compile(r"#\+begin[_:](?P<kind>\w+)", re.IGNORECASE)
_DRAWER = re.compile(r":(?P<name>[\w-]{1,40}):\Z")
_PROPERTY = re.compile(r":(?P<key>[\w+-]{1,40}):[ \t]+(?P<value>\S.*)\Z")
_PLANNING = re.compile(r"(?:SCHEDULED|DEADLINE|CLOSED|CLOCK):[ \t]*[\[<]")
_BULLET = re.compile(
    r"(?P<sign>[-+*]|\d{1,3}[.)])[ \t]+(?:\[@\d+\][ \t]+)?(?P<box>\[[ xX-]\][ \t]+)?(?P<term>\S.{0,200}?[ \t]+::[ \t]+)?"
)
_SILENT = {"comment", "export", "html", "latex", "ascii"}
_VERBATIM = {"src", "example"}
_SHOWN_PROPERTIES = {
    "speaker",
    "speakers",
    "presenter",
    "company",
    "room",
    "track",
    "date",
    "day",
    "time",
    "url",
    "link",
    "video",
    "slides",
    "recording",
}
_NOT_EXPORTED = {"noexport", "private"}
_RULES = (
    Rule("link", re.compile(r"\[\[(?P<url>[^\[\]\n]{1,1000})\]\[(?P<words>[^\[\]\n]{1,500})\]\]")),
    Rule("shown", re.compile(r"\[\[(?P<words>[^\[\]\n]{1,1000})\]\]")),
    Rule("drop", re.compile(r"[ \t]?\[fn:[\w-]{0,40}(?::[^\[\]\n]{0,500})?\]")),
    Rule("drop", re.compile(r"@@\w{1,20}:[^@\n]{0,500}@@|\\\\(?=[ \t]*(?:\r?\n|\Z))|<<[^<>\n]{1,100}>>")),
    Rule("code", re.compile(r"(?<![\w=~])[=~](?P<words>[^\s=~\n](?:[^=~\n]{0,300}[^\s=~])?)[=~](?![\w=~])")),
    Rule("strong", re.compile(r"(?<![\w*])\*(?P<words>[^\s*](?:[^*\n]{0,300}[^\s*])?)\*(?![\w*])")),
    Rule("emphasis", re.compile(r"(?<![\w/:.])/(?P<words>[^\s/](?:[^/\n]{0,300}[^\s/])?)/(?![\w/])")),
    Rule("shown", re.compile(r"(?<![\w_])_(?P<words>[^\s_](?:[^_\n]{0,300}[^\s_])?)_(?![\w_])")),
    Rule("shown", re.compile(r"(?<![\w+])\+(?P<words>[^\s+](?:[^+\n]{0,300}[^\s+])?)\+(?![\w+])")),
)  # fmt: skip


def read(source: str) -> LoadedText:
    """Read Org into blocks.

    Args:
        source: The decoded file.

    Returns:
        The words without mark-up. Comments, drawers, planning and subtrees that are not exported are not in it.
    """
    reader = _Org(source)
    reader.rewrite()
    return reader.read()


class _Org(Rewriter):
    """Walks the lines."""

    def __init__(self, source: str) -> None:
        super().__init__(source, _RULES)
        self.spans = [found.span() for found in _LINE.finditer(source)]
        self.hidden = 0  # stars of the subtree that is not shown

    def rewrite(self) -> None:
        """Rewrite every line."""
        at = 0
        while at < len(self.spans):
            start, end = self.spans[at]
            raw = self.source[start:end]
            words = raw.strip()
            indent = len(raw) - len(raw.lstrip()) if words else 0
            at = self._line(at, start + indent, words, indent)

    def _line(self, at: int, first: int, words: str, indent: int) -> int:
        """Rewrite a line and give the number of the next."""
        if indent == 0 and (heading := _HEADING.match(words)):
            return self._heading(at, first, heading)
        if self.hidden or not words:
            self.add("" if self.hidden else "\n")
        elif begin := _BEGIN.match(words):
            return self._block(at, begin["kind"].lower())
        elif _DRAWER.match(words):
            return self._drawer(at)
        elif words.startswith("|"):
            return self._table(at)
        elif words.startswith("#"):
            self._keyword(words)
        elif not _PLANNING.match(words):
            self._words(first, first + len(words), words, indent)
        return at + 1

    def _heading(self, at: int, first: int, found: re.Match[str]) -> int:
        """Take a heading; one that is a comment or not exported hides what is below it."""
        level = len(found["stars"])
        if self.hidden and level > self.hidden:
            return at + 1
        tags = set((found["tags"] or "").strip().lower().split(":"))
        self.hidden = level if found["comment"] or tags & _NOT_EXPORTED else 0
        if not self.hidden and found["title"]:
            self.add("\n" + "#" * min(6, level) + " ")
            self.inline(first + found.start("title"), first + found.end("title"))
            self.add("\n\n")
        return at + 1

    def _keyword(self, words: str) -> None:
        """Keep what the file says of itself; other keywords and comments are no words of it."""
        found = _KEYWORD.match(words)
        if found and found["value"]:
            key = {"keywords": "tags", "filetags": "tags"}.get(found["key"].lower(), found["key"])
            value = ", ".join(filter(None, found["value"].split(":"))) if key == "tags" else found["value"]
            told(key, value, self.meta)

    def _block(self, at: int, kind: str) -> int:
        """Take a block: code as it stands, a comment not at all; others only group what they hold."""
        if kind not in _SILENT | _VERBATIM:
            self.add("\n")
            return at + 1
        end = self._until(at, f"#+end_{kind}")
        if kind in _VERBATIM and end > at + 1:
            self.block(self.spans[at + 1][0], self.spans[end - 1][1])
        return end + 1

    def _drawer(self, at: int) -> int:
        """Take a drawer: of its properties those that tell of a talk."""
        end = self._until(at, ":end:")
        for number in range(at + 1, min(end, len(self.spans))):
            start, last = self.spans[number]
            raw = self.source[start:last]
            found = _PROPERTY.match(raw.strip())
            if found and found["key"].lower() in _SHOWN_PROPERTIES:
                first = start + len(raw) - len(raw.lstrip())
                self.keep(first + found.start("key"), first + found.end("key"))
                self.add(": ")
                self.inline(first + found.start("value"), first + found.end("value"))
                self.add("\n")
        self.add("\n")
        return end + 1 if end < len(self.spans) else at + 1

    def _until(self, at: int, closing: str) -> int:
        """Find the line that closes a block, else the last one."""
        end = at + 1
        while end < len(self.spans) and self.source[slice(*self.spans[end])].strip().lower() != closing:
            end += 1
        return end

    def _table(self, at: int) -> int:
        """Take a table."""
        rows = []
        while at < len(self.spans):
            start, end = self.spans[at]
            raw = self.source[start:end]
            words = raw.strip()
            if not words.startswith("|"):
                break
            if not words.startswith("|-"):
                first = start + len(raw) - len(raw.lstrip())
                rows.append(_cells(self.source, first + 1, first + len(words)))
            at += 1
        self.table(rows)
        return at

    def _words(self, first: int, last: int, words: str, indent: int) -> None:
        """Write a line of text or a list's item."""
        bullet = _BULLET.match(words)
        if bullet and (bullet["sign"] != "*" or indent):
            self.add(" " * indent)
            self.raw(first, first + len(bullet["sign"]))
            self.add(" ")
            if bullet["term"]:
                term = bullet["term"].rstrip().removesuffix("::").rstrip()
                self.add("**")
                self.inline(first + bullet.start("term"), first + bullet.start("term") + len(term))
                self.add("** ")
            first += bullet.end()
        elif indent:
            self.add(" " * min(indent, 3))
        self.inline(first, last)
        self.add("\n")


def _cells(source: str, start: int, end: int) -> list[tuple[int, int]]:
    """List the cells of a row between upright bars."""
    cells = []
    at = start
    while at < end:
        bar = source.find("|", at, end)
        stop = bar if bar >= 0 else end
        words = source[at:stop]
        if bar >= 0 or words.strip():
            first = at + len(words) - len(words.lstrip()) if words.strip() else at
            cells.append((first, first + len(words.strip())))
        at = stop + 1
    return cells
