"""Whose talks a list asks for: a person named in full, or after "by", whole words only."""

from __future__ import annotations

import re

from bot.answering.evidence.evidence import allowed_talks
from bot.answering.evidence.spots import Spots
from bot.answering.language.knowledge import knowledge_of
from bot.answering.question.question import Question
from index.search import Searcher
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


def talks_of(question: Question, searcher: Searcher) -> tuple[Spots, bool]:
    """Return a passage of each talk of the named people, within the limits, and whether the talks are known to be theirs.

    Theirs are the talks with their name among the speakers and companies, in the title or in the line below
    it. Where there is none, the talks that mention the whole name are returned instead.
    """
    knowledge = knowledge_of(searcher)
    table = knowledge.table
    allowed = allowed_talks(question.scope, knowledge)
    names = tuple(question.speakers) or question.companies or (question.person,)
    mentions = [searcher.said.rows(name, allowed) for name in names]
    theirs = table.set_of(row for rows in question.speakers.values() for row in rows)
    for name, rows in zip(names, mentions, strict=True):
        # "talks by Netflix" are those of its people.
        theirs |= (
            searcher.said.titled(name)
            | searcher.said.employed(name)
            | table.set_of(table.talk_of_row[rows[table.is_heading[rows]]])
        )
    theirs &= allowed
    if not theirs:
        return Spots.first_of(mentions, searcher), False
    opening = table.first_rows((theirs & table.with_passages).rows)
    return Spots.first_of([*mentions, opening], searcher).within(theirs), True


def name_forms(question: Question) -> frozenset[str]:
    """Return the folded words of the people that a question names."""
    return frozenset(word.form for name in (*question.speakers, *question.companies, question.person) for word in words(name))
