"""The words of questions: lists that say which of them carry a topic, and a dictionary that says which of them exist."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml
from spellchecker import SpellChecker

from index.words import fold, singular

_STARTS_FRENCH = re.compile(r"^(?:c'est|qu'|est-ce|t'as|y a|d'apr[eè]s|où|ou est)", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


@cache
def _lists() -> Mapping[str, frozenset[str]]:
    content = yaml.safe_load(files("bot.answering").joinpath("words.yaml").read_text(encoding="utf-8"))
    return {name: frozenset(text.split()) | {fold(word) for word in text.split()} for name, text in content.items()}


def is_stop(word: str) -> bool:
    """Tell whether a word carries grammar only, in English or French."""
    lists = _lists()
    lowered = word.lower()
    return lowered in lists["stop_english"] or lowered in lists["stop_french"] or fold(word) in lists["stop_english"]


def is_generic(word: str) -> bool:
    """Tell whether a word speaks about notes, talks and speakers as such."""
    return fold(word) in _lists()["generic"]


@cache
def glossary() -> Mapping[str, str]:
    """Return the French expressions that are read as English, folded."""
    content = yaml.safe_load(files("bot.answering").joinpath("glossary.yaml").read_text(encoding="utf-8"))
    return {" ".join(fold(part) for part in str(french).split()): str(english) for french, english in content.items()}


def is_french(text: str) -> bool:
    """Tell whether a question is asked in French, by its grammar words."""
    found = [word.lower() for word in _LETTERS.findall(text)]
    french = sum(word in _lists()["stop_french"] and word not in _lists()["stop_english"] for word in found)
    english = sum(word in _lists()["stop_english"] and word not in _lists()["stop_french"] for word in found)
    return bool(_STARTS_FRENCH.match(text) and french >= english) or (french >= 2 and french > english)


@cache
def _dictionary() -> SpellChecker:
    # Read on first need: 0.3 s that a question without unknown words does not pay.
    return SpellChecker(language=["en", "fr"], distance=1)


@cache
def is_real_word(word: str) -> bool:
    """Tell whether English, French or the trade knows the word or the word that it is an inflection of."""
    lowered = word.lower()
    if lowered in _lists()["trade"] or singular(fold(word)) in _lists()["trade"]:
        return True
    known = _dictionary()
    return any(form in known for form in _bare_forms(lowered))


def _bare_forms(word: str) -> list[str]:
    forms = [word, fold(word), singular(word)]
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
    for prefix in ("un", "re", "non", "pre", "micro", "auto", "multi", "over", "under", "co", "sub", "cyber", "inter"):
        bare = word.removeprefix(prefix)
        if bare != word and len(bare) >= 5:
            forms.append(bare)
    return forms


def _doubles(bare: str, ending: str) -> bool:
    # "debuging" is no word: a short vowel before one consonant doubles it.
    return ending in {"ing", "ed", "er"} and bool(re.search(r"[^aeiou][aeiou][bcdfgklmnprtvz]$", bare))
