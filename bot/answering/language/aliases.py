"""Names that mean the same: a short list of our own and the pairs that the notes explain themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from bot.answering.language.data import read_data
from index.vocabulary.words import name_key

__all__ = ["Aliases", "listed_groups", "name_key"]


@cache
def listed_groups() -> tuple[tuple[str, ...], ...]:
    """Return the groups of names in `aliases.yaml`."""
    content = read_data("aliases.yaml")
    return tuple(tuple(str(name) for name in group) for group in content)


class Aliases:
    """Both directions of every group, by folded name."""

    def __init__(self, explained: Callable[[str], Sequence[str]]) -> None:
        """Take what the notes explain, by a name's key."""
        self._explained = explained

    def others(self, name: str) -> tuple[str, ...]:
        """Return the other names of a name: those on our list, then those that the notes explain, in their order."""
        key = name_key(name)
        named = dict(_listed().get(key, {}))
        for other in self._explained(key):
            named.setdefault(name_key(other), other)
        return tuple(other for other_key, other in named.items() if other_key != key)


@cache
def _listed() -> Mapping[str, Mapping[str, str]]:
    groups: dict[str, dict[str, str]] = {}
    for group in listed_groups():
        _merge(groups, group)
    return groups


def _merge(groups: dict[str, dict[str, str]], names: Iterable[str]) -> None:
    named = {name_key(name): name for name in names}
    # One group only: "CR" may stand for several long names, and those are no aliases of each other.
    for key in named:
        known = groups.setdefault(key, {})
        for other_key, other in named.items():
            known.setdefault(other_key, other)
