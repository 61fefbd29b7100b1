"""Writes HTML as blocks: what is a paragraph, a bullet, a row; what is bold; what carries an address."""

from __future__ import annotations

from collections.abc import Mapping, Set

from ingest.loaders.assembler import Assembler, OpenBlock
from ingest.loaders.blocks import BlockKind
from ingest.loaders.html.elements import (
    BLOCK_TAGS,
    CLOSES,
    EMBEDS,
    HEADINGS,
    KINDS,
    LISTS,
    SILENT,
    VOID_TAGS,
    Element,
    absolute,
    between_spaces,
    is_permalink,
    role_of,
)
from ingest.loaders.html.tags import Token, attributes, entities

_LONG_ROW = 1000  # characters; a cell with more and paragraphs of its own is layout, not a table
_VIDEO = "https://www.youtube.com/watch?v={}"
_ANCHORED = HEADINGS | {"section", "div"}
_HOLDERS = HEADINGS | {"li"} | set(KINDS)
_DEEPEST = 4  # spans around spans that are followed across blocks


class FlowWriter:
    """Turns tags and text into blocks, however badly the tags are nested; linear in their number."""

    def __init__(
        self,
        assembler: Assembler,
        reasons: Mapping[int, str] | None = None,
        depth_offset: int = 0,
        hidden: Set[int] = frozenset(),
    ) -> None:
        self.out = assembler
        self.source = assembler.source
        self.reasons = reasons or {}
        self.hidden = hidden  # opening tags of elements that are not shown
        self.stack: list[Element] = []
        self.open_counts: dict[str, int] = {}
        self.silent = 0
        self.spans: list[Element] = []
        self.holders: list[Element] = []  # what decides a block's kind
        self.list_depth = depth_offset

    def feed(self, token: Token) -> None:
        """Take the next token."""
        if token.kind == "text":
            if not self.silent:
                self._text(token.start, token.end)
        elif token.kind == "open":
            self._open(token)
        else:
            self._close(token.name)

    def finish(self) -> None:
        """Close whatever is still open."""
        while self.stack:
            self._pop()
        self.out.end()

    def _text(self, start: int, end: int) -> None:
        if self.out.open is None:
            if self.source[start:end].isspace():
                return
            self.out.begin(self._block_here())
        if self.open_counts.get("pre"):
            self._characters(start, end)
            return
        for begin, finish in between_spaces(self.source, start, end):
            if begin < 0:
                self.out.gap(" ")
            else:
                self._characters(begin, finish)

    def _characters(self, start: int, end: int) -> None:
        """Write text, its character references decoded."""
        if self.source.find("&", start, end) < 0:
            self.out.take(start, end)
            return
        at = start
        for begin, finish, characters in entities(self.source, start, end):
            self.out.take(at, begin)
            self.out.write(begin, finish, characters.replace("\xa0", " "))
            at = finish
        if at < end:
            self.out.take(at, end)

    def _open(self, token: Token) -> None:
        name = token.name
        if name in CLOSES:
            self._close_implied(*CLOSES[name])
        if name in BLOCK_TAGS:
            if self.stack and self.stack[-1].name == "p":
                self._pop()
            self._block_edge(name)
        if name == "br":
            self._line_break()
        elif name == "hr" and not self.silent:
            self.out.end()
        if (name in EMBEDS or "youtube" in name) and not self.silent:
            self._embed(token)
        if name not in VOID_TAGS and not self.source.startswith("/>", token.end - 2):
            self._push(token)

    def _line_break(self) -> None:
        """Break the line; two breaks in a row are how pages without paragraphs set them apart."""
        block = self.out.open
        if block is not None and self.out.breaks_line and block.kind in {"paragraph", "bullet", "quote"}:
            self._block_edge("br")
        else:
            self.out.gap("\n")

    def _push(self, token: Token) -> None:
        """Put an element on the stack."""
        name = token.name
        needs_attributes = name in {"a", "ol"} or (
            name in _ANCHORED and self.source.find("id", token.start + 4, token.end) >= 0
        )
        given = attributes(self.source, token) if needs_attributes else {}
        reason = self.reasons.get(token.start, "") or (self.stack[-1].reason if self.stack else "")
        element = Element(
            name,
            role_of(self.source, token),
            self.out.position,
            reason=reason,
            anchor=given.get("id") or self._section_anchor(name),
        )
        if name == "a":
            element.url = absolute(given.get("href", ""))
            element.silent = is_permalink(self.source, token, given.get("class", ""))
        elif name in LISTS:
            self.list_depth += 1
            element.items = (
                int(start) - 1 if (start := given.get("start", "")).isdecimal() and len(start) < 6 else 0
            )
        elif name == "li":
            element.fresh = True
            element.marker = self._count_item()
        element.silent = element.silent or name in SILENT or token.start in self.hidden
        self.silent += element.silent
        self.stack.append(element)
        if element.role:
            self.spans.append(element)
        elif name in _HOLDERS:
            self.holders.append(element)
        self.open_counts[name] = self.open_counts.get(name, 0) + 1

    def _section_anchor(self, name: str) -> str | None:
        """Return the id of the section that a heading opens, where the heading has none."""
        holder = self.stack[-1] if self.stack and name in HEADINGS else None
        return holder.anchor if holder is not None and holder.name in {"section", "div"} else None

    def _count_item(self) -> str:
        """Count a list's next item and return its marker."""
        holder = next((element for element in reversed(self.stack[-8:]) if element.name in LISTS), None)
        if holder is None or holder.name != "ol":
            return "•"
        holder.items += 1
        return f"{holder.items}."

    def _close(self, name: str) -> None:
        """Close the nearest open element of a name with all inside it; a stray closing tag does nothing."""
        if not self.open_counts.get(name):
            if name in {"p", "br"}:
                self._block_edge("p")
            return
        while self._pop() != name:
            pass

    def _close_implied(self, names: set[str], holders: set[str]) -> None:
        """Close what an opening tag ends by itself."""
        for depth in range(len(self.stack) - 1, max(-1, len(self.stack) - 40), -1):
            if self.stack[depth].name in holders:
                return
            if self.stack[depth].name in names:
                while len(self.stack) > depth:
                    self._pop()

    def _pop(self) -> str:
        """Close the innermost element."""
        element = self.stack.pop()
        name = element.name
        self.open_counts[name] -= 1
        self.silent -= element.silent
        if name in LISTS:
            self.list_depth -= 1
        elif element.role:
            self.spans.pop()
            self._span(element)
        elif name in _HOLDERS:
            self.holders.pop()
        if name in BLOCK_TAGS:
            self._block_edge(name)
        return name

    def _block_edge(self, name: str) -> None:
        """End the block at a block element's edge; inside a table row cells are only set apart."""
        if self.open_counts.get("tr") and self.out.open is not None and self.out.open.kind == "table_row":
            long = sum(map(len, self.out.open.pieces[-200:])) > _LONG_ROW
            if name in {"td", "th"}:
                self.out.gap(" | ")
                return
            if name in {"p", "div", "span", "center"} and not long:
                self.out.gap(" ")
                return
        if self.out.open is not None:
            for element in self.spans[-_DEEPEST:]:  # a span that holds blocks goes on in the next
                self._span(element)
                element.position = self.out.position
        self.out.end()

    def _span(self, element: Element) -> None:
        """Note what an inline element says of its words."""
        if element.role != "link":
            self.out.mark(element.role, element.position)
        elif (
            element.url
            and not self.silent
            and not element.silent
            and not (element.linked and self.out.position <= element.position)
        ):
            self.out.link(element.position, element.url)
            element.linked = True

    def _block_here(self) -> OpenBlock:
        """Choose the kind of block that words begin at this place."""
        reason = self.stack[-1].reason if self.stack else ""
        kind: BlockKind = "paragraph"
        level, marker, anchor = 0, "", None
        element = self.holders[-1] if self.holders else None
        if element is None:
            pass
        elif element.name in HEADINGS:
            kind, level = "heading", int(element.name[1])
            anchor = element.anchor
        elif element.name != "li":
            kind = KINDS[element.name]
        elif element.fresh:
            element.fresh, kind, level, marker = False, "bullet", max(0, self.list_depth - 1), element.marker
        if reason:
            return OpenBlock("furniture", 0, marker, reason)
        return OpenBlock(kind, level, marker, anchor=anchor)

    def _embed(self, token: Token) -> None:
        """Keep the address of an embedded player."""
        given = attributes(self.source, token)
        identity = given.get("videoid") or given.get("id") or ""
        url = absolute(
            given.get("src")
            or given.get("data")
            or (_VIDEO.format(identity) if identity and "youtube" in token.name else "")
        )
        if url.startswith("http"):
            if self.out.open is None:
                self.out.begin(
                    OpenBlock("furniture" if self.stack and self.stack[-1].reason else "paragraph")
                )
            self.out.link(self.out.position, url)
