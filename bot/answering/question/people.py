"""Whose talks a question asks for: a person named in full, or after "by", whole words only; or a company's."""

from __future__ import annotations

import re

from bot.answering.language.wordlists import ends_companies, is_real_word
from index.vocabulary.words import words

_NAME = r"(?P<name>[^\W\d_][\w'’.-]*(?:\s+[^\W\d_][\w'’.-]*){0,3}?)"
_END = r"(?=\s*(?:[?!,.;:]|$|\b(?:at|in|on|about|from|for|during|of|with|and|or)\b))"
_ASKED = (
    re.compile(
        rf"\b(?:talks?|sessions?|keynotes?|workshops?|panels?|presentations?|given|presented|held) by\s+{_NAME}{_END}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:talks|sessions|keynotes|workshops|presentations)\s+(?:did|has|have)\s+{_NAME}\s+(?:give|given|hold|held|present|do|done)\b",
        re.IGNORECASE,
    ),
)
# What stands between a role and the company: "SRE at Quayside", "Engineer, Quayside", "CTO @ Quayside".
_PARTS = re.compile(r"\s*[,;|/()@]\s*|\s+(?:at|bei|chez|presso)\s+", re.IGNORECASE)


def parts_of(affiliation: str) -> list[str]:
    """Return the parts of what is said of a speaker, without the articles: the company and the role."""
    return [
        part.strip()[4 * part.strip().casefold().startswith("the ") :] for part in _PARTS.split(affiliation)
    ]


def is_company(name: str, affiliation: str) -> bool:
    """Return whether a name stands as a company in what is said of a speaker."""
    return bool(company_called(name, affiliation))


def company_called(name: str, affiliation: str) -> str:
    """Return a name as it stands as a company in what is said of a speaker, empty where it is a word of a role or none.

    "Google" does in "Google Cloud" and in "Engineer at Google"; "security" does not in "Head of Security" nor in
    "Security Engineer": a plain word in lower case is a company only where it is all that is said, or all but what
    companies are called beside their name ("anchor" in "Anchor Cloud").
    """
    asked = name.casefold()
    plain = name.islower() and is_real_word(asked)
    for part in parts_of(affiliation):
        if part.casefold() == asked:
            return part
        said = re.match(rf"{re.escape(name)}(?!\w)", part, re.IGNORECASE)
        if not said:
            continue
        if not plain:
            return said[0]
        if all(ends_companies(word.form) for word in words(part[said.end() :])):
            return part
    return ""


def person_asked(text: str) -> str:
    """Return the name of the person whose talks a question asks for, empty where it names none."""
    return next(
        (
            re.sub(r"^(?:the|les?|la)\s+", "", match["name"], flags=re.IGNORECASE)
            for pattern in _ASKED
            if (match := pattern.search(text))
        ),
        "",
    )
