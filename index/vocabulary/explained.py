"""Names that the notes explain themselves: "Long Name (LN)" and "LN (Long Name)"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.vocabulary.words import name_key

_SHORT_IN_BRACKETS = re.compile(r"\(\s*[“\"']?([A-Za-z][A-Za-z0-9/&.-]{1,7})[”\"']?\s*\)")
_LONG_IN_BRACKETS = re.compile(
    r"(?<![\w.])([A-Z][A-Za-z0-9]{1,7})\s*\(\s*[“\"']?([A-Za-z][^()\n]{4,70}?)[”\"']?\s*[),;:]"
)
_WORD_BEFORE = re.compile(r"[A-Za-z][\w'’]*")
_JOINING = {
    "of",
    "and",
    "for",
    "the",
    "in",
    "on",
    "to",
    "with",
    "as",
    "a",
    "an",
    "by",
    "et",
    "de",
    "du",
    "des",
    "la",
    "le",
}


def explained_pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield (short, long) for every "Long Name (LN)" and "LN (Long Name)" in a text."""
    for match in _SHORT_IN_BRACKETS.finditer(text):
        if long := _initialled(match[1], text[: match.start()]):
            yield match[1], long
    for match in _LONG_IN_BRACKETS.finditer(text):
        if match[1].upper() == match[1] and _initialled(match[1], match[2]) == match[2].strip():
            yield match[1], match[2].strip()


def _initialled(short: str, before: str) -> str | None:
    """Return the run of words at the end of `before` whose initials spell `short`, if there is one."""
    letters = [c for c in short.lower() if c.isalnum()]
    if len(letters) < 2 or not any(c.isupper() for c in short):
        return None
    found = list(_WORD_BEFORE.finditer(before[-120:].rsplit("\n", maxsplit=1)[-1]))
    line = before[-120:].rsplit("\n", maxsplit=1)[-1]
    if not found or line[found[-1].end() :].strip(" “”\"'-–:,"):
        return None
    position = len(letters) - 1
    for match in reversed(found):
        initials = [match[0][0], *re.findall(r"(?<=[a-z0-9])[A-Z]", match[0])]
        if match[0].lower() in _JOINING and letters[position] != match[0][0].lower():
            continue
        for initial in reversed(initials):
            if position < 0 or initial.lower() != letters[position]:
                return None
            position -= 1
        if position < 0:
            return line[match.start() : found[-1].end()]
    return None


class Explained:
    """The names that texts explain, by their key."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[str, str]] = {}

    def read(self, text: str) -> None:
        """Take in what a text explains."""
        if "(" in text:
            for pair in explained_pairs(text):
                self._add({name_key(name): name for name in pair})

    def _add(self, named: dict[str, str]) -> None:
        # One group only: "CR" may stand for several long names, and those are no aliases of each other.
        for key in named:
            known = self._groups.setdefault(key, {})
            for other_key, other in named.items():
                known.setdefault(other_key, other)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield keys and the names explained for them, in the order in which they were read."""
        return ((key, other) for key in self._groups for other in self.others(key))

    def others(self, key: str) -> list[str]:
        """Return the other names explained for a name, by its key, in the order in which they were read."""
        return [other for other_key, other in self._groups.get(key, {}).items() if other_key != key]
