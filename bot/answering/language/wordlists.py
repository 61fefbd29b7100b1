"""The words of questions: lists that say which of them carry a topic, and a dictionary that says which of them exist."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from bot.answering.language.data import read_data
from index.vocabulary.words import fold, singular

_STARTS_FRENCH = re.compile(r"^(?:c'est|qu'|est-ce|t'as|y a|d'apr[eè]s|où|ou est)", re.IGNORECASE)
_AMERICAN = {
    "our": "or",
    "tre": "ter",
    "yse": "yze",
    "ise": "ize",
    "isa": "iza",
    "isi": "izi",
    "ogue": "og",
    "lling": "ling",
    "lled": "led",
}
_BRITISH = re.compile("|".join(sorted(_AMERICAN, key=len, reverse=True)))
_SHARED = {"was", "in", "so", "an", "am", "also", "will"}  # by English and German
_LETTERS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


@cache
def _lists() -> Mapping[str, frozenset[str]]:
    content = read_data("words.yaml")
    return {
        name: frozenset(text.split()) | {fold(word) for word in text.split()}
        for name, text in content.items()
    }


def is_stop(word: str, *, french: bool = False, german: bool = False) -> bool:
    """Tell whether a word carries grammar only; French grammar counts in French questions, where "CI" is no name."""
    lists = _lists()
    if german and word.lower() in lists["stop_german"]:
        return True
    return (
        word.lower() in lists["stop_english"]
        or fold(word) in lists["stop_english"]
        or (french and word.lower() in lists["stop_french"])
    )


def is_generic(word: str) -> bool:
    """Tell whether a word speaks about notes, talks and speakers as such."""
    return fold(word) in _lists()["generic"]


def is_product(form: str) -> bool:
    """Tell whether a folded word is a product of the trade, which is never read as a slip of another name."""
    return form in _lists()["products"]


@cache
def glossary() -> Mapping[str, str]:
    """Return the French expressions that are read as English, folded."""
    content = read_data("glossary.yaml")
    return {
        " ".join(fold(part) for part in str(french).split()): str(english)
        for french, english in content.items()
    }


def is_french(text: str) -> bool:
    """Tell whether a question is asked in French, by its grammar words."""
    found = [word.lower() for word in _LETTERS.findall(text)]
    french = sum(word in _lists()["stop_french"] and word not in _lists()["stop_english"] for word in found)
    english = sum(word in _lists()["stop_english"] and word not in _lists()["stop_french"] for word in found)
    return bool(_STARTS_FRENCH.match(text) and french >= english) or (french >= 2 and french > english)


@lru_cache(maxsize=64)
def is_german(text: str) -> bool:
    """Tell whether a question is asked in German, by its grammar words."""
    found = [word.lower() for word in _LETTERS.findall(text)]
    german = sum(word in _lists()["stop_german"] for word in found)
    english = sum(word in _lists()["stop_english"] and word not in _SHARED for word in found)
    return german > english


@cache
def _dictionaries() -> tuple[bytes, ...]:
    # pyspellchecker's own reading of its English and French words takes 0.3 s and 40 MB, a whole question's
    # time; as they lie in the package they are sorted lines of `"word": count`, unpacked in 15 ms.
    resources = files("spellchecker").joinpath("resources")
    return tuple(
        gzip.decompress(resources.joinpath(f"{language}.json.gz").read_bytes()) for language in ("en", "fr")
    )


def _stands_in(lines: bytes, word: str) -> bool:
    """Look a word up in sorted lines, by halves."""
    wanted = f'"{word}":'.encode()
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        start = lines.rfind(b"\n", 0, middle) + 1
        end = lines.find(b"\n", middle)
        line = lines[start : end if end >= 0 else len(lines)]
        if line.startswith(wanted):
            return True
        if line < wanted:
            low = start + len(line) + 1
        else:
            high = start
    return False


@lru_cache(maxsize=20_000)
def is_real_word(word: str) -> bool:
    """Tell whether English, French or the trade knows the word or the word that it is an inflection of."""
    lowered = word.lower()
    if {lowered, singular(fold(word)), lowered.removesuffix("s"), _american(lowered)} & _lists()["trade"]:
        return True
    return any(_stands_in(lines, form) for form in _bare_forms(lowered) for lines in _dictionaries())


def _american(word: str) -> str:
    return _BRITISH.sub(lambda match: _AMERICAN[match[0]], word)


def _bare_forms(word: str) -> list[str]:
    american = _american(word)
    forms = [word, fold(word), singular(word), american, singular(american)]
    for ending, other in (
        ("ing", ""),
        ("ing", "e"),
        ("ed", ""),
        ("ed", "e"),
        ("er", ""),
        ("er", "e"),
        ("ly", ""),
        ("ness", ""),
        ("less", ""),
        ("able", ""),
    ):
        bare = word.removesuffix(ending)
        if bare != word and len(bare) >= 3 and (other or not _doubles(bare, ending)):
            forms.append(bare + other)
    for prefix in (
        "un",
        "re",
        "non",
        "pre",
        "micro",
        "auto",
        "multi",
        "over",
        "under",
        "co",
        "sub",
        "cyber",
        "inter",
        "meta",
        "super",
        "hyper",
    ):
        bare = word.removeprefix(prefix)
        if bare != word and len(bare) >= 5:
            forms.append(bare)
    return forms


def _doubles(bare: str, ending: str) -> bool:
    # "debuging" is no word: a short vowel before one consonant doubles it.
    return ending in {"ing", "ed", "er"} and bool(re.search(r"[^aeiou][aeiou][bcdfgklmnprtvz]$", bare))
