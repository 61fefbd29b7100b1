"""People in by-lines and titles: names told from companies, roles and ordinary words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from index.languages.words import either, phrases
from ingest.talks.lines.common_words import common_words
from ingest.talks.lines.name_words import (
    COMPANIES,
    GIVEN_NAMES,
    NAMES_AND_WORDS,
    ORDINARY,
    ORGANISATION_WORDS,
    PARTICLES,
    PLACES,
    ROLE_WORDS,
    TITLE_SMALL_WORDS,
)

_NO_NAMES = ROLE_WORDS | ORGANISATION_WORDS
_BARE = 0.55  # two to four capitalised words, some of them everyday words: a name as likely as not
_RARE = 0.78  # none of them is an everyday word
_EVERYDAY = 0.15  # all of them are: a title
_UNSPACED = 0.7  # a family name and as many characters as names have; ordinary words begin with them too
_GIVEN_KNOWN = 0.35
_COMPANY_KNOWN = 0.25
_ORDINARY_WORD = -0.35
_OFFICE = re.compile(
    r"(?i:(?:co-?founder|founder|ceo|cto)(?:\s*(?:&|and|/)\s*(?:co-?founder|ceo|cto))?)\s+(?=[A-Z])"
)
_ROLE_KNOWN = 0.15
ACCEPT = 0.5
SURE = 0.75
_HALF = 0.5
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

_AND = either("bylines", "and")
_CONJUNCTION = rf"\s+(?:&|{_AND})\s+|\s*[&＆+]\s+(?=[A-ZÀ-Þ])|\s*(?:と|、|・(?=\S+\s\S))\s*"
_SPLIT = re.compile(
    rf"(?P<semi>\s*[;；]\s*)|(?P<and>,?(?:{_CONJUNCTION}))|(?P<slash>\s+/\s+)|(?P<comma>\s*[,，]\s+|\s*,(?=[A-Z])|\s+[-–—|]\s+)"
)
# One of these stands wherever names are parted, and most words hold none.
_JOINS = re.compile(r"[;；,，/&＆+|–—と、・-]")
_JOINING = re.compile(rf"\s(?:{_AND})\s")
_PAREN = re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)|（([^（）]*)）|\[([^\[\]]*)\]")
_BRACKET = re.compile(r"[(（\[]")
_LEGAL = re.compile(
    r"(?:Inc|LLC|Ltd|GmbH|Corp|Co|AG|SA|SAS|BV|B\.V|S\.A|Limited|PLC|Technologies Inc)\.?", re.IGNORECASE
)
_NICKNAME = re.compile(r"[\"“”'‘’(]([A-Z][\w-]+)[\"“”'‘’)]\s+(?=[A-Z])")
_ASIDE = re.compile("[\"“”'‘’(]")  # no nickname without one of these
_HANDLE_FIRST = re.compile(r"^\s*@[\w.]+\s*\(([^()@]+)\)")
_COMPANY_ENDS = re.compile(rf"(?:{either('companies', 'endings')})$|^(?:{either('companies', 'beginnings')})")
_HANDLE = re.compile(r"\s*[(]?@[\w.]+[)]?")
_FAMILIAR = re.compile(rf"[A-ZÀ-Þ][\w-]+\s+(?:&|{_AND})\s+[A-ZÀ-Þ][\w-]+,\s+\S")
_UNSPACED_SIGN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SURNAMES = {
    length: "|".join(name for name in phrases("names", "surnames") if (len(name) > 1) == (length > 1))
    for length in (1, 2)
}
_UNSPACED_NAME = re.compile(
    rf"(?:{_SURNAMES[1]})[ 　]?(?:[\uac00-\ud7af]{{1,2}}|[\u3400-\u9fff々]{{1,2}})"
    rf"|(?:{_SURNAMES[2]})[ 　]?(?:[\uac00-\ud7af]{{1,2}}|[\u3400-\u9fff々ぁ-んァ-ヶ]{{1,3}})|[ァ-ヶー]+・[ァ-ヶー]+(?:・[ァ-ヶー]+)?"
)
_HANGUL = re.compile(r"[\uac00-\ud7af]")  # its words are parted by spaces, and three syllables are no proof
_KANJI_PAIR = re.compile(r"[\u4e00-\u9fff々]{1,3}[ 　][\u4e00-\u9fff々ぁ-んァ-ヶ]{1,4}")
_KANJI_NAME = re.compile(r"[\u4e00-\u9fff々]{1,3}[ 　]?[\u4e00-\u9fff々ぁ-んァ-ヶ]{1,4}|[\uac00-\ud7af]{2,4}")
_KANJI_HONORIFIC = re.compile(
    rf"(?<=[\u4e00-\u9fffぁ-んァ-ヶー\uac00-\ud7af])\s?(?:{either('bylines', 'honorifics')})$"
)
_MATERIAL = re.compile(
    rf"[\[(]?(?:{'|'.join(either('links', kind) for kind in ('slides', 'video', 'schedule', 'code', 'other', 'behind'))})[\])]?",
    re.IGNORECASE,
)
_MATERIAL_ASIDE = re.compile(rf"\s*[(\[](?:{_MATERIAL.pattern})[)\]]\s*$", re.IGNORECASE)
# "Ann Bee (Quay. Recording)", "Ann Bee, Quay. Video; slides": what follows the company's full stop is a link's name.
# A line that is broken behind one of several links ends in what joins them: "Ann Bee, Quay. Recording,".
# Many a name is a word of several languages: each is taken once (atomically), or a long row of them never ends.
_ONE_MATERIAL = rf"(?:{_MATERIAL.pattern})(?=\s*(?:[,.;:&/|·•–—()\[\]-]|(?:{_AND})(?:\s|$)|$))"
_MATERIAL_BEHIND = re.compile(
    rf"(?>(?<!\b[A-Z])[.;]\s+(?:(?:the|session|talk)\s+)?{_ONE_MATERIAL}"
    rf"(?>(?:\s*[,&/|·•–—-]\s+|\s+(?:{_AND})\s+|\s+(?=[\[(])){_ONE_MATERIAL})*)+"
    rf"(?:\s+(?:{_AND})|\s*[.,;:&/|·•–—-])?(?=\s*[)\]]|\s*$)",
    re.IGNORECASE,
)
_BOTH = re.compile(
    rf"^(?:{either('bylines', 'both')})\s+(?:(?:of|from|at|von|bei|de|chez)\s+)?(?=\S)", re.IGNORECASE
)
_SYMBOLS = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d]+")  # emoji and flags
_PRONOUNS = re.compile(
    r"\s*[(\[]\s*(?:she|he|they|ze|xe|any|elle|il|iel|sie|er|ella|él|elle|ele|ela|lei|lui)(?:\s*[/,]\s*\w{2,6}){1,2}\s*[)\]]",
    re.IGNORECASE,
)
_INNER = re.compile(r"(?:Mac|Mc|De|Di|Du|La|Le|Van|Fitz|O|Mb|Al|El|Ja|Jo|Ra|Ta|Ke)[A-ZÀ-Þ][a-zà-ÿ]+$")
_INITIALS = 2  # letters in capitals that a given name may be: "JP"
_SHORTEST_CAPITALS = 4  # letters of a surname in capitals; shorter ones are initials and abbreviations
# "von" is a particle behind a given name alone: "Anna von Hagen".
_CAME_FROM = re.compile(
    r"(?:(?P<name>.+?)\s+(?:from|at|of|chez|bei|@)|(?P<full>\S+\s.*?\S)\s+von)\s+(?P<company>[A-ZÀ-Þ].*)$"
)
_HONORIFIC = re.compile(
    r"^(?:(?:Dr|Prof|Professor|Mr|Mrs|Ms|Sir|Frau|Herr|Mme|Don|Doña|Dott|Ing)\b\.?(?:-Ing\.)?\s+)+"
)


@dataclass(frozen=True, slots=True)
class People:
    """Speakers as a by-line names them."""

    names: tuple[str, ...]
    affiliations: tuple[str, ...]  # one a name, empty where none is given
    certainty: float


def has_role(words: str) -> bool:
    """Return whether the words hold a role, such as "Chief Architect"."""
    return any(word.lower().strip(".,()") in ROLE_WORDS for word in words.split())


def is_role(words: str) -> bool:
    """Return whether the words are a role rather than a title that mentions one, such as "On-call for frontend people"."""
    telling = [word.lower().strip(".,()") for word in words.split()]
    telling = [word for word in telling if word not in TITLE_SMALL_WORDS]
    share = sum(word in ROLE_WORDS for word in telling) / max(len(telling), 1)
    return share > _HALF or (share == _HALF and telling[0] in ROLE_WORDS)


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
    """Return the names behind speakers' commas that are companies by what the recap sets there elsewhere, in small letters.

    "Ann Bee, Harbour Nine" may be two people. Where the recap has "Carl Dee, Quay" and "Eva Eff, Mole Labs", and no second
    person is surely one, it is not; nor where one name stands behind two people. Who has a company of his own is a person.
    """
    behind: dict[str, set[str]] = {}
    told = people = 0
    for match in _BEHIND_COMMA.finditer(text):
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
    speakers = {match["name"].lower() for match in _PLACED.finditer(text)} if behind else set()
    return frozenset(
        second
        for second, names in behind.items()
        if (habit or len(names) > 1) and not any(speaker.endswith(second) for speaker in speakers)
    )


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
    if _UNSPACED_SIGN.search(words):
        return _unspaced_score(words.strip())
    tokens = words.split()
    if not 2 <= len(tokens) <= 5 or not _shaped(tokens):
        return 0.0
    folded = [token.lower().strip(".,") for token in tokens]
    known = folded[0] in GIVEN_NAMES or folded[0].split("-")[0] in GIVEN_NAMES
    tested = folded[1:] if known else folded
    whole = " ".join(folded)
    own = ordinary.companies if isinstance(ordinary, OrdinaryWords) else COMPANIES
    if whole in PLACES or whole in COMPANIES or whole in own or not _NO_NAMES.isdisjoint(tested):
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
        return _RARE
    return _BARE if everyday < len(telling) else _EVERYDAY


def _unspaced_score(words: str) -> float:
    """Score a name in a script without capitals and, mostly, without spaces."""
    named = _KANJI_HONORIFIC.sub("", words)
    if named != words and _KANJI_NAME.fullmatch(named):
        return _BARE + _GIVEN_KNOWN
    if _UNSPACED_NAME.fullmatch(named):
        return _UNSPACED
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


def _written(name: str) -> str:
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


@lru_cache(maxsize=8192)
def parse_people(
    text: str, ordinary: frozenset[str] = frozenset(), *, labelled: bool = False, listing: bool = False
) -> People | None:
    """Read "A & B, Company", "A (Role, Company) and B (...)", "A, X; B, Y" and their like.

    Args:
        text: The words that should hold names and nothing else.
        ordinary: Words that the recap writes in lower case elsewhere.
        labelled: The words stand after "Speaker:" or the like, so that any shape of name is taken.
        listing: What follows a comma is rather another name than a company.

    Returns:
        The people, or None where the words are not names.
    """
    cleaned = _cleaned(text)
    if not cleaned or len(cleaned) > 400:
        return None
    if not labelled and not begins_like_a_name(cleaned):
        return None
    reader = _Reader(ordinary, labelled, listing, familiar=bool(_FAMILIAR.match(cleaned)))
    if not all(reader.take(separator, item) for separator, item in _items(cleaned)):
        return None
    found = _once(reader.found)
    if not found:
        return None
    _share_affiliations(found)
    affiliations = tuple(_company(person.affiliation) for person in found)
    roles = any(has_role(part) for person in found for part in person.affiliation)
    bonus = (_COMPANY_KNOWN if any(affiliations) else 0.0) + (_ROLE_KNOWN if roles else 0.0)
    certainty = max(person.score for person in found) + bonus + (0.1 if len(found) > 1 else 0.0)
    return People(tuple(person.name for person in found), affiliations, min(certainty, 1.0))


def _cleaned(text: str) -> str:
    """Take nicknames, emoji, pronouns and handles out of a by-line."""
    cleaned = " ".join(text.split())
    if _ASIDE.search(cleaned):
        cleaned = _NICKNAME.sub("", cleaned)
    if not cleaned.isascii():
        cleaned = _SYMBOLS.sub(" ", cleaned)
    if "/" in cleaned:
        cleaned = _PRONOUNS.sub("", cleaned)
    if "@" in cleaned:
        cleaned = _HANDLE.sub("", _HANDLE_FIRST.sub(r"\1", cleaned))
    if len(cleaned) <= 1000 and ("." in cleaned or ";" in cleaned):
        cleaned = _MATERIAL_BEHIND.sub("", cleaned)
    cleaned = cleaned.strip(" \t\n*_.:·•-–—,;|")
    if cleaned.count("(") > cleaned.count(")"):
        cleaned += ")"
    return cleaned


def begins_like_a_name(text: str) -> bool:
    """Tell cheaply that most lines are no names: two words, of which the first could be one."""
    words = text.split(None, 2)
    if not words:
        return False
    if _UNSPACED_SIGN.search(text):
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


def _items(text: str) -> list[tuple[str, str]]:
    """Cut at separators that stand outside parentheses: (the separator before, the words)."""
    if not _JOINS.search(text) and not _JOINING.search(text):
        return [("", text.strip())] if text.strip() else []
    masked = _PAREN.sub(lambda m: "(" + "x" * (len(m[0]) - 2) + ")", text) if _BRACKET.search(text) else text
    items, at, separator = [], 0, ""
    for match in _SPLIT.finditer(masked):
        items.append((separator, text[at : match.start()]))
        separator, at = str(match.lastgroup), match.end()
    items.append((separator, text[at:]))
    return [(sep, words.strip()) for sep, words in items if words.strip()]


@dataclass(slots=True)
class _Person:
    name: str
    score: float
    affiliation: list[str]
    group: int


@dataclass(slots=True)
class _Reader:
    """Takes the parts of a by-line one by one."""

    ordinary: frozenset[str]
    labelled: bool
    listing: bool
    familiar: bool  # "Kyle & Mario, StockX": first names will do
    found: list[_Person] = field(default_factory=list)
    group: int = 0

    def take(self, separator: str, item: str) -> bool:
        """Add an item as a person or to the last person's affiliation; False where it can be neither."""
        self.group += separator == "semi"
        if self.found and _MATERIAL.fullmatch(item):
            return True  # "Ann Bee (Quay) - slides, video"
        item = _MATERIAL_ASIDE.sub("", item)
        paren = _PAREN.search(item)
        name, role = _split_role(_HONORIFIC.sub("", _PAREN.sub(" ", item).strip()))
        name = _written(name)
        if _UNSPACED_SIGN.search(name) and " " in name:
            name, role = _unspaced_with_company(name, role)
        aside = [next(g for g in paren.groups() if g is not None)] if paren else []
        score = 0.0 if _COMPANY_ENDS.search(name) else person_score(name, self.ordinary)
        if not self.found or separator == "semi":
            named = (
                score >= ACCEPT
                or (self.labelled and _nameable(name))
                or ((bool(aside) or self.familiar) and name.lower() in GIVEN_NAMES)
            )
        else:
            named = self._another(separator, name, score, role=role, paren=bool(paren))
        if not named and self.found and _COMPANY_ENDS.search(name):
            self.found[-1].affiliation.append(item)
            return True
        if named:
            self.found.append(
                _Person(
                    _KANJI_HONORIFIC.sub("", name),
                    max(score, ACCEPT),
                    [*([role] if role else []), *aside],
                    self.group,
                )
            )
            return True
        return self._affiliate(separator, item)

    def _another(self, separator: str, name: str, score: float, *, role: str, paren: bool) -> bool:
        if separator in {"and", "slash"}:
            first_name = self.labelled or self.familiar or self.found[-1].score <= ACCEPT
            return score >= ACCEPT or (first_name and name.lower() in GIVEN_NAMES)
        unspaced = score >= _UNSPACED and _UNSPACED_SIGN.search(name) is not None
        if score >= ACCEPT and (paren or self.listing or score >= _RARE or unspaced):
            return True
        return self.listing and self.labelled and _nameable(name) and not role and " " in name

    def _affiliate(self, separator: str, item: str) -> bool:
        if not self.found:
            return False
        last = self.found[-1].affiliation
        if separator not in {"and", "slash"} or (separator == "slash" and not last):
            last.append(item)
        elif not last:
            return False
        else:
            last[-1] += f" & {item}"  # "Data & Analytics", "Labor and Welfare Administration"
        return True


