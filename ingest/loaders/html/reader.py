"""HTML: whole pages, minified ones without headings, and fragments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.loaders.assembler import Assembler, without_contents
from ingest.loaders.blocks import Block, LoadedText
from ingest.loaders.html.article import furniture
from ingest.loaders.html.flow import FlowWriter
from ingest.loaders.html.page import page_meta
from ingest.loaders.html.tags import Token, attributes, tokens

# Furniture that only its words give away: "Back to posts", "Related posts" and what follows.
_LINKED = re.compile(
    r"[\W_]*(?:back to|previous|next|older|newer|read more|continue reading|edit (?:this|on)|view (?:all|source)|permalink|tweet"
    r"|share|reply|skip to|jump to|log ?in|sign ?in|sign ?up|subscribe|zur\u00fcck|weiter|pr\u00e9c\u00e9dent|suivant)\b",
    re.IGNORECASE,
)
_TITLED = re.compile(
    r"\W*(?:related(?: (?:posts?|articles?|stories))?|you (?:may|might) also (?:like|enjoy)|recommended(?: (?:posts|for you|reading))?"
    r"|share this(?: post| article)?|comments?(?: \(\d+\))?|\d+ comments?|leave a (?:reply|comment)|more (?:posts|from)\b.*|recent posts"
    r"|categories|archives|about the author|newsletter|articles? (?:similaires|li\u00e9s)|laisser un commentaire"
    r"|\u00e4hnliche beitr\u00e4ge)\W*",
    re.IGNORECASE,
)
_LONGEST = 60
_HOLDERS = {"div", "p", "li", "sup"}
_REMARK = re.compile(r"cmnt\d+")


def read(source: str) -> LoadedText:
    """Read an HTML page into blocks.

    Args:
        source: The decoded file.

    Returns:
        The words as a browser shows them: white space folded, `<br>` a newline, table cells set apart by " |
        ". What is not the article stays among the blocks as furniture, with the reason.
    """
    page = list(tokens(source))
    out = Assembler(source)
    flow = FlowWriter(out, furniture(source, page), hidden=_remarks(source, page))
    for token in page:
        flow.feed(token)
    flow.finish()
    text, blocks, runs = out.finish()
    return LoadedText(
        text, _without_page_phrases(without_contents(blocks, text), text), runs, page_meta(source)
    )


def _remarks(source: str, page: Sequence[Token]) -> frozenset[int]:
    """Find what reviewers wrote beside a text, and the signs that lead there: Google Docs puts both into its pages.

    Returns:
        The offsets of the opening tags that hold them.
    """
    hidden: set[int] = set()
    if "cmnt" not in source:
        return frozenset()
    holders: list[tuple[str, int, int]] = []  # open elements: name, offset, how many tokens were read before
    for number, token in enumerate(page):
        if token.name in _HOLDERS and token.kind == "open":
            holders.append((token.name, token.start, number))
        elif token.name in _HOLDERS and holders:
            holders.pop()
        elif token.kind == "open" and token.name == "a":
            identity = attributes(source, token).get("id", "")
            if identity.startswith("cmnt_ref"):
                hidden.add(holders[-1][1] if holders and holders[-1][0] == "sup" else token.start)
            elif _REMARK.fullmatch(identity) and holders:
                around = (
                    holders[-2] if len(holders) > 1 and holders[-1][2] == holders[-2][2] + 1 else holders[-1]
                )
                hidden.add(around[1])
    return frozenset(hidden)


def _without_page_phrases(blocks: Sequence[Block], text: str) -> tuple[Block, ...]:
    """Turn short links that lead around the site, and sections that are about the site, into furniture."""
    kept: list[Block] = []
    level = 0  # of the heading whose section is furniture
    for block in blocks:
        words = text[block.start : min(block.end, block.start + _LONGEST + 1)]
        if block.kind == "heading":
            level = (
                block.level if _TITLED.fullmatch(words) else (level if level and block.level > level else 0)
            )
        if level:
            kept.append(replace(block, kind="furniture", level=0, reason="about the site, not the event"))
        elif (
            block.kind in {"paragraph", "bullet"}
            and len(words) <= _LONGEST
            and _is_link(block)
            and _LINKED.match(words)
        ):
            kept.append(replace(block, kind="furniture", level=0, reason="leads around the site"))
        else:
            kept.append(block)
    return tuple(kept)


def _is_link(block: Block) -> bool:
    """Say whether the whole block is one link."""
    return len(block.links) == 1 and block.links[0].end - block.links[0].start >= block.end - block.start - 4
