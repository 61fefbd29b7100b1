"""Slack's text format at both ends: what arrives is unwrapped, what goes out is escaped.

The rules are Slack's: https://docs.slack.dev/messaging/formatting-message-text. Quoted notes and questions
travel in rich text elements, which are literal; this module serves the places that are parsed, the
notification text above all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

# Every reserved and unreserved character of RFC 3986 and "%" itself; what is left ("<", ">", "|", blanks,
# quotes) would end a link.
_URL_SAFE = "%:/?#[]@!$&'()*+,;=-._~"
_LONGEST_URL = 3_000
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_TOKEN = re.compile(r"<([^<>]*)>")
_ENTITIES = re.compile(r"&(lt|gt|amp);")
_PARAGRAPHS = {"rich_text_section", "rich_text_quote", "rich_text_preformatted"}
_CHARACTERS = {"lt": "<", "gt": ">", "amp": "&"}


def clean(text: str) -> str:
    """Return the text without control characters and without the marks that turn reading direction around."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n")).replace("\r", "\n")


def escape(text: str) -> str:
    """Escape text for places that Slack parses: `&`, `<` and `>`, in this order, nothing else."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def safe_url(url: str | None) -> str | None:
    """Return the address percent-encoded so that it cannot end its link, None where it is no web address."""
    if not url:
        return None
    address = quote(clean(url).strip().replace("\n", ""), safe=_URL_SAFE)
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.netloc or len(address) > _LONGEST_URL:
        return None
    return address


def link(url: str | None, label: str) -> str:
    """Write a link for places that Slack parses; without a web address only the label."""
    address = safe_url(url)
    shown = escape(label).replace("|", "¦").replace("\n", " ")
    return f"<{address.replace('&', '&amp;')}|{shown}>" if address and shown else shown


def read(text: str, bot_user_id: str | None = None) -> str:
    """Return what a person typed: the bot's own mention taken out, links by their words, entities resolved.

    Other people's mentions become a blank: their ids say nothing about the notes.
    """
    unwrapped = _TOKEN.sub(lambda match: _said(match[1], bot_user_id), text)
    # One pass, so that the "&amp;lt;" of somebody who typed "&lt;" does not become "<".
    return clean(_ENTITIES.sub(lambda match: _CHARACTERS[match[1]], unwrapped)).strip()


def words_of(message: Mapping[str, Any], bot_user_id: str | None = None) -> str:
    """Return what a message says: its text, or the words of its blocks and attachments where it has none."""
    if said := read(str(message.get("text") or ""), bot_user_id):
        return said
    parts = [*_texts(message.get("blocks") or ()), *_texts(message.get("attachments") or ())]
    return read("\n".join(part for part in parts if part.strip()), bot_user_id)


def mentions_somebody_else(text: str, bot_user_id: str | None) -> bool:
    """Say whether the text mentions a person or group other than the bot."""
    named = re.findall(r"<(?:@|!subteam\^|!)([A-Za-z0-9]+)(?:[|^][^<>]*)?>", text)
    return any(name != bot_user_id for name in named)


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts below a block; those of one paragraph of rich text as one."""
    if isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    if not isinstance(value, dict):
        return
    if value.get("type") in _PARAGRAPHS:
        yield "".join(_inline(element) for element in value.get("elements") or ())
        return
    for name in ("text", "fallback", "title", "fields", "elements", "blocks", "rows"):
        if isinstance(inner := value.get(name), str):
            yield inner
        yield from _texts(inner)


def _inline(element: Any) -> str:
    """Return an element of rich text as people read it, escaped as a message's text is."""
    if not isinstance(element, dict) or element.get("type") not in {"text", "link"}:
        return " "
    return escape(str(element.get("text") or element.get("url") or ""))


def _said(token: str, bot_user_id: str | None) -> str:
    target, _, label = token.partition("|")
    if target.startswith("@"):
        return " " if target[1:] == bot_user_id or not label else f"@{label}"
    if target.startswith("#"):
        return f"#{label}" if label else " "
    if target.startswith("!"):
        return label or " "
    # Slack labels "example.org/x" as it was typed; where it leads says which site.
    bare = target.removeprefix("mailto:")
    return bare if not label or label.strip("/ ") in bare else label
