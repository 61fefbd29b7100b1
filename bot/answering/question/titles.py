"""A talk that a question names by its title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from bot.answering.language.knowledge import Knowledge
from bot.answering.language.wordlists import is_generic, is_stop
from index.vocabulary.words import words

_QUOTED = re.compile(r"[\"“„«]\s*([^\"”“»]{3,200}?)\s*[\"”“»]|(?<!\w)'([^']{3,200})'(?!\w)|‘([^’]{3,200})’")
_BARE_WORDS = 3  # of a title that stands in a question without quotation marks
_WHEN_WAS = re.compile(
    r"(?:and |so )?(?:when|(?:on )?(?:which|what) day|wann|an welchem tag|quand|quel jour|cuándo|qué día|quando|wanneer)"
    r"\s+(?:was|were|is|did|war|fand|était|a été|fue|è stat[oa]|foi)\b",
    re.IGNORECASE,
)


def titled_talks(text: str, knowledge: Knowledge) -> frozenset[int]:
    """Return the rows of the talks whose title stands in quotation marks, or is all that a question says beside grammar."""
    for match in _QUOTED.finditer(text):
        wanted = _key(next(filter(None, match.groups())))
        if wanted and (found := knowledge.titled(wanted)):
            return frozenset(found)
    asked = list(words(text))
    plain = [is_stop(said) or is_generic(said) for said in (text[word.start : word.end] for word in asked)]
    told = list(accumulate((not one for one in plain), initial=0))  # words with a meaning before each word
    forms = tuple(word.form for word in asked)
    for start, end in sorted(_spans(forms, knowledge), key=lambda span: (span[0] - span[1], span[0])):
        says_no_more = told[end] - told[start] == told[-1]
        # "Day 1 keynotes" is the title of a section, and of everything that was said there.
        fits = [one for one in knowledge.titled(forms[start:end]) if one not in knowledge.table.sections]
        if fits and says_no_more and _tells(forms[start:end]):
            return frozenset(fits)
    return frozenset()


def asks_when_given(text: str) -> bool:
    """Return whether a question on a talk asks when it was: "when was the harbor talk?"."""
    return bool(_WHEN_WAS.match(text))


def _spans(forms: tuple[str, ...], knowledge: Knowledge) -> Iterator[tuple[int, int]]:
    """Yield the spans that may be a title: a span grows only while some title begins with it.

    Looking every span up took five seconds for 2,000 characters.
    """
    for start in range(len(forms) - _BARE_WORDS + 1):
        end = start + 1
        while end < len(forms) and knowledge.begins_title(forms[start:end]):
            end += 1
            if end - start >= _BARE_WORDS:
                yield start, end


def _tells(key: tuple[str, ...]) -> bool:
    return any(not (is_stop(form) or is_generic(form) or form.isdigit()) for form in key)


def _key(text: str) -> tuple[str, ...]:
    return tuple(word.form for word in words(text))
