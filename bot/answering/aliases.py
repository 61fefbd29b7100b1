"""Names that mean the same: a short list of our own and the pairs that the notes explain themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from bot.answering.data import read_data
from index.words import join, singular, words

_SHORT_IN_BRACKETS = re.compile(r"\(\s*[“\"']?([A-Za-z][A-Za-z0-9/&.-]{1,7})[”\"']?\s*\)")
_LONG_IN_BRACKETS = re.compile(r"(?<![\w.])([A-Z][A-Za-z0-9]{1,7})\s*\(\s*[“\"']?([A-Za-z][^()\n]{4,70}?)[”\"']?\s*[),;:]")
_WORD_BEFORE = re.compile(r"[A-Za-z][\w'’]*")
_JOINING = {"of", "and", "for", "the", "in", "on", "to", "with", "as", "a", "an", "by", "et", "de", "du", "des", "la", "le"}


def name_key(name: str) -> str:
    """Fold a name so that its spellings meet: "auto-scaling" and "AutoScaling" have one key."""
    return singular(join(word.form for word in words(name)))


@cache
def listed_groups() -> tuple[tuple[str, ...], ...]:
    """Return the groups of names in `aliases.yaml`."""
    content = read_data("aliases.yaml")
    return tuple(tuple(str(name) for name in group) for group in content)


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


class Aliases:
    """Both directions of every group, by folded name."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        groups: dict[str, dict[str, str]] = {}
        for group in listed_groups():
            _merge(groups, group)
        for text in texts:
            if "(" in text:
                for pair in explained_pairs(text):
                    _merge(groups, pair)
        self._others: Mapping[str, Mapping[str, str]] = groups

    def others(self, name: str) -> tuple[str, ...]:
        """Return the other names of a name, in the order they were learnt."""
        key = name_key(name)
        return tuple(other for other_key, other in self._others.get(key, {}).items() if other_key != key)


def _merge(groups: dict[str, dict[str, str]], names: Iterable[str]) -> None:
    named = {name_key(name): name for name in names}
    # One group only: "CR" may stand for several long names, and those are no aliases of each other.
    for key in named:
        known = groups.setdefault(key, {})
        for other_key, other in named.items():
            known.setdefault(other_key, other)
