"""What a recap says of its own privacy, and what looks as if it were never meant to be published."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

_NO = frozenset({"false", "no", "off", "0", "never"})
_YES = frozenset({"true", "yes", "on", "1"})
_KEEPING = ("private", "draft", "confidential", "noindex", "unlisted")  # true keeps a recap to its writer
_TAGS = frozenset(
    {
        "private",
        "privat",
        "privé",
        "privado",
        "confidential",
        "no-publish",
        "nopublish",
        "do-not-publish",
        "draft",
    }
)
_PLACEHOLDER = re.compile(
    r"\{\{\s*(?:title|date|time|name|author|speaker|event|VALUE)\b[^{}\n]{0,60}\}\}|<%[-_*+~]?\s*tp\.",
    re.IGNORECASE,
)
_DAILY = re.compile(r"\d{4}[-_.]?\d\d[-_.]?\d\d(?:[ _-]\w{3,10})?")
_DAILY_FOLDERS = frozenset({"daily", "dailies", "journal", "journals", "diary", "daily notes", "tagebuch"})
_TEMPLATE_FOLDERS = frozenset({"template", "templates", "vorlagen", "_templates", "archetypes"})
_BEGINNING = 2_000  # characters that tell a template

Meta = Mapping[str, str | tuple[str, ...]]


def kept_private(meta: Meta) -> str:
    """Say by which words a recap is not to be published; empty where it may be."""
    for key in ("publish", "published"):
        if _word(meta, key) in _NO:
            return f"`{key}: false`"
    if key := next((key for key in _KEEPING if _word(meta, key) in _YES), ""):
        return f"`{key}: true`"
    if (given := _word(meta, "visibility")) in {"private", "hidden", "draft"}:
        return f"`visibility: {given}`"
    tags = meta.get("tags", ())
    listed = [tags] if isinstance(tags, str) else tags
    tag = next((tag for tag in listed if tag.strip().lstrip("#").casefold() in _TAGS), "")
    return f"the tag {tag.strip()}" if tag else ""


def doubts(recap_id: str, text: str, meta: Meta, *, talks: bool) -> tuple[str, ...]:
    """Say what looks like a template or a daily note: both lie among notes, and neither is a recap.

    Args:
        recap_id: Its name, with folders.
        text: Its readable text.
        meta: What it says of itself.
        talks: Talks were found in it.
    """
    path = PurePosixPath(recap_id)
    folders = {part.casefold() for part in path.parts[:-1]}
    values = " ".join(value if isinstance(value, str) else " ".join(value) for value in meta.values())
    way = "leave it out with a line in .confnotesignore if it is none of the notes"
    if (
        _PLACEHOLDER.search(text[:_BEGINNING])
        or _PLACEHOLDER.search(values[:_BEGINNING])
        or folders & _TEMPLATE_FOLDERS
    ):
        return (f"it looks like a template; {way}",)
    if not talks and (_DAILY.fullmatch(path.stem) or folders & _DAILY_FOLDERS):
        return (f"it looks like a daily note; {way}",)
    return ()


def _word(meta: Meta, key: str) -> str:
    value = meta.get(key, "")
    return value.strip().casefold() if isinstance(value, str) else ""
