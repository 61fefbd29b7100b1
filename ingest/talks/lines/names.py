"""Whether words are one person's name: by lists of given names, by their shape, by the words that a recap writes small."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from index.languages.words import either, phrases
from ingest.talks.lines.common_words import common_words
from ingest.talks.lines.name_words import (
    COMPANIES,
    GIVEN_NAMES,
    NAMES_AND_WORDS,
    ORDINARY,
    ORGANISATION_ENDINGS,
    ORGANISATION_WORDS,
    PARTICLES,
    PLACES,
    ROLE_WORDS,
)

_NO_NAMES = ROLE_WORDS | ORGANISATION_WORDS
_BARE = 0.55  # two to four capitalised words, some of them everyday words: a name as likely as not
RARE = 0.78  # none of them is an everyday word
_EVERYDAY = 0.15  # all of them are: a title
UNSPACED = 0.7  # a family name and as many characters as names have; ordinary words begin with them too
_GIVEN_KNOWN = 0.35
_ORDINARY_WORD = -0.35
ACCEPT = 0.5
SURE = 0.75
_HABIT = 2  # speakers with a company behind a comma that make it a recap's habit
_CAPITALISED = r"[^\W\d_a-zß-ÿ][\w.'’-]+"
# Where a speaker may stand: behind a line's beginning, a bracket, a dash, a colon, a bar or a joining word.
_SLOT = (
    rf"(?:^(?:[^\w\n]|_)*|[(—–|:][ \t]*|[ ]-[ ]|\b(?:by|{either('bylines', 'and')})[ ]|&[ ])"
    rf"(?P<name>{_CAPITALISED}(?:[ ](?:{'|'.join(sorted(PARTICLES))}|{_CAPITALISED})){{1,3}})"
)
_PLACED = re.compile(rf"{_SLOT}(?=,[ ]|[ ]\()", re.MULTILINE)
# "Ann Bee, Harbour Nine" at a line's end or in brackets
_BEHIND_COMMA = re.compile(
    rf"{_SLOT},[ ]+"
    r"(?P<second>[^\n,()|;:]{2,50}?)[ \t*_]*(?:$|[|)])",
    re.MULTILINE,
)
# Brackets right behind a name: "Ann Bee (Harbour Nine)".
_IN_BRACKETS = re.compile(rf"{_SLOT}[ ]\((?P<second>[^\n,()|;:]{{2,50}})\)", re.MULTILINE)
UNSPACED_SIGN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SURNAMES = {
    length: "|".join(name for name in phrases("names", "surnames") if (len(name) > 1) == (length > 1))
    for length in (1, 2)
}
_UNSPACED_NAME = re.compile(
    rf"(?:{_SURNAMES[1]})[ 　]?(?:[\uac00-\ud7af]{{1,2}}|[\u3400-\u9fff々]{{1,2}})"
    rf"|(?:{_SURNAMES[2]})[ 　]?(?:[\uac00-\ud7af]{{1,2}}|[\u3400-\u9fff々ぁ-んァ-ヶ]{{1,3}})|[ァ-ヶー]+・[ァ-ヶー]+(?:・[ァ-ヶー]+)?"
)
_KANJI_PAIR = re.compile(r"[\u4e00-\u9fff々]{1,3}[ 　][\u4e00-\u9fff々ぁ-んァ-ヶ]{1,4}")
_KANJI_NAME = re.compile(r"[\u4e00-\u9fff々]{1,3}[ 　]?[\u4e00-\u9fff々ぁ-んァ-ヶ]{1,4}|[\uac00-\ud7af]{2,4}")
KANJI_HONORIFIC = re.compile(
    rf"(?<=[\u4e00-\u9fffぁ-んァ-ヶー\uac00-\ud7af])\s?(?:{either('bylines', 'honorifics')})$"
)
_INNER = re.compile(r"(?:Mac|Mc|De|Di|Du|La|Le|Van|Fitz|O|Mb|Al|El|Ja|Jo|Ra|Ta|Ke)[A-ZÀ-Þ][a-zà-ÿ]+$")
_INITIALS = 2  # letters in capitals that a given name may be: "JP"
_SHORTEST_CAPITALS = 4  # letters of a surname in capitals; shorter ones are initials and abbreviations


class OrdinaryWords(frozenset[str]):
    """Words that a recap writes in lower case, with the everyday words of its language beside English.

    Beside them stand the names that it sets where others say whom a speaker works for.
    """

    __slots__ = ("common", "companies")
    common: frozenset[str]
    companies: frozenset[str]

    def __eq__(self, other: object) -> bool:
        """Compare the languages and companies too: what was read with one set must not be looked up with another."""
        if not isinstance(other, OrdinaryWords):
            return False
        alike = other.common is self.common and other.companies == self.companies
        return alike and frozenset.__eq__(self, other)

    __hash__ = frozenset.__hash__

    def without_own(self) -> OrdinaryWords:
        """Return the language's words alone, for a recap that writes everything small."""
        made = OrdinaryWords()
        made.common, made.companies = self.common, self.companies
        return made

    @classmethod
    def of(cls, words: Iterable[str], language: str, text: str = "") -> OrdinaryWords:
        """Make them of a recap's own words, its language (ISO 639-1) and its text."""
        made = cls(words)
        made.common = common_words(language) if language != "en" else frozenset()
        made.companies = frozenset()
        made.companies = companies_by_habit(text, made)
        return made


