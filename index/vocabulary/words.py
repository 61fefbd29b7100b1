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

# Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese put no blanks between words, or glue endings to them:
# every character is a word, and a name is a run of them without a gap, so that whatever stands in such a text
# is found wherever its words may end.
_UNSPACED = (
    "\u3005-\u3007\u3021-\u3029\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3131-\u318e\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d\U00020000-\U000323af"
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u1000-\u102a\u103f\u1050-\u1059"
    "\u1780-\u17b3\u1100-\u11ff"
)
# Vowel signs and accents that follow their letter.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f"
    "\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u0a3c-\u0a4d\u0abc-\u0acd\u0b3c-\u0b4d\u0bbe-\u0bcd\u0c3e-\u0c4d"
    "\u0cbc-\u0ccd\u0d3e-\u0d4d\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3"
    "\u3099\u309a\uff9e\uff9f"
)
_LETTER = rf"[^\W_{_UNSPACED}{_MARKS}]"
_WORD = re.compile(
    r"(?:[vV](?=\d+\.\d))?("  # v1.19 is version 1.19
    r"\d{1,3}(?:,\d{3})+(?![^\W_])"  # 10,000 is a number
    r"|[\u1100-\u115f][\u1160-\u11a7][\u11a8-\u11ff]?"  # a Korean syllable, taken apart
    rf"|[{_UNSPACED}][{_MARKS}]*"
    # "C++" and "C#" are names; an apostrophe-s belongs to its word.
    rf"|{_LETTER}(?:{_LETTER}|[{_MARKS}])*(?:\+\+|#(?!\w))?(?:['’]s(?![^\W_]))?)"
)
_ALONE = re.compile(rf"[{_UNSPACED}]")
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_POSSESSIVE = re.compile(r"['’]s$")
# Not behind a digit: K8s, K3s and K0s are names of one thing.
_ACRONYM_PLURAL = re.compile(r"^[A-Z]{2,}s$")
# Letters that are drawn in another way, one character for one: mathematical bold, full width.
_DRAWN = re.compile("[\uff01-\uff5e\U0001d400-\U0001d7ff]")
# What may stand between two words of one name: white space, or a single mark ("cert-manager", "node.js",
# "CI/CD").
GAP = re.compile(r"\s*|\s?[-‐‑–_./'’&+]\s?")
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
        yield Word(match.start(), match.end(), fold(match[1]))


def is_unspaced(form: str) -> bool:
    """Return whether a folded word is a character of a script that puts no blanks between words."""
    return _ALONE.match(form) is not None


def plain_letters(text: str) -> str:
    """Return a text with letters that are drawn bold or wide as what they are, character for character."""
    return _DRAWN.sub(lambda match: _plain(match[0]), text)


def _plain(letter: str) -> str:
    plain = unicodedata.normalize("NFKC", letter)
    return plain if len(plain) == 1 else letter


@lru_cache(maxsize=2**15)
def fold(word: str) -> str:
    """Drop case, accents, a possessive and an acronym's plural s ("VMs" is "vm")."""
    bare = word if word.isascii() else unicodedata.normalize("NFKC", word)
    bare = _POSSESSIVE.sub("", bare)
    if "," in bare:
        return bare.replace(",", "")
    if _ACRONYM_PLURAL.match(bare):
        bare = bare[:-1]
    # Nearly every word is ASCII, and the whole of a build's words are folded before its first question.
    if bare.isascii():
        return bare.lower()
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", bare))).casefold()


def singular(form: str) -> str:
    """Drop a plural ending from a folded word.

    The S stemmer: Harman, "How effective is suffixing?", JASIS 42, 1991.
    """
    if len(form) <= 3 or form[-2].isdigit():
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
    """Return all words of a text, folded and joined; the `core` of what `find_phrase` finds is part of it."""
    return join(word.form for word in words(text))


@lru_cache(maxsize=2**12)
def forms(text: str) -> frozenset[str]:
    """Return the folded words of a text, each once."""
    return frozenset(word.form for word in words(text))


@lru_cache(maxsize=2**8)
def core(phrase: str) -> str:
    """Return what a squeezed text must hold to say the phrase: its singular, but for a letter that changes."""
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
