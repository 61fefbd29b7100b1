"""Markdown with its usual extensions, parsed by pulldown-cmark (pyromark), which gives exact ranges in linear time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyromark

from ingest.blocks import BlockKind
from ingest.loaders.anchors import Slugs
from ingest.loaders.assembly import Assembler, OpenBlock
from ingest.loaders.elements import absolute
from ingest.loaders.flow import FlowWriter
from ingest.loaders.frontmatter import front_matter
from ingest.loaders.offsets import CharacterOffsets
from ingest.loaders.reading import Reading
from ingest.loaders.shortcodes import Shortcodes
from ingest.loaders.tags import tokens
from ingest.loaders.tocs import without_contents

_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_GFM
)
_MARKER = re.compile(r"[-*+]|\d{1,9}[.)]")
_ATTRIBUTES = re.compile(r"\s*\{:?\s*(?:#([\w:.-]+)|[.:][\w-])[^{}]*\}\s*\Z")
_CODE_LINE = re.compile(r"[ \t]*(\S(?:[^\n]*\S)?)[ \t\r]*")
_WIKI_HEADING = re.compile(r"={2,6}[ \t]+(?=\S)")


def read(source: str) -> Reading:
    """Read Markdown into blocks.

    Args:
        source: The decoded file.

    Returns:
        The words without mark-up, a soft line break as the newline it is, table cells set apart by " | "; front matter
        as meta; headings with the anchors that GitHub gives them.
    """
    meta, begin = front_matter(source)
    text, blocks, runs = _MarkdownReader(source, begin).read()
    return Reading(text, without_contents(blocks, text), runs, meta)


class _MarkdownReader:
    """Walks the parser's events and writes blocks."""

    def __init__(self, source: str, begin: int) -> None:
        self.source = source
        self.begin = begin
        self.out = Assembler(source)
        self.offsets = CharacterOffsets(source, begin)
        self.shortcodes = Shortcodes(source)
        self.slugs = Slugs()
        self.spans: list[int] = []  # where open emphasis, strong and link spans begin
        self.urls: list[str] = []
        self.lists = self.quotes = self.images = 0
        self.item: tuple[int, str] | None = None  # level and marker of a list item that has no block yet
        self.heading = 0
        self.code = False
        self.html: list[tuple[int, int]] = []  # pieces of the open HTML block
        self.flow: FlowWriter | None = None  # of the inline HTML in the open block

    def read(self) -> Any:
        """Read everything and give text, blocks and runs."""
        events = pyromark.events_with_range(self.source[self.begin :], options=_OPTIONS, merge_text=False)
        for event, where in events:
            if isinstance(event, str):
                self._lone(event)
                continue
            ((name, value),) = event.items()
            if edges := _EDGES.get(name):
                tag, detail = next(iter(value.items())) if isinstance(value, dict) else (value, None)
                if handler := edges.get(str(tag)):
                    handler(self, detail, where)
            elif handler := _LEAVES.get(name):
                handler(self, value, where)
        self._end()
        return self.out.finish()

    def _lone(self, event: str) -> None:
        if event == "Rule":
            self._end()
        elif not self.images:
            self._wiki_ends()
            self.out.gap("\n")

    def _begin(self, kind: BlockKind = "paragraph", level: int = 0) -> None:
        """Begin a block; the first one in a list item is the bullet."""
        marker = ""
        if self.item is not None and kind in {"paragraph", "quote"}:
            kind, (level, marker) = "bullet", self.item
        self._end()
        self.item = None
        self.out.begin(OpenBlock(kind, level, marker))

    def _end(self) -> None:
        """End the open block and the inline HTML in it."""
        if self.flow is not None:
            self.flow.finish()
            self.flow = None
        self.out.end()

    def _words_begin(self) -> None:
        """Make sure that a block is open: the text of a tight list item has no paragraph."""
        if self.out.open is None:
            self._begin("quote" if self.quotes else "paragraph")

    def _paragraph(self, _: Any, __: Any) -> None:
        self._begin("quote" if self.quotes else "paragraph")

    def _paragraph_ends(self) -> None:
        self._wiki_ends()
        self._end()

    def _heading_starts(self, detail: Any, _: Any) -> None:
        self.heading = int(detail["level"][1])
        self._begin("heading", self.heading)

    def _heading_ends(self, _: Any, __: Any) -> None:
        words = self.out.words()
        given = _ATTRIBUTES.search(words[-300:])
        if given:
            self.out.cut(len(given[0].rstrip()))
            words = self.out.words()
        self.heading = 0
        if self.out.open is not None and self.out.open.kind == "heading":
            self.out.open.anchor = (given[1] if given else None) or self.slugs.of(words)
        self._end()

    def _item_starts(self, __: Any, where: Any) -> None:
        self._end()
        at, _ = self.offsets.span({"start": where["start"], "end": where["start"]})  # its end is the whole item's
        marker = _MARKER.match(self.source, at)
        self.item = (max(0, self.lists - 1), marker[0] if marker else "-")

    def _list(self, step: int) -> None:
        self._end()
        self.lists += step
        self.item = None

    def _quote(self, step: int) -> None:
        self._end()
        self.quotes += step

    def _code_block(self, starts: bool) -> None:
        self._end()
        self.code = starts
        if starts:
            self._begin("code")

    def _row_starts(self, _: Any, __: Any) -> None:
        self._begin("table_row")

    def _cell_starts(self, _: Any, __: Any) -> None:
        self.out.gap(" | ")

    def _span_starts(self, _: Any, __: Any) -> None:
        self._words_begin()
        self.spans.append(self.out.position)

    def _link_starts(self, detail: Any, where: Any) -> None:
        self._span_starts(None, where)
        url = detail["dest_url"]
        self.urls.append(f"mailto:{url}" if detail["link_type"] == "Email" else absolute(url))

    def _link_ends(self, _: Any, __: Any) -> None:
        start, url = self.spans.pop(), self.urls.pop()
        if url:
            self.out.link(start, url)

    def _image(self, step: int) -> None:
        self.images += step

    def _text(self, value: str, where: Any) -> None:
        if self.images:
            return
        self._words_begin()
        start, end = self.offsets.span(where)
        if self.source[start:end] != value:
            self.out.write(start, end, value)
        elif self.code:
            self.out.take(start, end)
        else:
            self._plain(start, end)

    def _plain(self, start: int, end: int) -> None:
        """Write words; short codes among them give their address only."""
        block = self.out.open
        if block is not None and block.start < 0 and block.kind in {"paragraph", "heading"}:
            wiki = _WIKI_HEADING.match(self.source, start, end)
            if wiki:
                block.kind, block.level = "heading", wiki.end() - wiki.start() - 1
                start = wiki.end()
        if not self.shortcodes:
            self.out.take(start, end)
            return
        for begin, finish, url in self.shortcodes.around(start, end):
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

    def _inline_code(self, value: str, where: Any) -> None:
        if self.images:
            return
        self._words_begin()
        start, end = self.offsets.span(where)
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

    def _inline_html(self, _: str, where: Any) -> None:
        if self.images:
            return
        self._words_begin()
        self.flow = self.flow or FlowWriter(self.out)
        for token in tokens(self.source, *self.offsets.span(where)):
            self.flow.feed(token)

    def _html_starts(self, _: Any, __: Any) -> None:
        self._end()
        self.html = []

    def _html(self, _: str, where: Any) -> None:
        """Collect the lines of an HTML block; a quote's signs may stand between them."""
        start, end = self.offsets.span(where)
        if self.html and self.html[-1][1] == start:
            self.html[-1] = (self.html[-1][0], end)
        else:
            self.html.append((start, end))

    def _html_ends(self, _: Any, __: Any) -> None:
        flow = FlowWriter(self.out, depth_offset=self.lists)
        for start, end in self.html:
            for token in tokens(self.source, start, end):
                flow.feed(token)
        flow.finish()


