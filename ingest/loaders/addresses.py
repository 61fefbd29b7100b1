"""Addresses that stand bare in text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.loaders.blocks import Link

# Lengths are bounded so that no line, however long, is scanned more than once.
_TOP_LEVEL = "com|org|net|io|dev|be|gl|ly|co|me|edu|gov|eu|uk|de|fr|ch|jp|us|tv|info|cloud|tech|ai|app|blog|ms|page|sh|gg|fm"
_ADDRESS = re.compile(
    r"(?<![\w@./-])(?:https?://|www\.(?=\w))[^\s<>\"“”«»`|\\^{}]{1,2000}"
    rf"|(?<![\w@./-])(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,5}}(?:{_TOP_LEVEL})/[^\s<>\"“”«»`|\\^{{}}]{{1,2000}}",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?'’‘*_~…。、"
_WORDS_BEHIND = re.compile(
    r"(?<!=)\[[^\[\]=&/]{0,60}\]?\Z"
)  # AsciiDoc: https://example.org[the words of the link]
_PAIRS = {")": "(", "]": "["}


def bare_links(text: str, start: int, end: int) -> Iterator[Link]:
    """Find the addresses written out in a stretch of text.

    An address without its scheme counts where a path follows ("youtu.be/ID"); its `url` then starts with
    https.

    Args:
        text: The readable text.
        start: Where the stretch begins.
        end: Where it ends, exclusive.

    Yields:
        Links in order; offsets into `text`.
    """
    if text.find("/", start, end) < 0 and text.find("www.", start, end) < 0:
        return  # the common case, and the pattern is slow on long prose
    for found in _ADDRESS.finditer(text, start, end):
        address = _without_sentence_end(found[0])
        if len(address) < 8:
            continue
        url = address if "://" in address[:8] else f"https://{address}"
        yield Link(found.start(), found.start() + len(address), url)


def _without_sentence_end(address: str) -> str:
    """Cut the punctuation that belongs to the sentence around the address."""
    address = _WORDS_BEHIND.sub("", address)
    while address:
        last = address[-1]
        closes = last in _PAIRS and address.count(last) > address.count(_PAIRS[last])
        if last not in _TRAILING and not closes:
            break
        address = address[:-1]
    return address
