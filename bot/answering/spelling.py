"""Typing errors: corrected only towards words that the notes contain, and only where the word itself is nothing.

Distance: Damerau-Levenshtein without restriction, so that "ephermal" is two steps from "ephemeral".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

_SHORTEST = 4  # three letters are an acronym as often as a word
_TWO_EDITS_FROM = 7


def closest_word(word: str, frequencies: Mapping[str, int], *, is_name: Callable[[str], bool], capital: bool = False) -> str | None:
    """Return the notes' word that a misspelled one was meant to be, or None.

    Args:
        word: The folded word, which the notes do not contain.
        frequencies: The notes' folded words and how often they stand there.
        is_name: Whether a word of the notes is written with a capital there.
        capital: Whether the question writes the word with a capital: then somebody meant a name, and two steps lead
            from one name to another too easily.
    """
    if len(word) < _SHORTEST or not word.isalnum():
        return None
    allowed = 2 if len(word) >= _TWO_EDITS_FROM else 1
    found = process.extract(word, frequencies.keys(), scorer=DamerauLevenshtein.distance, score_cutoff=allowed, limit=None)
    candidates = [(other, int(distance)) for other, distance, _ in found if _plausible(word, other, int(distance), is_name, capital)]
    if not candidates:
        return None
    return min(candidates, key=lambda pair: (pair[1], pair[0][0] != word[0], -frequencies[pair[0]], pair[0]))[0]


def _plausible(word: str, other: str, distance: int, is_name: Callable[[str], bool], capital: bool) -> bool:
    if len(other) < _SHORTEST or word.isdigit() or _digits(word) != _digits(other):
        return False
    if distance == 1:
        return True
    return not (capital and not is_name(other)) and (word[0] == other[0] or len(word) > _TWO_EDITS_FROM)


def _digits(word: str) -> str:
    return "".join(c for c in word if c.isdigit())
