"""Whose talks a list asks for: a person named in full, or after "by", whole words only."""

from __future__ import annotations

import re

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
