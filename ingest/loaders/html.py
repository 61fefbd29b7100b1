"""HTML: whole pages, minified ones without headings, and fragments."""

from __future__ import annotations

from ingest.loaders.article import furniture
from ingest.loaders.assembly import Assembler
from ingest.loaders.flow import FlowWriter
from ingest.loaders.page import page_meta
from ingest.loaders.phrases import without_page_phrases
from ingest.loaders.reading import Reading
from ingest.loaders.tags import tokens
from ingest.loaders.tocs import without_contents


def read(source: str) -> Reading:
    """Read an HTML page into blocks.

    Args:
        source: The decoded file.

    Returns:
        The words as a browser shows them: white space folded, `<br>` a newline, table cells set apart by " | ". What is
        not the article stays among the blocks as furniture, with the reason.
    """
    page = list(tokens(source))
    out = Assembler(source)
    flow = FlowWriter(out, furniture(source, page))
    for token in page:
        flow.feed(token)
    flow.finish()
    text, blocks, runs = out.finish()
    return Reading(text, without_page_phrases(without_contents(blocks, text), text), runs, page_meta(source))
