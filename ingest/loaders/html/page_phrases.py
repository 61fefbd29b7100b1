"""Furniture that only its words give away: "Back to posts", "Related posts" and what follows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.loaders.blocks import Block

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


def without_page_phrases(blocks: Sequence[Block], text: str) -> tuple[Block, ...]:
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
