"""Writes what a Markdown parser found as blocks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ingest.loaders.assembler import INDENT, Assembler, OpenBlock
from ingest.loaders.blocks import BULLET_SIGNS, BlockKind
from ingest.loaders.html.elements import absolute
from ingest.loaders.html.flow import FlowWriter
from ingest.loaders.html.tags import Token, tokens
from ingest.loaders.markdown.marks import FILLER, Signs

_DROPPED = re.compile(r"[^\w\- ]")
_MARKER = re.compile(rf"[-*+–—{BULLET_SIGNS}]|\d{{1,9}}[.)]")
_CONTINUING = bytes(range(0x80, 0xC0))
_ATTRIBUTES = re.compile(r"\s*\{:?\s*(?:#([\w:.-]+)|[.:][\w-])[^{}]*\}\s*\Z")
_CODE_LINE = re.compile(r"[ \t]*(\S(?:[^\n]*\S)?)[ \t\r]*")
_WIKI_HEADING = re.compile(
    r"(={2,6})[ \t]+(?=\S)|(#{2,6})(?=[^\W\d_])"
)  # "##Title" was a heading before CommonMark


_QUERIES = {"dataview", "dataviewjs", "tasks", "query", "button", "datacore"}


class MarkdownWriter:
    """Takes the parser's events, one method each, and writes blocks."""

    def __init__(self, source: str, begin: int, signs: Signs) -> None:
        self.source = source
        self.out = Assembler(source)
        self.offsets = CharacterOffsets(source, begin)
        self.signs = signs
        self.slugs = Slugs()
        self.spans: list[int] = []  # where open emphasis, strong and link spans begin
        self.urls: list[str] = []
        self.lists = self.quotes = self.images = 0
        self.item: tuple[int, str, int] | None = (
            None  # level, marker and its place of a list item that has no block yet
        )
        self.heading = 0
        self.code = False
        self.html: list[tuple[int, int]] = []  # pieces of the open HTML block
        self.flow: FlowWriter | None = None  # of the inline HTML in the open block

    def lone(self, event: str) -> None:
        """Take a rule or a line break."""
        if event == "Rule":
            self.end()
        elif not self.images:
            self._wiki_ends()
            block = self.out.open
            # As an editor writes it: a line that goes on with an item stands below the item's words.
            below = block.level + 1 if block and block.kind == "bullet" and event == "SoftBreak" else 0
            self.out.gap("\n" + INDENT * below)

    def _begin(self, kind: BlockKind = "paragraph", level: int = 0) -> None:
        """Begin a block; the first one in a list item is the bullet."""
        marker, at = "", -1
        if self.item is not None and kind in {"paragraph", "quote"}:
            kind, (level, marker, at) = "bullet", self.item
        self.end()
        self.item = None
        self.out.begin(OpenBlock(kind, level, marker, marker_at=at))

    def end(self) -> None:
        """End the open block and the inline HTML in it."""
        if self.flow is not None:
            self.flow.finish()
            self.flow = None
        self.out.end()

    def _words_begin(self) -> None:
        """Make sure that a block is open: the text of a tight list item has no paragraph."""
        if self.out.open is None:
            self._begin("quote" if self.quotes else "paragraph")

    def paragraph(self, _: Any, __: Any) -> None:
        """Begin a paragraph."""
        self._begin("quote" if self.quotes else "paragraph")

    def paragraph_ends(self) -> None:
        """End a paragraph."""
        self._wiki_ends()
        self.end()

    def heading_starts(self, detail: Any, _: Any) -> None:
        """Begin a heading."""
        self.heading = int(detail["level"][1])
        self._begin("heading", self.heading)

    def heading_ends(self, _: Any, __: Any) -> None:
        """End a heading: an id in braces is its anchor, not its words."""
        words = self.out.words()
        given = _ATTRIBUTES.search(words[-300:])
        if given:
            self.out.cut(len(given[0].rstrip()))
            words = self.out.words()
        self.heading = 0
        if self.out.open is not None and self.out.open.kind == "heading":
            self.out.open.anchor = (given[1] if given else None) or self.slugs.of(words)
        self.end()

    def item_starts(self, __: Any, where: Any) -> None:
        """Note a list item, whose first block will be the bullet."""
        self.end()
        at, _ = self.offsets.span(
            {"start": where["start"], "end": where["start"]}
        )  # its end is the whole item's
        while self.source[at : at + 1] in {" ", "\t"}:  # a nested item begins with its indentation
            at += 1
        marker = _MARKER.match(self.source, at)
        self.item = (max(0, self.lists - 1), marker[0] if marker else "-", at if marker else -1)

    def list_edge(self, step: int) -> None:
        """Go into a list or out of it."""
        self.end()
        self.lists += step
        self.item = None

    def quote_edge(self, step: int) -> None:
        """Go into a quote or out of it."""
        self.end()
        self.quotes += step

    def code_block(self, detail: Any, starts: bool) -> None:
        """Begin or end a code block; a query that another tool answers is none of the notes' words."""
        self.end()
        self.code = starts
        language = detail.get("Fenced", "") if isinstance(detail, Mapping) else ""
        if starts and language.partition(" ")[0].lower() in _QUERIES:
            self.item = None
            self.out.begin(OpenBlock("furniture", reason=f"a query ({language[:20]})"))
        elif starts:
            self._begin("code")

    def row_starts(self, _: Any, __: Any) -> None:
        """Begin a table row."""
        self._begin("table_row")

    def cell_starts(self, _: Any, __: Any) -> None:
        """Set a cell apart from the one before."""
        self.out.gap(" | ")

    def span_starts(self, _: Any, __: Any) -> None:
        """Begin emphasis or strong emphasis."""
        self._words_begin()
        self.spans.append(self.out.position)

    def link_starts(self, detail: Any, where: Any) -> None:
        """Begin a link."""
        self.span_starts(None, where)
        url = detail["dest_url"]
        self.urls.append(f"mailto:{url}" if detail["link_type"] == "Email" else absolute(url))

    def link_ends(self, _: Any, __: Any) -> None:
        """End a link."""
        start, url = self.spans.pop(), self.urls.pop()
        if url:
            self.out.link(start, url)

    def image_edge(self, step: int) -> None:
        """Go into an image or out of it: what describes a picture is not in the text."""
        self.images += step

    def text(self, value: str, where: Any) -> None:
        """Write text."""
        if self.images:
            return
        self._words_begin()
        start, end = self.offsets.span(where)
        if self.source[start:end] != value and not self.signs.within(start, end):
            self.out.write(start, end, value)
        elif self.code:
            self.out.take(start, end)
        else:
            self._plain(start, end)

    def _plain(self, start: int, end: int) -> None:
        """Write words; signs among them give their address only."""
        block = self.out.open
        if block is not None and block.start < 0 and block.kind in {"paragraph", "heading"}:
            wiki = _WIKI_HEADING.match(self.source, start, end)
            if wiki:
                block.kind, block.level = "heading", len(wiki[1] or wiki[2])
                start = wiki.end()
        if not self.signs:
            self.out.take(start, end)
            return
        for begin, finish, url in self.signs.around(start, end):
            if url:
                self.out.link(self.out.position, url)
            else:
                self.out.take(begin, finish)

    def _wiki_ends(self) -> None:
        """Finish a heading that was marked as wikis do: the trailing signs go."""
        block = self.out.open
        if block is None or block.kind != "heading" or self.heading:
            return
        words = self.out.words()
        self.out.cut(len(words) - len(words.rstrip("= ")))
        block.anchor = self.slugs.of(self.out.words())
        self._begin("quote" if self.quotes else "paragraph")

    def inline_code(self, value: str, where: Any) -> None:
        """Write code within a line."""
        if self.images:
            return
        self._words_begin()
        start, end = self.offsets.span(where)
        value = value.replace(FILLER, "|")
        inner = self.source.find(value, start, end)
        if inner >= 0:
            self.out.take(inner, inner + len(value))
            return
        lines = list(_CODE_LINE.finditer(self.source, start, end))
        if " ".join(line[1] for line in lines).strip("` ") != value.strip():
            self.out.write(start, end, value)
            return
        for line in lines:  # the code goes over a line's end
            written = line[1].strip("`")
            first = line.start(1) + line[1].index(written)
            self.out.take(first, first + len(written))
            self.out.gap("\n")

    def inline_html(self, _: str, where: Any) -> None:
        """Follow a tag within a line."""
        if self.images:
            return
        self._words_begin()
        self.flow = self.flow or FlowWriter(self.out)
        self._feed(self.flow, *self.offsets.span(where))

    def _feed(self, flow: FlowWriter, start: int, end: int) -> None:
        """Write a stretch of HTML without the signs in it."""
        for token in tokens(self.signs.markup, start, end):
            if token.kind != "text" or not self.signs:
                flow.feed(token)
                continue
            for begin, finish, url in self.signs.around(token.start, token.end):
                if url:
                    self.out.link(self.out.position, url)
                else:
                    flow.feed(Token("text", begin, finish))

    def html_starts(self, _: Any, __: Any) -> None:
        """Begin a block of HTML."""
        self.end()
        self.html = []

    def html_line(self, _: str, where: Any) -> None:
        """Collect the lines of an HTML block; a quote's signs may stand between them."""
        start, end = self.offsets.span(where)
        if self.html and self.html[-1][1] == start:
            self.html[-1] = (self.html[-1][0], end)
        else:
            self.html.append((start, end))

    def html_ends(self, _: Any, __: Any) -> None:
        """Write the block of HTML."""
        flow = FlowWriter(self.out, depth_offset=self.lists)
        for start, end in self.html:
            self._feed(flow, start, end)
        flow.finish()


class CharacterOffsets:
    """Maps a parser's byte ranges to characters; cheap because they come nearly in order."""

    def __init__(self, source: str, begin: int) -> None:
        self._begin = begin
        self._data = b"" if source.isascii() else source[begin:].encode()
        self._byte = self._character = 0

    def span(self, where: Mapping[str, int]) -> tuple[int, int]:
        """Map a range of bytes, counted from where parsing began, to the whole source's characters."""
        first, last = where["start"], where["end"]
        if not self._data:
            return first + self._begin, last + self._begin
        if first >= self._byte:
            self._character += _characters(self._data[self._byte : first])
        else:
            self._character -= _characters(self._data[first : self._byte])
        self._byte = first
        start = self._character + self._begin
        return start, start + _characters(self._data[first:last])


def _characters(data: bytes) -> int:
    """Count characters: every byte but the continuation bytes begins one."""
    return len(data) if data.isascii() else len(data.translate(None, _CONTINUING))


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
