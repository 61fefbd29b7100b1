"""reStructuredText: sections, lists, directives, tables; scanned line by line, for docutils knows lines but no offsets."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from ingest.loaders.assembler import Assembler, OpenBlock, without_contents
from ingest.loaders.blocks import BlockKind, LoadedText
from ingest.loaders.rst.inline import InlineWriter, target_key

_BULLET = re.compile(r"([-*+•‣⁃]|(?:\d{1,3}|#|[a-zA-Z])[.)]|\((?:\d{1,3}|[a-z])\))[ \t]+(?=\S)")
_EXPLICIT = re.compile(r"\.\.(?:[ \t]+|\Z)")
_DIRECTIVE = re.compile(r"(?:\|[^|\n]+\|[ \t]*)?([\w-]+(?::[\w-]+)*)::[ \t]*(.*)\Z", re.DOTALL)
_TARGET = re.compile(r"^[ \t]*\.\.[ \t]+_(`[^`\n]{1,200}`|[^:\n]{1,200}):[ \t]*(\S*)[ \t]*$", re.MULTILINE)
_FIELD = re.compile(r":([\w -]{1,40}):(?:[ \t]+(.*))?\Z", re.DOTALL)
_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1+")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NOT_ID = re.compile(r"[^a-z0-9]+")

# Directives by what becomes of their bodies; what is not named here holds the author's words.
_CODE = {"code", "code-block", "sourcecode", "literalinclude", "parsed-literal", "prompt", "math"}
_SILENT = {
    "spelling",
    "raw",
    "toctree",
    "image",
    "contents",
    "include",
    "index",
    "sectnum",
    "role",
    "default-role",
    "unicode",
    "replace",
}
_SILENT |= {
    "date",
    "class",
    "title",
    "highlight",
    "tabularcolumns",
    "currentmodule",
    "module",
    "postlist",
    "disqus",
}
_ABOUT = {"post", "meta", "author", "tags"}
_BARE = {"image", "contents", "include", "index", "sectnum"}  # what follows indented is no part of them
_PLAYERS = {"youtube": "https://www.youtube.com/watch?v={}", "vimeo": "https://vimeo.com/{}"}
_META_KEYS = {"authors": "author", "lang": "language", "keywords": "tags", "category": "categories"}


class Line(NamedTuple):
    """One line of the source."""

    start: int
    first: int  # of its words
    end: int  # of its words
    indent: int  # in columns
    words: str


def lines_of(source: str) -> list[Line]:
    """Cut a source into lines with their offsets."""
    lines = []
    for found in _LINE.finditer(source):
        raw = found[0]
        words = raw.strip()
        margin = raw[: len(raw) - len(raw.lstrip())] if raw[0].isspace() else ""
        first = found.start() + len(margin)
        lines.append(
            Line(
                found.start(),
                first,
                first + len(words),
                len(margin.expandtabs()) if "\t" in margin else len(margin),
                words,
            )
        )
    return lines


def adornment_of(words: str) -> str:
    """Return the sign that a line repeats to mark a title; empty where it is none."""
    return words[0] if len(words) >= 3 and _ADORNMENT.fullmatch(words) else ""


def section_id(title: str) -> str:
    """Return the id that docutils gives a section with this title."""
    return _NOT_ID.sub("-", title.lower()).strip("-")


def read(source: str) -> LoadedText:
    """Read reStructuredText into blocks.

    Args:
        source: The decoded file.

    Returns:
        The words without mark-up; directives that hold no words of the author's as furniture; fields and
        `post` as meta.
    """
    reader = _RstReader(source)
    reader.read()
    text, blocks, runs = reader.out.finish()
    meta = dict(reader.meta)
    if "title" not in meta and (
        title := next((text[b.start : b.end] for b in blocks if b.kind == "heading"), "")
    ):
        meta["title"] = title
    return LoadedText(text, without_contents(blocks, text), runs, meta)


class _RstReader:
    """Walks the lines; every handler takes the number of a line and gives the number of the line to go on with."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines = lines_of(source)
        self.out = Assembler(source)
        targets = {target_key(name): url for name, url in _TARGET.findall(source) if url}
        self.inline = InlineWriter(self.out, targets)
        self.meta: dict[str, str | tuple[str, ...]] = {}
        self.styles: list[str] = []  # adornments in the order in which they came: the section levels
        self.indents: list[int] = []  # of the bullets around
        self.held = 0  # indentation below which a directive's body ends
        self.literal_above = -1  # the indentation of a paragraph that ended in "::"
        self.begun = False  # words were seen: fields are no meta any more

    def read(self) -> None:
        """Read every line."""
        at = 0
        while at < len(self.lines):
            line = self.lines[at]
            if not line.words:
                at += 1
                continue
            inside = line.indent + bool(_BULLET.match(line.words))
            self.indents = [indent for indent in self.indents if indent < inside]
            self.held = min(self.held, line.indent)
            at = next(after for handler in _HANDLERS if (after := handler(self, at)) > at)

    def _literal(self, at: int) -> int:
        """Take the indented code after a paragraph that ended in "::"."""
        above, self.literal_above = self.literal_above, -1
        if above < 0 or self.lines[at].indent <= above:
            return at
        return self._code(at, above)

    def _code(self, at: int, above: int) -> int:
        end = self._body_end(at, above)
        last = end
        while last > at and not self.lines[last - 1].words:
            last -= 1
        if last > at:
            self.out.begin(OpenBlock("code"))
            self.out.take(self.lines[at].start, self.lines[last - 1].end)
            self.out.end()
        return end

    def _body_end(self, at: int, above: int) -> int:
        """Find the first line from `at` that is not indented more than `above`."""
        while at < len(self.lines) and (not self.lines[at].words or self.lines[at].indent > above):
            at += 1
        return at

    def _title(self, at: int) -> int:
        """Take a section title with its underline, and its overline where it has one."""
        line = self.lines[at]
        over = adornment_of(line.words)
        title_at = at + 1 if over else at
        if title_at + 1 >= len(self.lines):
            return at
        title, under = self.lines[title_at], self.lines[title_at + 1]
        sign = adornment_of(under.words)
        fits = len(under.words) >= min(len(title.words), 4) and len(under.words) >= 0.6 * len(title.words)
        if (
            not sign
            or not fits
            or not title.words
            or adornment_of(title.words)
            or (over and over != sign)
            or (not over and title.indent)
        ):
            return at
        style = sign * 2 if over else sign
        if style not in self.styles:
            self.styles.append(style)
        self._block("heading", title.first, title.end, level=min(6, self.styles.index(style) + 1))
        self.begun = True
        return title_at + 2

    def _block(self, kind: BlockKind, start: int, end: int, level: int = 0, marker: str = "") -> None:
        """Write one block with its inline mark-up."""
        block = OpenBlock(kind, level, marker)
        self.out.begin(block)
        self.inline.write(start, end)
        if kind == "heading":
            block.anchor = section_id(self.out.words())
        self.out.end()

    def _rule(self, at: int) -> int:
        """Pass over a transition, or the border of a simple table."""
        if _ADORNMENT.fullmatch(self.lines[at].words) and len(self.lines[at].words) >= 3:
            return at + 1
        return at + 1 if re.fullmatch(r"=+(?:[ ]+=+)+|[+][-=+]{2,}", self.lines[at].words) else at

    def _explicit(self, at: int) -> int:
        """Take a directive, a comment, a target or a footnote."""
        line = self.lines[at]
        found = _EXPLICIT.match(line.words)
        if found is None:
            return at
        end = self._body_end(at + 1, line.indent)
        rest = line.words[found.end() :]
        directive = _DIRECTIVE.match(rest)
        if directive:
            return self._directive(at, end, directive[1].lower(), directive[2].strip())
        if rest.startswith("[") and "] " in rest:
            start = line.first + found.end() + rest.index("] ") + 2
            self._block("paragraph", start, self.lines[at].end)
            return at + 1
        return end

    def _directive(self, at: int, end: int, name: str, argument: str) -> int:
        """Take a directive: its body where that is the author's words, else furniture."""
        body = at + 1
        options: dict[str, str] = {}
        while body < end and (field := _FIELD.match(self.lines[body].words)):
            options[field[1].strip().lower()] = (field[2] or "").strip()
            body += 1
        line = self.lines[at]
        if name in _CODE:
            return max(at + 1, self._code(body, line.indent)) if body < end else end
        if name in _PLAYERS:
            self.out.begin(OpenBlock("paragraph"))
            self.out.link(self.out.position, _PLAYERS[name].format(argument))
            return body
        if name in _ABOUT:
            self._tell({"date" if name == "post" else name: argument, **options})
        elif name not in _SILENT:
            if argument and name != "figure":
                self._block("paragraph", line.first + line.words.rindex(argument), line.end)
            self.held = line.indent + 1
            return body
        return self._furniture(at, body if name in _BARE else end, name)

    def _furniture(self, at: int, end: int, name: str) -> int:
        """Keep a directive without the author's words in sight."""
        last = max((number for number in range(at, end) if self.lines[number].words), default=at)
        self.out.begin(OpenBlock("furniture", reason=f"directive {name}"))
        self.out.take(self.lines[at].first, self.lines[last].end)
        self.out.end()
        return end

    def _tell(self, fields: dict[str, str]) -> None:
        """Keep what the recap says of itself."""
        for written, value in fields.items():
            key = _META_KEYS.get(written, written.replace(" ", "_"))
            if value:
                listed = key in {"tags", "categories"}
                self.meta.setdefault(
                    key, tuple(part.strip() for part in value.split(",")) if listed else value
                )

    def _fields(self, at: int) -> int:
        """Take the fields above the first words as meta."""
        found = None if self.begun else _FIELD.match(self.lines[at].words)
        if found is None:
            return at
        self._tell({found[1].strip().lower(): (found[2] or "").strip()})
        return at + 1

    def _bullet(self, at: int) -> int:
        line = self.lines[at]
        found = _BULLET.match(line.words)
        if found is None:
            return at
        while inner := _BULLET.match(line.words, found.end()):  # "* - cell": a list table's row
            found = inner
        if not self.indents or self.indents[-1] < line.indent:
            self.indents.append(line.indent)
        end = at + 1
        while (
            end < len(self.lines)
            and self.lines[end].words
            and self.lines[end].indent > line.indent
            and not _BULLET.match(self.lines[end].words)
        ):
            end += 1
        self._block(
            "bullet", line.first + found.end(), self.lines[end - 1].end, len(self.indents) - 1, found[1]
        )
        self._expect_code(self.lines[end - 1])
        return end

    def _expect_code(self, line: Line) -> None:
        """Remember that code follows a line that ends in "::"."""
        self.begun = True
        self.literal_above = line.indent if line.words.endswith("::") else -1

    def _row(self, at: int) -> int:
        """Take a row of a grid table."""
        line = self.lines[at]
        if not (line.words.startswith("|") and line.words.endswith("|") and line.words.count("|") >= 3):
            return at
        self.out.begin(OpenBlock("table_row"))
        self.inline.write_cells(line.first, line.end)
        self.out.end()
        return at + 1

    def _paragraph(self, at: int) -> int:
        line = self.lines[at]
        end = at + 1
        while (
            end < len(self.lines)
            and self.lines[end].words
            and self.lines[end].indent == line.indent
            and not _BULLET.match(self.lines[end].words)
        ):
            end += 1
        last = self.lines[end - 1]
        stop = (
            last.end - 2
            if last.words == "::" or last.words.endswith(" ::")
            else last.end - last.words.endswith("::")
        )
        skip = 2 if line.words.startswith("| ") else 0
        nested = self.held or self.indents
        self._block(
            "quote" if line.indent and not nested else "paragraph", line.first + skip, max(line.first, stop)
        )
        self._expect_code(last)
        return end


_HANDLERS: tuple[Callable[[_RstReader, int], int], ...] = (
    _RstReader._literal,
    _RstReader._title,
    _RstReader._rule,
    _RstReader._explicit,
    _RstReader._fields,
    _RstReader._bullet,
    _RstReader._row,
    _RstReader._paragraph,
)
