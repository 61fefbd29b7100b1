"""The words of languages: which of them carry grammar only, and which of them exist.

A language is two files in `words/`, found by their names; `words/README.md` says what they hold.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, cast

from bot.answering.language.data import read_data
from index.vocabulary.words import fold, singular, words

_FOLDER = Path(__file__).with_name("words")
_ENGLISH = "en"
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
_LETTERS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_ENDINGS = (
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
)
_PREFIXES = tuple(
    [
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
    ]
)
_PART = 4  # letters of the shortest part of a compound
_COMMON = 3.0  # Zipf frequency of the parts of a compound: "kube" and "cost" are German words, and rare
_JOINTS = ("", "s", "n", "en", "es", "e")  # what German and Dutch put between two words


Holding = Literal["video", "slides", "code", "schedule", "recap", "speakers"]


@dataclass(frozen=True, eq=False)
class Language:
    """What a language's questions are made of, beside their subjects; folded and as written."""

    code: str
    name: str
    grammar: frozenset[str]
    asks: frozenset[str]  # what a question proper begins with
    wh: tuple[str, ...]  # of those the words that ask for a person, thing, time, place or way
    about: frozenset[str]  # what leads to its subject
    generic: frozenset[str]  # words about talks, notes and speakers as such
    pronouns: frozenset[str]
    continues: frozenset[str]  # what a follow-up begins with
    negation: frozenset[str]
    mentions: frozenset[str]  # words that ask for every mention of something
    leads_to_event: frozenset[str]  # what stands between a day and its conference: "day 1 of the ..."
    prepositions: frozenset[str]
    authors: frozenset[str]  # words that ask who wrote the notes
    speakers: frozenset[str]  # who gives a talk
    holds: frozenset[str]  # says that a talk has something: "with", "had"
    lacks: frozenset[str]  # says that it has none: "no", "without"
    speakers_own: frozenset[str]  # "I", "our": who says them mostly tells something
    greetings: tuple[str, ...]
    please: tuple[str, ...]
    thanks: tuple[str, ...]
    turns: tuple[str, ...]  # expressions with which a follow-up goes to another subject
    sides: tuple[str, ...]  # words between two things compared, the most telling first
    compares: frozenset[str]  # words that ask to compare, and are part of neither side: "compare", "better"
    more: frozenset[str]  # words that ask to go on with what was told
    links: Mapping[str, frozenset[str]]  # kinds of address, and the words that ask for them
    quantities: frozenset[tuple[str, ...]] = frozenset()  # folded expressions that ask for one: "how long"
    compounds: bool = False  # two words are written as one
    english: Mapping[str, str] = field(default_factory=dict)  # expressions with their English counterparts
    dictionary: Path | None = None

    def frequency(self, word: str) -> float:
        """Return the Zipf frequency of a word in lower case, 0 where the dictionary lacks it."""
        return _frequency(self._lines, word)

    def knows(self, word: str) -> bool:
        """Return whether the dictionary has a word in lower case, or a word of which it is made."""
        return self.frequency(word) > 0 or (self.compounds and self._is_compound(word))

    @cached_property
    def _lines(self) -> bytes:
        # Sorted lines, unpacked in 5 ms and searched by halves: a set would take 100 ms and 15 MB a language.
        return gzip.decompress(self.dictionary.read_bytes()) if self.dictionary else b""

    def _is_compound(self, word: str) -> bool:
        return any(
            self.frequency(word[at:]) >= _COMMON
            and any(
                word[:at].endswith(joint) and self.frequency(word[:at].removesuffix(joint)) >= _COMMON
                for joint in _JOINTS
            )
            for at in range(_PART, len(word) - _PART + 1)
        )


@cache
def languages(folder: Path = _FOLDER) -> Mapping[str, Language]:
    """Return the languages that questions are read in, by code."""
    return {path.stem: _read(path) for path in sorted(folder.glob("*.yaml"))}


def _read(path: Path) -> Language:
    content: dict[str, Any] = read_data(path)
    dictionary = path.with_suffix(".txt.gz")

    def folded(key: str) -> frozenset[str]:
        listed = str(content.get(key) or "").split()
        return frozenset(listed) | {fold(word) for word in listed}

    def listed(key: str) -> tuple[str, ...]:
        return tuple(map(str, content.get(key) or ()))

    return Language(
        code=path.stem,
        name=str(content["name"]),
        grammar=folded("grammar"),
        asks=folded("asks"),
        wh=tuple(str(content.get("wh") or "").split()),
        about=folded("about"),
        generic=folded("generic"),
        pronouns=folded("pronouns"),
        continues=folded("continues"),
        negation=folded("negation"),
        mentions=folded("mentions"),
        leads_to_event=folded("leads_to_event"),
        prepositions=folded("prepositions"),
        authors=folded("authors"),
        speakers=folded("speakers"),
        holds=folded("holds"),
        lacks=folded("lacks"),
        speakers_own=folded("speakers_own"),
        greetings=listed("greetings"),
        please=listed("please"),
        thanks=listed("thanks"),
        turns=listed("turns"),
        sides=tuple(str(content.get("sides") or "").split()),
        compares=folded("compares"),
        more=folded("more"),
        links={kind: frozenset(text.split()) for kind, text in (content.get("links") or {}).items()},
        quantities=frozenset(tuple(word.form for word in words(said)) for said in listed("quantities")),
        compounds=bool(content.get("compounds")),
        english={
            " ".join(fold(part) for part in str(word).split()): str(english)
            for word, english in (content.get("english") or {}).items()
        },
        dictionary=dictionary if dictionary.exists() else None,
    )


