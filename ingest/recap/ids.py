"""Names of talks that stay the same from night to night."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set
from functools import lru_cache
from hashlib import sha256

_SLUG_CHARS = 60
_OTHER = re.compile(r"[^a-z0-9]+")


def talk_id_for(recap_id: str, title: str, taken: Set[str]) -> str:
    """Name a talk by its recap and title, so that edits elsewhere leave the name alone; a second of that name gets "-2"."""
    base = f"{recap_slug(recap_id)}/{slug(title or 'opening')}"
    if base not in taken:
        return base
    # Numbers are given without gaps, so the last one is found by halving: a thousand talks of one title stay
    # cheap.
    high = 2
    while f"{base}-{high}" in taken:
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if f"{base}-{middle}" in taken else (low, middle)
    return f"{base}-{high}"


def slug(words: str, chars: int = _SLUG_CHARS) -> str:
    """Fold words to letters, digits and dashes; what has no such letters is named by its digest."""
    plain = words
    if not words.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", words) if not unicodedata.combining(c))
    kept = _OTHER.sub("-", plain.casefold()).strip("-")
    lost = 0 if plain.isascii() else sum(c.isalpha() and not c.isascii() for c in plain)
    if kept and lost * 4 <= len(plain):
        return kept[:chars].rstrip("-")
    return f"{kept[: chars - 9]}-{sha256(words.encode('utf-8', 'replace')).hexdigest()[:8]}".lstrip("-")


@lru_cache(maxsize=64)  # asked for once a talk
def recap_slug(recap_id: str) -> str:
    """Fold a recap's id for use in talk ids; two recaps never share one."""
    kept = re.sub(r"[^A-Za-z0-9._/-]", "-", recap_id)
    return (
        kept if kept == recap_id else f"{kept}-{sha256(recap_id.encode('utf-8', 'replace')).hexdigest()[:6]}"
    )
