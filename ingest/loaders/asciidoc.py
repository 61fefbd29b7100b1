"""AsciiDoc: its lines and inline marks, rewritten as Markdown."""

from __future__ import annotations

import re

from ingest.loaders.blocks import LoadedText
from ingest.loaders.rewriting import Rewriter, Rule, told

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_TITLE = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*?)(?:[ \t]+\1)?\Z")
_ATTRIBUTE = re.compile(r":(!?[\w-]{1,60}!?):(?:[ \t]+(.*))?\Z")
_AUTHOR = re.compile(r"(?P<name>[^<>=:|*\[\]]{2,80}?)(?:[ \t]*<[^<>\s]{3,100}>)?\Z")
_REVISION = re.compile(r"v?\d[\d.]*(?:,[ \t]*(?P<date>[^:]{6,30}))?(?::.*)?\Z")
_ADMONITION = re.compile(r"(?:NOTE|TIP|WARNING|IMPORTANT|CAUTION): ")
_TELLING = {
    "author", "authors", "date", "revdate", "keywords", "tags", "description", "lang", "language", "event", "conference", "day", "url",
    "publish", "private",
}  # fmt: skip
_BLOCK_LINE = re.compile(r"\[[^\[\]\n]*\]\Z|\[\[[^\[\]\n]*\]\]\Z")
_BLOCK_TITLE = re.compile(r"\.([^\s.].*)\Z")
_BULLET = re.compile(r"(\*{1,5}|-|\.{1,5}|\d{1,3}\.)[ \t]+(?:\[[ xX*]\][ \t]+)?(?=\S)")
_TERM = re.compile(r"(?P<term>[^:].{0,200}?)(?::{2,4}|;;)(?:[ \t]+(?P<text>\S.*))?\Z")
_MACRO = re.compile(r"(?P<name>[a-z]+)::(?P<target>[^\[\]\n]*)\[(?P<text>[^\]\n]*)\]\Z")
_FENCE = re.compile(r"(-{4,}|\.{4,}|`{3,}.*|={4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--)\Z")
_TABLE = re.compile(r"[|,:!]={3,}\Z")
_CELL = re.compile(r"(?:(?<=\s)|^)(?:\d+\*|[\d.]*\+)?[<^>.]{0,4}[a-z]?\|", re.MULTILINE)
_LINKED = re.compile(r"(?:link:)?(https?://[^\s\[\]]+)\[([^\]\n]*)\]\Z")
_MARKS = re.compile(
    r"(?P<open>[ \t]?footnote(?:ref)?:[\w-]{0,40}\[)(?P<note>[^\]\n]{1,1000})\]|\{(?P<name>[\w-]{1,60})\}"
)
_CHARACTERS = {
    "nbsp": " ", "amp": "&", "lt": "<", "gt": ">", "plus": "+", "asterisk": "*", "empty": "", "zwsp": "", "sp": " ", "apos": "'",
    "quot": '"', "startsb": "[", "endsb": "]", "vbar": "|", "caret": "^", "tilde": "~", "backslash": "\\", "backtick": "`", "cpp": "C++",
    "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "deg": "°", "brvbar": "¦",
}  # fmt: skip
_PLAYERS = {"youtube": "https://www.youtube.com/watch?v={}", "vimeo": "https://vimeo.com/{}"}

# Lengths are bounded so that signs that never close cost a fixed number of steps each.
_ADDRESS = r"(?P<url>(?:https?|ftp)://[^\s\[\]<>]{1,1000})"
_RULES = (
    Rule("code", re.compile(r"``(?P<words>[^`\n]{1,300})``")),
    Rule("code", re.compile(r"(?<![\w`])`\+?(?P<words>[^`\n\s](?:[^`\n]{0,300}?[^`\s])?)\+?`(?!\w)")),
    Rule("drop", re.compile(r"\[\[[^\[\]\n]{1,100}\]\]|\(\(\([^()\n]{1,200}\)\)\)")),
    Rule("drop", re.compile(r"[ \t]?(?:image|icon|anchor|indexterm):[^\s\[\]:]{0,300}\[[^\]\n]{0,300}\]")),
    Rule("link", re.compile(r"(?:link:|xref:|mailto:)(?P<url>[^\s\[\]]{1,1000})\[(?P<words>[^\]\n]{0,500}?)(?:\^|,[^\]\n]{0,100})?\]")),
    Rule("link", re.compile(_ADDRESS + r"\[(?P<words>[^\]\n]{0,500}?)(?:\^|,[ \t]*(?:window|role)=[^\]\n]{0,100})?\]")),
    Rule("shown", re.compile(r"<<[^<>\n,]{1,100},[ \t]*(?P<words>[^<>\n]{1,300})>>")),
    Rule("shown", re.compile(r"(?:kbd|btn|menu|pass|stem|latexmath):[^\s\[\]:]{0,60}\[(?P<words>[^\]\n]{0,500})\]")),
    Rule("shown", re.compile(r"(?:\[[.#][\w.# -]{1,60}\])?(?<![\w#])#{1,2}(?P<words>[^\s#](?:[^#\n]{0,300}[^\s#])?)#{1,2}(?!\w)")),
    Rule("strong", re.compile(r"(?<![\w*])\*\*?(?P<words>[^\s*](?:[^*\n]{0,300}[^\s*])?)\*\*?(?![\w*])")),
    Rule("emphasis", re.compile(r"(?<![\w_])__?(?P<words>[^\s_](?:[^_\n]{0,300}[^\s_])?)__?(?![\w_])")),
    Rule("shown", re.compile(r"(?<![\w+])\+\+?(?P<words>[^\s+](?:[^+\n]{0,300}[^\s+])?)\+\+?(?![\w+])")),
    Rule("shown", re.compile(r"(?<=\w)\^(?P<words>[^\s^]{1,40})\^")),
    Rule("shown", re.compile(r"(?<=\w)~(?P<words>[^\s~]{1,40})~")),
    Rule("drop", re.compile(r"[ \t]\+(?=[ \t]*(?:\r?\n|\Z))")),
)  # fmt: skip


