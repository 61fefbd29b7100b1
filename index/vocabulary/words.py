"""Words as the notes write them, folded so that spellings of one name meet.

A name is written in many ways: "cert-manager", "CertManager", "cert manager", "Cert Managers". Folding drops
case, accents, possessives and the plural, and a run of words is compared with its gaps closed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

# "C++" and "C#" are names; an apostrophe-s belongs to its word.
_WORD = re.compile(r"[^\W_]+(?:\+\+|#(?!\w))?(?:['’]s(?![^\W_]))?")
_POSSESSIVE = re.compile(r"['’]s$")
_ACRONYM_PLURAL = re.compile(r"^[A-Z0-9]{2,}s$")
# What may stand between two words of one name: white space, or a single mark ("cert-manager", "node.js",
# "CI/CD").
GAP = re.compile(r"\s+|\s?[-‐‑–_./'’&+]\s?")
# A single word meets a split spelling only from this length on: "iot" is not "IO T".
MIN_JOINED = 5


class Word(NamedTuple):
    """A word in a text: its span and its folded form, case and accents dropped, number kept."""

    start: int
    end: int
    form: str


def words(text: str) -> Iterator[Word]:
    """Yield the words of a text in order."""
    for match in _WORD.finditer(text):
        yield Word(match.start(), match.end(), fold(match.group()))


@lru_cache(maxsize=2**15)
def fold(word: str) -> str:
    """Drop case, accents, a possessive and an acronym's plural s ("VMs" is "vm")."""
    bare = _POSSESSIVE.sub("", word)
    if _ACRONYM_PLURAL.match(bare):
        bare = bare[:-1]
    if (
        bare.isascii()
    ):  # nearly every word, and the whole of a build's words are folded before its first question
        return bare.lower()
    decomposed = unicodedata.normalize("NFKD", bare)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def singular(form: str) -> str:
    """Drop a plural ending from a folded word (the S stemmer: Harman, "How effective is suffixing?", JASIS 42, 1991)."""
    if len(form) <= 3:
        return form
    if form.endswith("ies") and not form.endswith(("eies", "aies")):
        return form[:-3] + "y"
    if form.endswith("es") and not form.endswith(("aes", "ees", "oes")):
        return form[:-1]
    if form.endswith("s") and not form.endswith(("us", "ss")):
        return form[:-1]
    return form


def join(forms: Iterable[str]) -> str:
    """Close the gaps of a run of folded words; a point stays between digits, since 1.18 is not 118."""
    joined = ""
    for form in forms:
        joined += "." + form if joined[-1:].isdigit() and form[:1].isdigit() else form
    return joined


def name_key(name: str) -> str:
    """Fold a name so that its spellings meet: "auto-scaling" and "AutoScaling" have one key."""
    return singular(join(word.form for word in words(name)))


@lru_cache(maxsize=2**12)
def squeeze(text: str) -> str:
    """Return all words of a text, folded and joined: `core` of what `find_phrase` finds is always a substring of it."""
    return join(word.form for word in words(text))


@lru_cache(maxsize=2**12)
def forms(text: str) -> frozenset[str]:
    """Return the folded words of a text, each once."""
    return frozenset(word.form for word in words(text))


@lru_cache(maxsize=2**8)
def core(phrase: str) -> str:
    """Return what a text must hold, squeezed, to say the phrase: its singular, without a last letter that the plural changes."""
    stem = singular(join(word.form for word in words(phrase)))
    return stem[:-1] if len(stem) > 1 and stem.endswith("y") else stem


def find_phrase(text: str, phrase: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of a text where it says the phrase, whole words only, in order."""
    # Texts are squeezed once; most are ruled out here, in a fiftieth of the time that a look at their words
    # takes.
    if not (needed := core(phrase)) or needed not in squeeze(text):
        return ()
    wanted_words = [word.form for word in words(phrase)]
    wanted = singular(join(wanted_words))
    found = list(words(text))
    longest = len(found) if len(wanted_words) > 1 or len(wanted) >= MIN_JOINED else 1
    spans: list[tuple[int, int]] = []
    for first, word in enumerate(found):
        if word.form[:1] == wanted[:1] and (end := _run(text, found, first, wanted, longest)) is not None:
            spans.append((word.start, end))
    return tuple(spans)


def _run(text: str, found: list[Word], first: int, wanted: str, longest: int) -> int | None:
    """Return where the run of words that starts at `first` has said `wanted`, or None."""
    joined = ""
    for at in range(first, min(first + longest, len(found))):
        word = found[at]
        if at > first and not GAP.fullmatch(text, found[at - 1].end, word.start):
            return None
        joined = join((joined, word.form)) if joined else word.form
        if singular(joined) == wanted:
            return word.end
        if len(joined) > len(wanted) + 3:
            return None
    return None
