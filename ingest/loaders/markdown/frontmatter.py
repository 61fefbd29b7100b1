"""What a Markdown file says of itself before its text: YAML, TOML, JSON or plain `key: value` lines."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from ingest import plain_yaml

_FENCED = (
    (re.compile(r"\s*---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t\r]*$\n?", re.DOTALL | re.MULTILINE), "yaml"),
    (re.compile(r"\s*\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t\r]*$\n?", re.DOTALL | re.MULTILINE), "toml"),
    (
        re.compile(r"\s*<!--[ \t]*\r?\n((?:[ \t]*(?:\.\.[ \t]+)?[\w-]+:[^\n]*\n)+)[ \t]*-->[ \t]*\r?\n?"),
        "lines",
    ),
)
_LINES = re.compile(r"\s*((?:[A-Za-z][\w -]{0,30}:[ \t]+\S[^\n]*\n){2,20})[ \t\r]*\n")
_LINE = re.compile(r"^[ \t]*(?:\.\.[ \t]+)?([A-Za-z][\w -]{0,30}):[ \t]*(.*)$", re.MULTILINE)
_OWN_KEYS = {
    "title",
    "date",
    "author",
    "authors",
    "tags",
    "slug",
    "category",
    "categories",
    "layout",
    "event",
    "day",
    "published",
    "lang",
    "url",
}
_LONGEST = 20_000  # characters; front matter is short, a separator far below is none
# The names that different generators give to the same thing.
_FOLDED = {
    "authors": "author",
    "by": "author",
    "creator": "author",
    "owner": "author",
    "lang": "language",
    "locale": "language",
    "permalink": "url",
    "canonical": "url",
    "canonical_url": "url",
    "canonicalurl": "url",
    "link": "url",
    "conference": "event",
    "published": "date",
    "published_at": "date",
    "publishdate": "date",
    "pubdate": "date",
    "created": "date",
    "keywords": "tags",
    "speakers": "speaker",
    "presenter": "speaker",
    "presenters": "speaker",
    "recording": "video",
    "youtube": "video",
    "video_url": "video",
    "slides_url": "slides",
}
_LISTED = {"tags", "categories"}


def front_matter(source: str) -> tuple[dict[str, str | tuple[str, ...]], int]:
    """Read the front matter of a Markdown file.

    Returns:
        Its values under folded keys, and the offset at which the text begins (0 where there is none).
    """
    head = source[:_LONGEST]
    for pattern, form in _FENCED:
        found = pattern.match(head)
        if found is None:
            continue
        values = _parsed(found[1], form)
        if values or not found[1].strip():
            return folded(values), found.end()
    if head.lstrip().startswith("{"):
        return _json(head)
    lines = _LINES.match(head + "\n" if len(head) == len(source) else head)
    if lines and len({key.strip().lower() for key, _ in _LINE.findall(lines[1])} & _OWN_KEYS) >= 2:
        return folded(dict(_LINE.findall(lines[1]))), min(lines.end(), len(source))
    return {}, 0


def _parsed(written: str, form: str) -> Mapping[str, Any]:
    """Parse the mapping; broken YAML is read line by line, for one bad quote must not hide the title."""
    try:
        if form == "toml":
            return tomllib.loads(written.replace("\r\n", "\n"))
        if form == "yaml":
            values = plain_yaml.load(written)
            return values if isinstance(values, dict) else {}
    except (tomllib.TOMLDecodeError, plain_yaml.YAMLError, ValueError, RecursionError):
        pass
    return dict(_LINE.findall(written))


def _json(head: str) -> tuple[dict[str, str | tuple[str, ...]], int]:
    """Read a JSON object at the start, as Hugo writes it."""
    begin = len(head) - len(head.lstrip())
    try:
        values, end = json.JSONDecoder().raw_decode(head, begin)
    except (ValueError, RecursionError):
        return {}, 0
    return (folded(values), end) if isinstance(values, dict) and values else ({}, 0)


def folded(values: Mapping[Any, Any]) -> dict[str, str | tuple[str, ...]]:
    """Fold keys to lower case and to one name a thing; values to text."""
    meta: dict[str, str | tuple[str, ...]] = {}
    for written, value in values.items():
        key = str(written).strip().lower().replace("-", "_")
        text = _as_text(value)
        if key != "published" or str(text).casefold() not in {"false", "no"}:  # else no date, but a wish
            key = _FOLDED.get(key, key)
        if text and (key in _LISTED) and isinstance(text, str):
            text = tuple(part.strip() for part in text.split(",") if part.strip())
        if text and not meta.get(key):
            meta[key] = text
    return meta


def _as_text(value: Any) -> str | tuple[str, ...]:
    """Write a value as text; a list of one is that one."""
    if isinstance(value, (list, tuple, set)):
        listed = tuple(part for item in value if (part := _one_text(item)))
        return listed[0] if len(listed) == 1 else listed
    return _one_text(value)


_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|\n]*\|)?([^\[\]|#\n]+)(?:#[^\[\]|\n]*)?\]\]")  # "[[Page|words]]"


def _one_text(value: Any) -> str:
    """Write a single value or a named thing as text; lists in lists are left out, for YAML's aliases can nest them without end."""
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("title")
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        value = value[0]  # "[[Page]]" without quotes
    if isinstance(value, (list, tuple, set, Mapping)):
        return ""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return "" if value is None else _WIKI_LINK.sub(r"\1", str(value).strip().strip("'\""))
