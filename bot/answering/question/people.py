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


def is_company(name: str, affiliation: str) -> bool:
    """Return whether a name stands as a company in what is said of a speaker, rather than as a word of a role.

    "Google" does in "Google Cloud" and in "Engineer at Google"; "security" does not in "Head of Security" nor in
    "Security Engineer": a plain word in lower case is a company only where it is all that is said, or all but what
    companies are called beside their name ("anchor" in "Anchor Cloud").
    """
    asked = name.casefold()
    plain = name.islower() and is_real_word(asked)
    for part in _PARTS.split(affiliation.casefold()):
        bare = part.removeprefix("the ").strip()
        if bare == asked:
            return True
        if not re.match(rf"{re.escape(asked)}(?!\w)", bare):
            continue
        if not plain or all(ends_companies(word.form) for word in words(bare[len(asked) :])):
            return True
    return False


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
