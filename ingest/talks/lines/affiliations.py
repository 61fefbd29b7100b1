"""Roles and companies: what a by-line says of a person beside the name."""

from __future__ import annotations

import re

from index.languages.words import either
from ingest.talks.lines.common_words import common_words
from ingest.talks.lines.name_words import PARTICLES, ROLE_WORDS, TITLE_SMALL_WORDS

_OFFICE = re.compile(
    r"(?i:(?:co-?founder|founder|ceo|cto)(?:\s*(?:&|and|/)\s*(?:co-?founder|ceo|cto))?)\s+(?=[A-Z])"
)
_HALF = 0.5
PAREN = re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)|（([^（）]*)）|\[([^\[\]]*)\]")
_LEGAL = re.compile(
    r"(?:Inc|LLC|Ltd|GmbH|Corp|Co|AG|SA|SAS|BV|B\.V|S\.A|Limited|PLC|Technologies Inc)\.?", re.IGNORECASE
)
_BOTH = re.compile(
    rf"^(?:{either('bylines', 'both')})\s+(?:(?:of|from|at|von|bei|de|chez)\s+)?(?=\S)", re.IGNORECASE
)


def has_role(words: str) -> bool:
    """Return whether the words hold a role, such as "Chief Architect"."""
    return any(word.lower().strip(".,()") in ROLE_WORDS for word in words.split())


def is_role(words: str) -> bool:
    """Return whether the words are a role rather than a title that mentions one, such as "On-call for frontend people"."""
    telling = [word.lower().strip(".,()") for word in words.split()]
    telling = [word for word in telling if word not in TITLE_SMALL_WORDS]
    share = sum(word in ROLE_WORDS for word in telling) / max(len(telling), 1)
    return share > _HALF or (share == _HALF and telling[0] in ROLE_WORDS)


def company_of(parts: list[str]) -> str:
    """Pick the company from "Role, Company" and the parts of an affiliation."""
    pieces = [
        piece.strip()
        for part in parts
        for piece in re.split(r",\s+|\s+[@＠]\s*|\s+(?:at|bei|chez)\s+", PAREN.sub("", part).strip() or part)
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