def read(source: str) -> LoadedText:
    """Read AsciiDoc into blocks.

    Args:
        source: The decoded file.

    Returns:
        The words without mark-up; comments and what is included are not in it, attributes stand as their values.
    """
    reader = _AsciiDoc(source)
    reader.rewrite()
    return reader.read()


class _AsciiDoc(Rewriter):
    """Walks the lines."""

    def __init__(self, source: str) -> None:
        super().__init__(source, _RULES)
        self.lines_at = [found.span() for found in _LINE.finditer(source)]
        self.attributes: dict[str, str] = dict(_CHARACTERS)
        self.begun = False  # the header is over
        self.titled = False
        self.counts: list[int] = []

    def rewrite(self) -> None:
        """Rewrite every line."""
        at = 0
        while at < len(self.lines_at):
            start, end = self.lines_at[at]
            raw = self.source[start:end]
            words = raw.strip()
            first = start + len(raw) - len(raw.lstrip()) if words else start
            at = self._line(at, first, first + len(words), words)

    def _line(self, at: int, first: int, last: int, words: str) -> int:
        """Rewrite a line and give the number of the next."""
        if (after := self._structure(at, words)) > at:
            return after
        if title := _TITLE.match(words):
            return self._title(at, first, title)
        self.begun = True
        if macro := _MACRO.match(words):
            self._macro(macro, first)
        elif (heading := _BLOCK_TITLE.match(words)) and self._follows(at):
            self._strong(first + heading.start(1), last)
        elif bullet := _BULLET.match(words):
            self._bullet(bullet, first, last)
        elif (term := _TERM.match(words)) and "://" not in term["term"]:
            self._strong(first, first + term.end("term"))
            if term["text"]:
                self._words(first + term.start("text"), last)
                self.add("\n")
        else:
            self.add("\n" if _ADMONITION.match(words) else "")
            self._words(first, last)
            self.add("\n")
        return at + 1

    def _structure(self, at: int, words: str) -> int:
        """Take a line without words of its own: empty ones, comments, delimiters, attributes; else give its number."""
        if not words or words == "+":
            self.add("\n")
            self.begun = self.begun or self.titled
        elif fence := _FENCE.match(words):
            return self._fenced(at, fence[1])
        elif _TABLE.match(words):
            return self._table(at)
        elif attribute := _ATTRIBUTE.match(words):
            self._attribute(attribute[1], attribute[2] or "")
        elif _BLOCK_LINE.match(words):
            self.add("\n")
        elif not words.startswith("//"):
            return at
        return at + 1

    def _title(self, at: int, first: int, title: re.Match[str]) -> int:
        """Take a heading; the first one is the document's."""
        self.add("\n" + "#" * len(title[1]) + " ")
        self._words(first + title.start(2), first + title.end(2))
        self.add("\n")
        if self.begun or self.titled:
            return at + 1
        told("title", title[2], self.meta)
        self.titled = True
        return self._header(at + 1)

    def _strong(self, start: int, end: int) -> None:
        """Write a line of its own in bold: a block's title or a term."""
        self.add("\n**")
        self._words(start, end)
        self.add("**\n\n")

    def _follows(self, at: int) -> bool:
        """Say whether words stand on the next line: a block's title has its block there."""
        return at + 1 < len(self.lines_at) and bool(self.source[slice(*self.lines_at[at + 1])].strip())

    def _header(self, at: int) -> int:
        """Take the author's line below the title."""
        if at < len(self.lines_at):
            words = self.source[slice(*self.lines_at[at])].strip()
            author = _AUTHOR.match(words)
            if author and "<" in words and not _ATTRIBUTE.match(words):
                told("author", author["name"].strip(), self.meta)
                at += 1
                words = self.source[slice(*self.lines_at[at])].strip() if at < len(self.lines_at) else ""
            if revision := _REVISION.match(words):
                told("date", revision["date"] or "", self.meta)
                at += 1
        return at

    def _attribute(self, name: str, value: str) -> None:
        """Keep an attribute: for what refers to it, and for what the notes say of themselves before they begin."""
        self.attributes[name.strip("!").lower()] = value.strip()
        if not self.begun and name.lower() in _TELLING:
            told({"revdate": "date"}.get(name.lower(), name), value.strip(), self.meta)

    def _macro(self, macro: re.Match[str], first: int) -> None:
        """Keep a video's address; pictures and other files are not in the text."""
        if macro["name"] == "video":
            player = next((form for name, form in _PLAYERS.items() if name in macro["text"].lower()), "{}")
            self.add("\n")
            self.link(first, first, player.format(macro["target"]))
            self.add("\n")

    def _fenced(self, at: int, fence: str) -> int:
        """Take a delimited block: code as code, comments not at all; others only group what they hold."""
        if fence[0] not in "-.`/" or fence == "--":
            self.add("\n")
            return at + 1
        end = at + 1
        closing = fence[:3] if fence[0] == "`" else fence
        while end < len(self.lines_at) and self.source[slice(*self.lines_at[end])].strip() != closing:
            end += 1
        if fence[0] != "/" and end > at + 1:
            self.block(self.lines_at[at + 1][0], self.lines_at[end - 1][1])
        return end + 1

    def _bullet(self, found: re.Match[str], first: int, last: int) -> None:
        """Take a list's item; its depth is the number of signs."""
        sign = found[1]
        depth = len(sign) if sign[0] in "*." else 1
        self.add("    " * (depth - 1))
        if sign[0] in "*-":
            self.raw(first, first + 1)
        else:
            self.counts = [*self.counts[:depth], *[0] * (depth - len(self.counts))]
            self.counts[depth - 1] += 1
            self.add(sign if sign[0].isdigit() else f"{self.counts[depth - 1]}.")
        self.add(" ")
        self._words(first + found.end(), last)
        self.add("\n")

    def _table(self, at: int) -> int:
        """Take a table: the cells of its first line say how many a row has."""
        end = at + 1
        closing = self.source[slice(*self.lines_at[at])].strip()
        while end < len(self.lines_at) and self.source[slice(*self.lines_at[end])].strip() != closing:
            end += 1
        if end == at + 1:
            return end + 1
        begin, finish = self.lines_at[at + 1][0], self.lines_at[end - 1][1]
        bars = list(_CELL.finditer(self.source, begin, finish))
        cells = []
        for number, bar in enumerate(bars):
            stop = bars[number + 1].start() if number + 1 < len(bars) else finish
            words = self.source[bar.end() : stop]
            start = bar.end() + len(words) - len(words.lstrip())
            cells.append((start, max(start, start + len(words.strip()))))
        line_end = next(
            (self.lines_at[n][1] for n in range(at + 1, end) if "|" in self.source[slice(*self.lines_at[n])]),
            finish,
        )
        width = max(1, sum(bar.start() < line_end for bar in bars))
        self.table([cells[n : n + width] for n in range(0, len(cells), width)])
        return end + 1

    def _words(self, start: int, end: int) -> None:
        """Write words: attributes as their values, footnotes in brackets."""
        at = start
        for found in _MARKS.finditer(self.source, start, end):
            if found.start() < at:
                continue
            if found["note"] is not None:
                self.inline(at, found.start("open"))
                self.instead(found.start("open"), found.start("note"), " (")
                self.inline(*found.span("note"))
                self.instead(found.end("note"), found.end(), ")")
            else:
                value = self.attributes.get(found["name"].lower())
                if value is None:
                    continue
                self.inline(at, found.start())
                self._value(found.start(), found.end(), value)
            at = found.end()
        self.inline(at, end)

    def _value(self, start: int, end: int, value: str) -> None:
        """Write an attribute's value where it is referred to."""
        linked = _LINKED.match(value)
        shown = linked[2] or linked[1] if linked else value
        if linked:
            self.add("[")
        escaped = re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", shown)
        if escaped == shown:
            self.instead(start, end, shown)
        else:
            self.add(escaped)
        if linked:
            self.add(f"](<{linked[1]}>)")