def _nameable(name: str) -> bool:
    return 1 <= len(name.split()) <= 5 and not any(ch.isdigit() or ch in '<>{}=/"“”«»' for ch in name)


def _split_role(core: str) -> tuple[str, str]:
    """Split "Ann Lee Senior Engineer" before the first word of the role."""
    came_from = _CAME_FROM.match(core)
    if came_from:
        return came_from["name"] or came_from["full"], came_from["company"]
    tokens = core.split()
    for at, token in enumerate(tokens):
        if at >= 2 and token.lower().strip(".,") in ROLE_WORDS:
            return " ".join(tokens[:at]), " ".join(tokens[at:])
    return core, ""


def _unspaced_with_company(words: str, role: str) -> tuple[str, str]:
    """Part "company, role, name" in any order where spaces alone stand between them."""
    parts = words.split()
    if len(parts) < 2 or _unspaced_score(words) >= _UNSPACED:
        return words, role
    for at in (len(parts) - 1, 0):
        if _unspaced_score(parts[at]) >= _UNSPACED and not _HANGUL.search(parts[at]):
            rest = [part for part in (parts[:at] + parts[at + 1 :]) if part.lower() not in ROLE_WORDS]
            if all(_unspaced_score(part) < _UNSPACED for part in rest):
                return parts[at], " ".join(rest) or role
    return words, role