_Handler = Callable[[_MarkdownReader, Any, Any], None]
_STARTS: dict[str, _Handler] = {
    "Paragraph": _MarkdownReader._paragraph,
    "Heading": _MarkdownReader._heading_starts,
    "Item": _MarkdownReader._item_starts,
    "List": lambda reader, _, __: reader._list(1),
    "BlockQuote": lambda reader, _, __: reader._quote(1),
    "CodeBlock": lambda reader, _, __: reader._code_block(starts=True),
    "HtmlBlock": _MarkdownReader._html_starts,
    "TableHead": _MarkdownReader._row_starts,
    "TableRow": _MarkdownReader._row_starts,
    "TableCell": _MarkdownReader._cell_starts,
    "Emphasis": _MarkdownReader._span_starts,
    "Strong": _MarkdownReader._span_starts,
    "Link": _MarkdownReader._link_starts,
    "Image": lambda reader, _, __: reader._image(1),
}
_ENDS: dict[str, _Handler] = {
    "Paragraph": lambda reader, _, __: reader._paragraph_ends(),
    "Heading": _MarkdownReader._heading_ends,
    "Item": lambda reader, _, __: reader._end(),
    "List": lambda reader, _, __: reader._list(-1),
    "BlockQuote": lambda reader, _, __: reader._quote(-1),
    "CodeBlock": lambda reader, _, __: reader._code_block(starts=False),
    "HtmlBlock": _MarkdownReader._html_ends,
    "TableHead": lambda reader, _, __: reader._end(),
    "TableRow": lambda reader, _, __: reader._end(),
    "Emphasis": lambda reader, _, __: reader.out.mark("emphasis", reader.spans.pop()),
    "Strong": lambda reader, _, __: reader.out.mark("strong", reader.spans.pop()),
    "Link": _MarkdownReader._link_ends,
    "Image": lambda reader, _, __: reader._image(-1),
}
_LEAVES: dict[str, _Handler] = {
    "Text": _MarkdownReader._text,
    "Code": _MarkdownReader._inline_code,
    "InlineHtml": _MarkdownReader._inline_html,
    "Html": _MarkdownReader._html,
}
_EDGES = {"Start": _STARTS, "End": _ENDS}
