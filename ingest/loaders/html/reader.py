"""HTML: whole pages, minified ones without headings, and fragments."""

from __future__ import annotations

from ingest.loaders.assembler import Assembler
from ingest.loaders.html.article import furniture
from ingest.loaders.html.flow import FlowWriter
from ingest.loaders.html.page import page_meta
from ingest.loaders.html.page_phrases import without_page_phrases
from ingest.loaders.html.tags import tokens
from ingest.loaders.loaded import Reading
from ingest.loaders.tocs import without_contents


def read(source: str) -> Reading:
    """Read an HTML page into blocks.

    Args:
        source: The decoded file.

    Returns:
        The words as a browser shows them: white space folded, `<br>` a newline, table cells set apart by " |
        ". What is not the article stays among the blocks as furniture, with the reason.
    """
    page = list(tokens(source))
    out = Assembler(source)
    flow = FlowWriter(out, furniture(source, page))
    for token in page:
        flow.feed(token)
    flow.finish()
    text, blocks, runs = out.finish()
    return Reading(text, without_page_phrases(without_contents(blocks, text), text), runs, page_meta(source))
