"""What Slack refuses in messages and views, by the published limits of Block Kit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

ALLOWED = {
    "message": {
        "section",
        "header",
        "context",
        "actions",
        "divider",
        "rich_text",
        "context_actions",
        "image",
        "input",
        "markdown",
        "table",
    },
    "home": {"section", "header", "context", "actions", "divider", "rich_text", "image", "input"},
    "unfurl": {"section", "context", "actions", "divider", "image"},
    "modal": {"section", "header", "context", "actions", "divider", "rich_text", "image", "input"},
}
MOST_BLOCKS = {"message": 50, "home": 100, "modal": 100, "unfurl": 50}
MOST_CHARACTERS_IN_A_MESSAGE = 13_200
RICH_ELEMENTS = {"rich_text_section", "rich_text_quote", "rich_text_list", "rich_text_preformatted"}


def faults(blocks: list[Json], surface: str = "message") -> list[str]:
    """List what Slack would refuse in these blocks; nothing when they are fine."""
    found: list[str] = []
    if len(blocks) > MOST_BLOCKS[surface]:
        found.append(f"no more than {MOST_BLOCKS[surface]} items allowed [/blocks]")
    seen: set[str] = set()
    if sum(block.get("type") == "table" for block in blocks) > 1:
        found.append("only_one_table_allowed")
    for position, block in enumerate(blocks):
        kind = block.get("type")
        if kind not in ALLOWED[surface]:
            found.append(f"unsupported type: {kind} [/blocks/{position}/type]")
            continue
        found.extend(f"{fault} [/blocks/{position}]" for fault in CHECKS.get(str(kind), _nothing)(block))
        block_id = block.get("block_id")
        if block_id is not None:
            if block_id in seen or not 1 <= len(block_id) <= 255:
                found.append(f"bad or repeated block_id {block_id!r} [/blocks/{position}/block_id]")
            seen.add(block_id)
    return found


def characters(value: object) -> int:
    """Count the characters of all texts below a block."""
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(characters(inner) for inner in value.values())
    if isinstance(value, list):
        return sum(characters(inner) for inner in value)
    return 0


def _nothing(_block: Json) -> Iterator[str]:
    yield from ()


def _text(text: object, most: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        yield f"text object of {'/'.join(kinds)} expected, got {text!r:.80}"
        return
    if not isinstance(text.get("text"), str) or not 1 <= len(text["text"]) <= most:
        yield f"text must have 1 to {most} characters"
    if text["type"] == "plain_text" and "verbatim" in text:
        yield "verbatim is for mrkdwn only"
    if text["type"] == "mrkdwn" and "emoji" in text:
        yield "emoji is for plain_text only"


def _section(block: Json) -> Iterator[str]:
    if "text" not in block and not block.get("fields"):
        yield "section needs text or fields"
    if "text" in block:
        yield from _text(block["text"], 3000)
    fields = block.get("fields", [])
    if len(fields) > 10:
        yield "no more than 10 fields"
    for one in fields:
        yield from _text(one, 2000)
    if "accessory" in block:
        yield from _element(block["accessory"])


def _header(block: Json) -> Iterator[str]:
    yield from _text(block.get("text"), 150, ("plain_text",))


def _context(block: Json) -> Iterator[str]:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 10:
        yield "context needs 1 to 10 elements"
    for element in elements:
        yield from _text(element, 3000)


def _actions(block: Json) -> Iterator[str]:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 25:
        yield "actions needs 1 to 25 elements"
    ids = [element.get("action_id") for element in elements]
    if len(set(ids)) != len(ids) or not all(ids):
        yield f"action_id missing or repeated: {ids}"
    for element in elements:
        yield from _element(element)


def _element(element: Json) -> Iterator[str]:
    if element.get("type") != "button":
        yield f"unsupported element {element.get('type')}"
        return
    yield from _text(element.get("text"), 75, ("plain_text",))
    for name, most in (("value", 2000), ("url", 3000), ("accessibility_label", 75), ("action_id", 255)):
        if name in element and not 1 <= len(element[name]) <= most:
            yield f"{name} must have 1 to {most} characters"
    if element.get("style", "primary") not in {"primary", "danger"}:
        yield "unknown style"


def _context_actions(block: Json) -> Iterator[str]:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 5:
        yield "context_actions needs 1 to 5 elements"
    for element in elements:
        if element.get("type") != "feedback_buttons":
            yield f"unsupported element {element.get('type')}"
            continue
        for name in ("positive_button", "negative_button"):
            button = element.get(name, {})
            yield from _text(button.get("text"), 75, ("plain_text",))
            if not 1 <= len(button.get("value", "")) <= 2000:
                yield f"{name}: value must have 1 to 2000 characters"


def _input(block: Json) -> Iterator[str]:
    yield from _text(block.get("label"), 2000, ("plain_text",))
    if block.get("element", {}).get("type") not in {"plain_text_input", "radio_buttons"}:
        yield "unsupported input element"


def _rich_text(block: Json) -> Iterator[str]:
    elements = block.get("elements", [])
    if not elements:
        yield "rich_text needs elements"
    for element in elements:
        yield from _rich_element(element)


def _rich_element(element: Json) -> Iterator[str]:
    if element.get("type") not in RICH_ELEMENTS:
        yield f"unsupported rich text element {element.get('type')}"
        return
    if not element.get("elements"):
        yield f"{element['type']} needs elements"
    check = _rich_element if element["type"] == "rich_text_list" else _inline
    for inner in element.get("elements", []):
        yield from check(inner)


def _inline(inner: Json) -> Iterator[str]:
    kind = inner.get("type")
    if kind not in {"text", "link", "user", "channel"}:
        yield f"unsupported inline element {kind}"
    if kind == "text" and not (isinstance(inner.get("text"), str) and inner["text"]):
        yield "a rich text's text must not be empty"
    if kind == "link" and (not 1 <= len(inner.get("url", "")) <= 3000 or inner.get("text") == ""):
        yield "a rich text's link needs a url of at most 3000 characters and no empty text"


def _table(block: Json) -> Iterator[str]:
    rows = block.get("rows", [])
    if not 1 <= len(rows) <= 100:
        yield "table needs 1 to 100 rows"
    if len({len(row) for row in rows}) != 1 or not 1 <= len(rows[0]) <= 20:
        yield "table rows need the same 1 to 20 cells"
    if characters(rows) > 10_000:
        yield "table has more than 10000 characters"
    for cell in (cell for row in rows for cell in row):
        if cell.get("type") == "rich_text":
            yield from _rich_text(cell)
        elif cell.get("type") != "raw_text" or not cell.get("text"):
            yield f"unsupported table cell {cell.get('type')}"


CHECKS = {
    "table": _table,
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "context_actions": _context_actions,
    "rich_text": _rich_text,
    "input": _input,
}
