"""Markdown with its usual extensions, parsed by pulldown-cmark (pyromark), which gives exact ranges in linear time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyromark

from ingest.loaders.assembler import without_contents
from ingest.loaders.blocks import LoadedText
from ingest.loaders.markdown.fences import without_strays
from ingest.loaders.markdown.frontmatter import front_matter
from ingest.loaders.markdown.marks import Signs
from ingest.loaders.markdown.writer import MarkdownWriter

_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_GFM
)


def read(source: str, *, mdx: bool = False, plain: bool = False) -> LoadedText:
    """Read Markdown into blocks.

    Args:
        source: The decoded file.
        mdx: Braces hold JavaScript.
        plain: There is neither front matter nor mark-up of other tools in it.

    Returns:
        The words without mark-up, a soft line break as the newline it is, table cells set apart by " | ";
        front matter as meta; headings with the anchors that GitHub gives them.
    """
    meta, begin = ({}, 0) if plain else front_matter(source)
    signs = Signs(source, begin, mdx=mdx, look=not plain)
    writer = MarkdownWriter(source, begin, signs)
    for event, where in pyromark.events_with_range(
        source if plain else without_strays(signs.parsed[begin:], _OPTIONS),
        options=_OPTIONS,
        merge_text=False,
    ):
        if isinstance(event, str):
            writer.lone(event)
            continue
        ((name, value),) = event.items()
        if edges := _EDGES.get(name):
            tag, detail = next(iter(value.items())) if isinstance(value, dict) else (value, None)
            if handler := edges.get(str(tag)):
                handler(writer, detail, where)
        elif handler := _LEAVES.get(name):
            handler(writer, value, where)
    writer.end()
    text, blocks, runs = writer.out.finish()
    return LoadedText(text, without_contents(blocks, text), runs, meta)


_Handler = Callable[[MarkdownWriter, Any, Any], None]
_STARTS: dict[str, _Handler] = {
    "Paragraph": MarkdownWriter.paragraph,
    "Heading": MarkdownWriter.heading_starts,
    "Item": MarkdownWriter.item_starts,
    "List": lambda writer, _, __: writer.list_edge(1),
    "BlockQuote": lambda writer, _, __: writer.quote_edge(1),
    "CodeBlock": lambda writer, detail, _: writer.code_block(detail, starts=True),
    "HtmlBlock": MarkdownWriter.html_starts,
    "TableHead": MarkdownWriter.row_starts,
    "TableRow": MarkdownWriter.row_starts,
    "TableCell": MarkdownWriter.cell_starts,
    "Emphasis": MarkdownWriter.span_starts,
    "Strong": MarkdownWriter.span_starts,
    "Link": MarkdownWriter.link_starts,
    "Image": lambda writer, _, __: writer.image_edge(1),
}
_ENDS: dict[str, _Handler] = {
    "Paragraph": lambda writer, _, __: writer.paragraph_ends(),
    "Heading": MarkdownWriter.heading_ends,
    "Item": lambda writer, _, __: writer.end(),
    "List": lambda writer, _, __: writer.list_edge(-1),
    "BlockQuote": lambda writer, _, __: writer.quote_edge(-1),
    "CodeBlock": lambda writer, detail, _: writer.code_block(detail, starts=False),
    "HtmlBlock": MarkdownWriter.html_ends,
    "TableHead": lambda writer, _, __: writer.end(),
    "TableRow": lambda writer, _, __: writer.end(),
    "Emphasis": lambda writer, _, __: writer.out.mark("emphasis", writer.spans.pop()),
    "Strong": lambda writer, _, __: writer.out.mark("strong", writer.spans.pop()),
    "Link": MarkdownWriter.link_ends,
    "Image": lambda writer, _, __: writer.image_edge(-1),
}
_LEAVES: dict[str, _Handler] = {
    "Text": MarkdownWriter.text,
    "Code": MarkdownWriter.inline_code,
    "InlineHtml": MarkdownWriter.inline_html,
    "Html": MarkdownWriter.html_line,
}
_EDGES = {"Start": _STARTS, "End": _ENDS}