def _once(found: Sequence[_Person]) -> list[_Person]:
    """List a person who is named twice once, with what either naming says of him."""
    people: dict[str, _Person] = {}
    for person in found:
        first = people.setdefault(person.name.casefold(), person)
        if first is not person and not first.affiliation:
            first.affiliation = person.affiliation
    return list(people.values())


def _share_affiliations(found: list[_Person]) -> None:
    """Give "A & B, Company" the company twice."""
    for at in range(len(found) - 2, -1, -1):
        if not found[at].affiliation and found[at].group == found[at + 1].group:
            found[at].affiliation = found[at + 1].affiliation


def _company(parts: list[str]) -> str:
    """Pick the company from "Role, Company" and the parts of an affiliation."""
    pieces = [
        piece.strip()
        for part in parts
        for piece in re.split(r",\s+|\s+[@＠]\s*|\s+(?:at|bei|chez)\s+", _PAREN.sub("", part).strip() or part)
        if piece.strip()
    ]
    while len(pieces) > 1 and _LEGAL.fullmatch(pieces[-1]):
        pieces[-2:] = [f"{pieces[-2]}, {pieces[-1]}"]
    if not pieces:
        return ""
    last = _BOTH.sub("", pieces[-1].strip(" @."))
    office = _OFFICE.match(last)
    last = last[office.end() :] if office else last
    words = [word.lower().strip(".,") for word in last.split()]
    everyday = all(word in common_words("en") or word in ROLE_WORDS for word in words)
    if last.islower() and (everyday or len(words) > 1) and not _LEGAL.fullmatch(words[-1]):
        return ""  # "auditor", "public library consortium": what somebody is, not where
    last = _without_description(last)
    return "" if words and all(word in ROLE_WORDS for word in words) else last


def _without_description(company: str) -> str:
    """Drop the everyday words that say what a company is: "ticketing site Quaypass" is Quaypass, "city of Quay" is itself."""
    words = company.split()
    told = next((at for at, word in enumerate(words) if not word.islower()), 0)
    described = all(word in common_words("en") or word in ROLE_WORDS for word in words[:told])
    joined = told and (words[told - 1] in TITLE_SMALL_WORDS or words[told - 1] in PARTICLES)
    return " ".join(words[told:]) if told and described and not joined else company
