"""A talk that a question names by its title."""

from __future__ import annotations

import re

from bot.answering.language.knowledge import Knowledge
from bot.answering.language.wordlists import is_generic, is_stop
from index.vocabulary.words import words

_QUOTED = re.compile(r"[\"“„«]\s*([^\"”“»]{3,200}?)\s*[\"”“»]|(?<!\w)'([^']{3,200})'(?!\w)|‘([^’]{3,200})’")
_BARE_WORDS = 3  # of a title that stands in a question without quotation marks


def titled_talks(text: str, knowledge: Knowledge) -> frozenset[int]:
    """Return the rows of the talks whose title stands in quotation marks, or is all that a question says beside grammar."""
    for match in _QUOTED.finditer(text):
        wanted = _key(next(filter(None, match.groups())))
        if wanted and (found := knowledge.titled(wanted)):
            return frozenset(found)
    asked = list(_key(text))
    for length in range(len(asked), _BARE_WORDS - 1, -1):
        for start in range(len(asked) - length + 1):
            key = tuple(asked[start : start + length])
            # "Day 1 keynotes" is the title of a section, and of everything that was said there.
            fits = [one for one in knowledge.titled(key) if one not in knowledge.table.sections]
            if fits and _tells(key) and _says_no_more(text, start, start + length):
                return frozenset(fits)
    return frozenset()


def _tells(key: tuple[str, ...]) -> bool:
    return any(not (is_stop(form) or is_generic(form) or form.isdigit()) for form in key)


def _says_no_more(text: str, start: int, end: int) -> bool:
    rest = [text[word.start : word.end] for at, word in enumerate(words(text)) if not start <= at < end]
    return all(is_stop(word) or is_generic(word) for word in rest)


def _key(text: str) -> tuple[str, ...]:
    return tuple(word.form for word in words(text))