def english() -> Language:
    """Return the language that the trade speaks: its grammar words carry nothing in any question."""
    return languages()[_ENGLISH]


@lru_cache(maxsize=256)
def language_of(text: str, folder: Path = _FOLDER) -> Language:
    """Return the language in which a question is asked, by its grammar words; English where they do not tell."""
    found = [word.lower().replace("’", "'") for word in _LETTERS.findall(text)]
    best, most = english(), 0
    for language in languages(folder).values():
        own = sum(word in language.grammar and word not in english().grammar for word in found)
        others = sum(word in english().grammar and word not in language.grammar for word in found)
        begins = bool(found) and found[0] in language.asks and found[0] not in english().grammar
        if own > most and own > others - begins and (own > 1 or begins or len(found) <= 2):
            best, most = language, own
    return best


def is_stop(word: str, language: Language | None = None) -> bool:
    """Return whether a word carries grammar only, in English or in the question's language, where "CI" may be no name."""
    lowered = word.lower().replace("’", "'")
    if lowered in english().grammar or fold(word) in english().grammar:
        return True
    return language is not None and lowered in language.grammar


@cache
def holdings() -> Mapping[str, Holding]:
    """Return what a talk can have beside its notes, by the words of all languages that ask for it."""
    found: dict[str, Holding] = {}
    for language in languages().values():
        for kind, said in language.links.items():
            found |= dict.fromkeys(map(fold, said), cast(Holding, kind))
        found |= dict.fromkeys(language.speakers, "speakers")
    return found


@cache
def _generic() -> frozenset[str]:
    return frozenset().union(*(language.generic for language in languages().values()))


def is_generic(word: str) -> bool:
    """Return whether a word speaks about notes, talks and speakers as such."""
    return fold(word) in _generic()


@cache
def _trade() -> Mapping[str, frozenset[str]]:
    content = read_data("trade.yaml")
    return {name: frozenset(text.split()) for name, text in content.items()}


def is_product(form: str) -> bool:
    """Return whether a folded word is a product of the trade, which is never read as a slip of another name."""
    return form in _trade()["products"]


def ends_companies(form: str) -> bool:
    """Return whether a folded word stands behind companies' names as a part of them."""
    return form in _trade()["endings"]


@lru_cache(maxsize=20_000)
def is_real_word(word: str, language: Language | None = None) -> bool:
    """Return whether the trade, English or another language knows a word or the word that it is an inflection of."""
    lowered = word.lower()
    if {lowered, singular(fold(word)), lowered.removesuffix("s"), _american(lowered)} & _trade()["trade"]:
        return True
    if any(english().frequency(form) for form in _bare_forms(lowered)) or _is_done_again(lowered):
        return True
    return language is not None and language is not english() and language.knows(lowered)


@lru_cache(maxsize=20_000)
def is_common_elsewhere(word: str) -> bool:
    """Return whether some language has a word in lower case among its common ones: "übrigens" is no name in an English question."""
    return any(language.frequency(word) >= _COMMON for language in languages().values())


def _is_done_again(word: str) -> bool:
    """Return whether a word is a common one behind "re" or "un": "reran"."""
    return any(
        word.startswith(prefix) and english().frequency(word.removeprefix(prefix)) > _COMMON + 1
        for prefix in ("re", "un")
    )


def _frequency(lines: bytes, word: str) -> float:
    """Look a word up in sorted lines, by halves."""
    wanted = f"{word} ".encode()
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        start = lines.rfind(b"\n", 0, middle) + 1
        end = lines.find(b"\n", middle)
        end = end if end >= 0 else len(lines)
        line = lines[start:end]
        if line.startswith(wanted):
            return int(line[len(wanted) :]) / 10
        # The space ends a word, and no sign of a word sorts before it.
        if line < wanted:
            low = end + 1
        else:
            high = start
    return 0.0


def _american(word: str) -> str:
    return _BRITISH.sub(lambda match: _AMERICAN[match[0]], word)


def _bare_forms(word: str) -> list[str]:
    american = _american(word)
    forms = [word, fold(word), singular(word), american, singular(american)]
    for ending, other in _ENDINGS:
        bare = word.removesuffix(ending)
        if bare != word and len(bare) >= 3 and (other or not _doubles(bare, ending)):
            forms.append(bare + other)
    for prefix in _PREFIXES:
        bare = word.removeprefix(prefix)
        if bare != word and len(bare) >= 5:
            forms.append(bare)
    return forms


def _doubles(bare: str, ending: str) -> bool:
    # "debuging" is no word: a short vowel before one consonant doubles it.
    return ending in {"ing", "ed", "er"} and bool(re.search(r"[^aeiou][aeiou][bcdfgklmnprtvz]$", bare))
