"""A conversation as text, the way a person would read it on the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]


def message_text(message: Json) -> str:
    """Render one message: its blocks where it has any, else its text."""
    blocks = message.get("blocks") or []
    return "\n".join(filter(None, map(block_text, blocks))) if blocks else str(message.get("text", ""))


def block_text(block: Json) -> str:
    """Render one block."""
    kind = block["type"]
    if kind in _PLAIN:
        return _PLAIN[kind](block)
    texts = [block["text"]["text"]] if "text" in block else []
    texts += [field["text"] for field in block.get("fields", [])]
    if "accessory" in block:
        texts.append(_button(block["accessory"]))
    return "\n".join(texts)


def conversation(messages: list[Json], names: dict[str, Json]) -> str:
    """Render a channel: threads indented below their first message."""
    lines: list[str] = []
    for message in sorted(messages, key=lambda m: (m.get("thread_ts") or m["ts"], m["ts"])):
        indent = "    " if message.get("thread_ts") not in {None, message["ts"]} else ""
        who = names.get(message.get("user", ""), {}).get("name", "?")
        body = message_text(message).splitlines() or [""]
        lines.append(f"{indent}{who}: {body[0]}")
        lines.extend(f"{indent}  {line}" for line in body[1:])
    return "\n".join(lines)


_PLAIN: dict[str, Callable[[Json], str]] = {
    "rich_text": lambda block: "\n".join(_rich(element) for element in block["elements"]),
    "table": lambda block: "\n".join(" | ".join(map(block_text, row)) for row in block["rows"]),
    "context": lambda block: "  ".join(str(element["text"]) for element in block["elements"]),
    "actions": lambda block: " ".join(_button(element) for element in block["elements"]),
    "context_actions": lambda _: "[👍] [👎]",
    "divider": lambda _: "----",
}


def _button(element: Json) -> str:
    return f"[{element['text']['text']}]"


def _rich(element: Json) -> str:
    if element["type"] == "rich_text_list":
        return "\n".join(f"• {_rich(inner)}" for inner in element["elements"])
    text = "".join(_inline(inner) for inner in element["elements"])
    return (
        "\n".join(f"> {line}" for line in text.splitlines()) if element["type"] == "rich_text_quote" else text
    )


def _inline(inner: Json) -> str:
    if inner["type"] == "link":
        return f"{inner['text']} ({inner['url']})" if inner.get("text") else str(inner["url"])
    if inner["type"] == "user":
        return f"@{inner['user_id']}"
    if inner["type"] == "channel":
        return f"#{inner['channel_id']}"
    return str(inner["text"])