def _key(name: str) -> str:
    return " ".join(word.lower().strip(".,") for word in name.split())


def companies_by_habit(text: str, ordinary: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the names behind speakers' commas and in their brackets that are companies by what else the recap sets there.

    "Ann Bee, Harbour Nine" may be two people. Where the recap has "Carl Dee, Quay" and "Eva Eff, Mole Labs", and no second
    person is surely one, it is not; nor where one name stands behind two people. Who has a company of his own is a person.
    The names are in small letters.
    """
    found = _behind(_BEHIND_COMMA, text, ordinary) | _behind(_IN_BRACKETS, text, ordinary)
    speakers = {_key(match["name"]) for match in _PLACED.finditer(text)} if found else set()
    endings = {speaker[at:] for speaker in speakers for at in _word_starts(speaker)}
    return frozenset(found - endings)


def _word_starts(words: str) -> list[int]:
    return [0, *(at + 1 for at, sign in enumerate(words) if sign == " ")]


def _behind(place: re.Pattern[str], text: str, ordinary: frozenset[str]) -> set[str]:
    """Return the names in one place behind speakers that the recap shows to be companies."""
    behind: dict[str, set[str]] = {}
    told = people = 0
    for match in place.finditer(text):
        name, second = match["name"], " ".join(match["second"].split())
        if person_score(name, ordinary) < ACCEPT or not second:
            continue
        first, score = second.split()[0].lower(), person_score(second, ordinary)
        if score < ACCEPT:
            told += 1
        elif first in GIVEN_NAMES or first.split("-")[0] in GIVEN_NAMES:
            people += 1
        else:
            behind.setdefault(_key(second), set()).add(name)
    habit = told >= _HABIT and not people
    return {second for second, names in behind.items() if habit or len(names) > 1}


def is_organisation(words: str, ordinary: frozenset[str] = frozenset()) -> bool:
    """Return whether words with the shape of a name are a company: by its trade at their end, or since it is a known one."""
    folded = _key(words)
    own = ordinary.companies if isinstance(ordinary, OrdinaryWords) else COMPANIES
    return folded in COMPANIES or folded in own or folded.rpartition(" ")[2] in ORGANISATION_ENDINGS


def _is_everyday(word: str, ordinary: frozenset[str]) -> bool:
    return (
        word in common_words("en")
        or word in ordinary
        or (isinstance(ordinary, OrdinaryWords) and word in ordinary.common)
    )


def person_score(words: str, ordinary: frozenset[str] = frozenset()) -> float:
    """Score how likely the words are one person's full name, 0 to 0.9.

    Args:
        words: The candidate.
        ordinary: Words that the recap writes in lower case elsewhere.
    """
    if UNSPACED_SIGN.search(words):
        return unspaced_score(words.strip())
    tokens = words.split()
    if not 2 <= len(tokens) <= 5 or not _shaped(tokens):
        return 0.0
    folded = [token.lower().strip(".,") for token in tokens]
    known = folded[0] in GIVEN_NAMES or folded[0].split("-")[0] in GIVEN_NAMES
    tested = folded[1:] if known else folded
    whole = " ".join(folded)
    if whole in PLACES or is_organisation(whole, ordinary) or not _NO_NAMES.isdisjoint(tested):
        return 0.0
    titled = any(word in ORDINARY for word in tested)
    if titled and not (known and len(tokens) == 2 and folded[0] not in NAMES_AND_WORDS):
        return 0.0
    if not known:
        return _unlisted_score(folded, ordinary)
    plain = titled or any(word in ordinary and word not in PARTICLES for word in tested)
    return _BARE + _GIVEN_KNOWN + (_ORDINARY_WORD if plain else 0.0)


def _unlisted_score(folded: Sequence[str], ordinary: frozenset[str]) -> float:
    """Score a name whose given name no list has, by how many of its words are everyday words."""
    # A particle that begins a name is a given name, and no everyday word there.
    telling = [word for at, word in enumerate(folded) if (word not in PARTICLES or not at) and len(word) > 1]
    everyday = sum(word not in PARTICLES and _is_everyday(word, ordinary) for word in telling)
    if not everyday:
        return RARE
    return _BARE if everyday < len(telling) else _EVERYDAY


def unspaced_score(words: str) -> float:
    """Score a name in a script without capitals and, mostly, without spaces."""
    named = KANJI_HONORIFIC.sub("", words)
    if named != words and _KANJI_NAME.fullmatch(named):
        return _BARE + _GIVEN_KNOWN
    if _UNSPACED_NAME.fullmatch(named):
        return UNSPACED
    return _BARE if _KANJI_PAIR.fullmatch(named) else 0.0


def _shaped(tokens: list[str]) -> bool:
    if (
        len(tokens[0]) > _INITIALS
        and tokens[0].isupper()
        and tokens[0].isalpha()
        and not tokens[-1].isupper()
    ):
        return False  # "HAW Quayside", a company
    # "Di Ebb" begins with a name, "Anna di Bee" holds a particle.
    capitals = [
        t for at, t in enumerate(tokens) if t.lower() not in PARTICLES or (not at and t[:1].isupper())
    ]
    if len(capitals) < 2 or len(capitals) > 4:
        return False
    return all(_name_token(token) for token in capitals)


def _capitals(token: str) -> bool:
    return len(token) >= _SHORTEST_CAPITALS and token.isupper() and token.isalpha()


def written(name: str) -> str:
    """Write a name as people do: surnames in capitals get small letters ("Lena HAAN")."""
    tokens = name.split()
    if not any(_capitals(token) for token in tokens) or (
        _capitals(tokens[0]) and tokens[0].lower() not in GIVEN_NAMES
    ):
        return name
    return " ".join(token.title() if _capitals(token) else token for token in tokens)


def _name_token(token: str) -> bool:
    if not token[0].isalpha() or not (token[0].isupper() or token[0] == token[0].lower() == token[0].upper()):
        return False
    letters = token.replace("-", "").replace("'", "").replace("’", "").replace(".", "")
    if not letters.isalpha() or (len(letters) > 3 and letters.isupper()):
        return False
    # "McCrindle" and "DeShawn" are people, "HAProxy" and "OpenShift" are not.
    inner = next((at for at, sign in enumerate(letters[1:], 1) if sign.isupper()), 0)
    return (
        len(letters) <= 3
        or not inner
        or "-" in token
        or "'" in token
        or "’" in token
        or _INNER.match(token) is not None
    )


def begins_like_a_name(text: str) -> bool:
    """Tell cheaply that most lines are no names: two words, of which the first could be one."""
    words = text.split(None, 2)
    if not words:
        return False
    if UNSPACED_SIGN.search(text):
        return True
    if len(words) < 2 and "・" not in text and "、" not in text:
        return words[0].lower().strip("(,") in GIVEN_NAMES
    first = words[0]
    if not first[0].isalpha() or first[0].islower():
        return False
    word, following = first.lower().strip(".,()"), words[1].lower().strip(".,;:()") if len(words) > 1 else ""
    if word in GIVEN_NAMES or word.split("-")[0] in GIVEN_NAMES or word in PARTICLES:
        return True
    # No name begins with two everyday words, nor do most lines with anything else.
    return word not in ORDINARY and not (word in common_words("en") and following in common_words("en"))
