"""People in by-lines and titles: several names with their roles and companies, in any order and between any signs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from index.languages.words import either
from ingest.talks.lines.affiliations import PAREN, company_of, has_role
from ingest.talks.lines.heading_words import SYMBOLS
from ingest.talks.lines.name_words import GIVEN_NAMES, ROLE_WORDS
from ingest.talks.lines.names import (
    ACCEPT,
    KANJI_HONORIFIC,
    RARE,
    UNSPACED,
    UNSPACED_SIGN,
    begins_like_a_name,
    is_organisation,
    person_score,
    unspaced_score,
    written,
)

_COMPANY_KNOWN = 0.25
_ROLE_KNOWN = 0.15
_AND = either("bylines", "and")
_CONJUNCTION = rf"\s+(?:&|{_AND})\s+|\s*[&＆+]\s+(?=[A-ZÀ-Þ])|\s*(?:と|、|・(?=\S+\s\S))\s*"
_SPLIT = re.compile(
    rf"(?P<semi>\s*[;；]\s*)|(?P<and>,?(?:{_CONJUNCTION}))|(?P<slash>\s+/\s+)|(?P<comma>\s*[,，]\s+|\s*,(?=[A-Z])|\s+[-–—|]\s+)"
)
# One of these stands wherever names are parted, and most words hold none.
_JOINS = re.compile(r"[;；,，/&＆+|–—と、・-]")
_JOINING = re.compile(rf"\s(?:{_AND})\s")
_BRACKET = re.compile(r"[(（\[]")
_NICKNAME = re.compile(r"[\"“”'‘’(]([A-Z][\w-]+)[\"“”'‘’)]\s+(?=[A-Z])")
_ASIDE = re.compile("[\"“”'‘’(]")  # no nickname without one of these
_HANDLE_FIRST = re.compile(r"^\s*@[\w.]+\s*\(([^()@]+)\)")
_COMPANY_ENDS = re.compile(rf"(?:{either('companies', 'endings')})$|^(?:{either('companies', 'beginnings')})")
_HANDLE = re.compile(r"\s*[(]?@[\w.]+[)]?")
_FAMILIAR = re.compile(rf"[A-ZÀ-Þ][\w-]+\s+(?:&|{_AND})\s+[A-ZÀ-Þ][\w-]+,\s+\S")
_HANGUL = re.compile(r"[\uac00-\ud7af]")  # its words are parted by spaces, and three syllables are no proof
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
_PRONOUNS = re.compile(
    r"\s*[(\[]\s*(?:she|he|they|ze|xe|any|elle|il|iel|sie|er|ella|él|elle|ele|ela|lei|lui)(?:\s*[/,]\s*\w{2,6}){1,2}\s*[)\]]",
    re.IGNORECASE,
)
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


@lru_cache(maxsize=8192)
def parse_people(
    text: str,
    ordinary: frozenset[str] = frozenset(),
    *,
    labelled: bool = False,
    listing: bool = False,
    apart: bool = False,
) -> People | None:
    """Read "A & B, Company", "A (Role, Company) and B (...)", "A, X; B, Y" and their like.

    Args:
        text: The words that should hold names and nothing else.
        ordinary: Words that the recap writes in lower case elsewhere.
        labelled: The words stand after "Speaker:" or the like, so that any shape of name is taken.
        listing: What follows a comma is rather another name than a company.
        apart: They sit on a panel, so that brackets behind the last of them are about nobody else.

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
    _share_affiliations(found, apart=apart)
    affiliations = tuple(company_of(person.affiliation) for person in found)
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
        cleaned = SYMBOLS.sub(" ", cleaned)
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


def _items(text: str) -> list[tuple[str, str]]:
    """Cut at separators that stand outside parentheses: (the separator before, the words)."""
    if not _JOINS.search(text) and not _JOINING.search(text):
        return [("", text.strip())] if text.strip() else []
    masked = PAREN.sub(lambda m: "(" + "x" * (len(m[0]) - 2) + ")", text) if _BRACKET.search(text) else text
    items, at, separator = [], 0, ""
    for match in _SPLIT.finditer(masked):
        items.append((separator, text[at : match.start()]))
        separator, at = str(match.lastgroup), match.end()
    items.append((separator, text[at:]))
    return [(sep, words.strip()) for sep, words in items if words.strip()]


def joined_people(first: People, second: People) -> People:
    """Return the people of two by-lines under one title, each once."""
    new = [at for at, name in enumerate(second.names) if name not in first.names]
    return People(
        (*first.names, *(second.names[at] for at in new)),
        (*first.affiliations, *(second.affiliations[at] for at in new)),
        max(first.certainty, second.certainty),
    )


@dataclass(slots=True)
class _Person:
    name: str
    score: float
    affiliation: list[str]
    group: int
    bracketed: bool = False  # its affiliation stands in brackets
    joined: bool = False  # "and" stands before it


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
        paren = PAREN.search(item)
        name, role = _split_role(_HONORIFIC.sub("", PAREN.sub(" ", item).strip()))
        name = written(name)
        if UNSPACED_SIGN.search(name) and " " in name:
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
                    KANJI_HONORIFIC.sub("", name),
                    max(score, ACCEPT),
                    [*([role] if role else []), *aside],
                    self.group,
                    bracketed=bool(aside),
                    joined=separator == "and",
                )
            )
            return True
        return self._affiliate(separator, item)

    def _another(self, separator: str, name: str, score: float, *, role: str, paren: bool) -> bool:
        if separator in {"and", "slash"}:
            first_name = self.labelled or self.familiar or self.found[-1].score <= ACCEPT
            return score >= ACCEPT or (first_name and name.lower() in GIVEN_NAMES)
        unspaced = score >= UNSPACED and UNSPACED_SIGN.search(name) is not None
        if score >= ACCEPT and (paren or self.listing or score >= RARE or unspaced):
            return True
        shaped = self.listing and self.labelled and _nameable(name) and not role and " " in name
        return shaped and not is_organisation(name, self.ordinary)

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
    if len(parts) < 2 or unspaced_score(words) >= UNSPACED:
        return words, role
    for at in (len(parts) - 1, 0):
        if unspaced_score(parts[at]) >= UNSPACED and not _HANGUL.search(parts[at]):
            rest = [part for part in (parts[:at] + parts[at + 1 :]) if part.lower() not in ROLE_WORDS]
            if all(unspaced_score(part) < UNSPACED for part in rest):
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


def _share_affiliations(found: list[_Person], *, apart: bool) -> None:
    """Give "A & B, Company" the company twice; `apart` leaves brackets to the last one, but those of "A & B (Company)"."""
    pair = len(found) == 2 and found[1].joined
    for at in range(len(found) - 2, -1, -1):
        person, following = found[at], found[at + 1]
        own = apart and following.bracketed and not pair
        if not person.affiliation and person.group == following.group and not own:
            person.affiliation = following.affiliation
