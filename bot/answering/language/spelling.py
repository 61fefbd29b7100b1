"""Typing errors: corrected only towards words that the notes contain, and only where the word itself is nothing.

Distance: Damerau-Levenshtein without restriction, so that "ephermal" is two steps from "ephemeral".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from bot.answering.language.wordlists import Language, english

_SHORTEST = 4  # three letters are an acronym as often as a word
_TWO_EDITS_FROM = 7
# A slip is so much rarer than the grammar word that was meant, in powers of ten: "teh" is one of "the", "three" is none of "there".
_RARER = 2.0
_SWAPPED_FROM = 3  # letters of a word two of whose letters may be swapped
_MISSED_FROM = 5  # letters of a word that may lack one or have one too many
_PLAIN_FROM = 7  # "syft" is no slip of "soft", and what a plain word meant is mostly plain from the others


def closest_word(
    word: str,
    frequencies: Mapping[str, int],
    *,
    is_name: Callable[[str], bool],
    capital: bool = False,
    is_plain: Callable[[str], bool] = lambda _: False,
) -> str | None:
    """Return the notes' word that a misspelled one was meant to be, or None.

    Args:
        word: The folded word, which the notes do not contain.
        frequencies: The notes' folded words and how often they stand there.
        is_name: Whether a word of the notes is written with a capital there.
        capital: Whether the question writes the word with a capital: then somebody meant a name.
        is_plain: Whether a dictionary has a word.
    """
    if len(word) < _SHORTEST or not word.isalnum():
        return None
    allowed = 2 if len(word) >= _TWO_EDITS_FROM else 1
    found = process.extract(
        word, frequencies.keys(), scorer=DamerauLevenshtein.distance, score_cutoff=allowed, limit=None
    )
    candidates = [
        (other, int(distance))
        for other, distance, _ in found
        if _plausible(word, other, int(distance))
        and frequencies[other]
        and (
            is_name(other)
            or not is_plain(other)
            or (not capital and _is_plain_slip(word, other, int(distance)))
        )
    ]
    if not candidates:
        return None
    return min(candidates, key=lambda pair: (pair[1], pair[0][0] != word[0], -frequencies[pair[0]], pair[0]))[
        0
    ]


@lru_cache(maxsize=4_096)
def grammar_meant(word: str, language: Language) -> str | None:
    """Return the grammar word of which a word in lower case is a slip ("waht", "couldnt"), or None."""
    bare = _without_apostrophes(language)
    if word in bare:
        return bare[word]
    listed = english().grammar | language.grammar
    near = process.extract(word, listed, scorer=DamerauLevenshtein.distance, score_cutoff=1, limit=None)
    meant = [other for other, distance, _ in near if distance and _is_grammar_slip(word, other)]
    by_frequency = {other: _frequency(other, language) for other in meant}
    # People rarely miss the first letter: "hwo" is "how" rather than "who".
    best = max(
        by_frequency, key=lambda other: (other[0] == word[0], by_frequency[other], other), default=None
    )
    return best if best and by_frequency[best] - _frequency(word, language) >= _RARER else None


@lru_cache(maxsize=1)
def hasty_contractions() -> frozenset[str]:
    """Return what people write for a contraction in haste: "whats", "dont", but not the words "id", "ill" and "wed"."""
    endings = ("n't", "'s", "'re", "'ve")
    return frozenset(word.replace("'", "") for word in english().grammar if word.endswith(endings))


@lru_cache(maxsize=16)
def _without_apostrophes(language: Language) -> Mapping[str, str]:
    listed = english().grammar | language.grammar
    return {word.replace("'", ""): word for word in sorted(listed) if "'" in word}


def _frequency(word: str, language: Language) -> float:
    return max(english().frequency(word), language.frequency(word))


def _is_grammar_slip(word: str, other: str) -> bool:
    if len(word) == len(other):
        return len(word) >= _SWAPPED_FROM and sorted(word) == sorted(other)
    return len(other) >= _MISSED_FROM and word[0] == other[0]


def _plausible(word: str, other: str, distance: int) -> bool:
    """Return whether a slip may lead from one word to the other: people rarely miss the first letter ("kueue" is no "queue")."""
    if len(other) < _SHORTEST or word.isdigit() or _digits(word) != _digits(other):
        return False
    if word[0] == other[0]:
        return True
    swapped = word[:2] == other[1::-1]
    return distance == 1 and (swapped or (len(word) >= _TWO_EDITS_FROM and word == other[1:]))


def _is_plain_slip(word: str, other: str, distance: int) -> bool:
    """Return whether a slip may lead to a plain word: in a short one a letter is dropped or two are swapped ("acces", "suport")."""
    if len(word) >= _PLAIN_FROM:
        return distance == 1 or len(word) > _PLAIN_FROM
    return (
        distance == 1 and len(word) > _SHORTEST and (len(other) > len(word) or sorted(word) == sorted(other))
    )


def _digits(word: str) -> str:
    return "".join(c for c in word if c.isdigit())
