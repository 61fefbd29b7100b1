"""Block Kit by the few pieces that this bot uses, each within Slack's limits.

Limits: https://docs.slack.dev/reference/block-kit/blocks. Whatever notes or people wrote goes into rich text
and plain text elements, which Slack shows literally; there is no `mrkdwn` element in a message, so nothing in
it can ping, link or format.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from bot.slack.mrkdwn import clean, safe_url

Json = dict[str, Any]

LONGEST_TEXT = 3_000
LONGEST_BUTTON = 75
LONGEST_VALUE = 2_000
LONGEST_HEADER = 150
MOST_ROWS = 100  # of a table
MOST_TABLE_CHARS = (
    10_000  # of all cells of a table (https://docs.slack.dev/reference/block-kit/blocks/table-block)
)
_ADDRESS = re.compile(r"(https?://[^\s<>\"]*[^\s<>\".,;:!?)\]’”])")


def cut(text: str, most: int) -> str:
    """Return the text with its end replaced by an ellipsis where it is longer than `most` characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def text(words: str, *, bold: bool = False, italic: bool = False) -> Json:
    """Write literal words inside of rich text."""
    element: Json = {"type": "text", "text": cut(clean(words), LONGEST_TEXT) or " "}
    if style := {name: True for name, on in (("bold", bold), ("italic", italic)) if on}:
        element["style"] = style
    return element


def link(url: str | None, words: str, *, bold: bool = False, italic: bool = False) -> Json:
    """Write a link inside of rich text; the words alone where there is no web address."""
    shown = text(words, bold=bold, italic=italic)
    address = safe_url(url)
    return {**shown, "type": "link", "url": address} if address else shown


def with_links(words: str) -> list[Json]:
    """Write words inside of rich text with the addresses among them as links."""
    parts = _ADDRESS.split(words)
    return [link(part, part) if number % 2 else text(part) for number, part in enumerate(parts) if part]


def user(user_id: str) -> Json:
    """Name a person inside of rich text."""
    return {"type": "user", "user_id": user_id}


def channel(channel_id: str) -> Json:
    """Name a channel inside of rich text."""
    return {"type": "channel", "channel_id": channel_id}


def line(*elements: Json) -> Json:
    """Join inline elements to a paragraph."""
    return {"type": "rich_text_section", "elements": list(elements)}


def quote(words: str) -> Json:
    """Set words off as a quotation."""
    return {"type": "rich_text_quote", "elements": [text(words)]}


def bullets(lines: Iterable[Json]) -> Json:
    """Make a bullet list of paragraphs."""
    return {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": list(lines)}


def rich(*elements: Json) -> Json:
    """Make a block of paragraphs, quotations and lists."""
    return {"type": "rich_text", "elements": list(elements)}


def header(words: str) -> Json:
    """Make a headline."""
    return {"type": "header", "text": plain(words, LONGEST_HEADER)}


def plain(words: str, most: int = LONGEST_TEXT) -> Json:
    """Make a plain text object; colons stay colons."""
    return {"type": "plain_text", "text": cut(clean(words), most) or " ", "emoji": False}


def quiet(*lines: str) -> Json:
    """Make the small grey text below a message."""
    return {"type": "context", "elements": [plain(one) for one in lines[:10]]}


def button(label: str, action_id: str, value: object, *, style: str | None = None) -> Json:
    """Make a button; `value` travels as JSON and must stay within Slack's 2,000 characters."""
    element: Json = {
        "type": "button",
        "action_id": action_id,
        "text": {**plain(label, LONGEST_BUTTON), "emoji": True},
        "value": pack(value),
    }
    return element | ({"style": style} if style else {})


def words(said: str) -> Json:
    """Say something in plain words where rich text is not taken."""
    return {"type": "section", "text": plain(said)}


def row(words: str, end: Json) -> Json:
    """Put a button behind words."""
    return {"type": "section", "text": plain(words), "accessory": end}


def table(heads: Sequence[str], rows: Sequence[Sequence[Json]]) -> Json:
    """Make a table: a row of headings, and rows of paragraphs, as many as Slack takes in rows and characters."""
    shown = [[rich(line(text(head, bold=True))) for head in heads]]
    left = MOST_TABLE_CHARS - characters(shown)
    for row in rows[: MOST_ROWS - 1]:
        cells = [rich(cell) for cell in row]
        left -= characters(cells)
        if left < 0:
            break
        shown.append(cells)
    return {
        "type": "table",
        "rows": shown,
        "column_settings": [{"is_wrapped": True} for _ in heads],
    }


def pack(value: object) -> str:
    """Write a button's value as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def actions(*buttons: Json) -> Json:
    """Put buttons in a row."""
    return {"type": "actions", "elements": list(buttons)}


def thumbs(value: object) -> Json:
    """Return whether the answer helped."""
    return {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": _thumb(
                    "Good answer", "This answers the question", {"v": "up", **_as_dict(value)}
                ),
                "negative_button": _thumb(
                    "Bad answer", "This does not answer the question", {"v": "down", **_as_dict(value)}
                ),
            }
        ],
    }


def characters(blocks: Sequence[Json] | Json | object) -> int:
    """Count the characters that Slack counts against a message's length: all texts below the blocks."""
    if isinstance(blocks, dict):
        own = len(blocks["text"]) if isinstance(blocks.get("text"), str) else 0
        return own + sum(characters(inner) for inner in blocks.values())
    if isinstance(blocks, list | tuple):
        return sum(characters(inner) for inner in blocks)
    return 0


def _thumb(label: str, said: str, value: object) -> Json:
    return {"text": plain(label, LONGEST_BUTTON), "accessibility_label": said, "value": pack(value)}


def _as_dict(value: object) -> Json:
    return dict(value) if isinstance(value, dict) else {"r": value}
