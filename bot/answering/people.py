"""Whose talks a list asks for: a person named in full, or after "by", whole words only."""

from __future__ import annotations

import re

from bot.answering.evidence import allowed_talks
from bot.answering.knowledge import Knowledge
from bot.answering.reading import Reading
from index.models import Hit, Talk
from index.search import Searcher
from index.words import find_phrase, words

_NAME = r"(?P<name>[^\W\d_][\w'’.-]*(?:\s+[^\W\d_][\w'’.-]*){0,3}?)"
_END = r"(?=\s*(?:[?!,.;:]|$|\b(?:at|in|on|about|from|for|during|of|with|and|or)\b))"
_ASKED = (
    re.compile(
        rf"\b(?:talks?|sessions?|keynotes?|workshops?|panels?|presentations?|given|presented|held) by\s+{_NAME}{_END}", re.IGNORECASE
    ),
    re.compile(
        rf"\b(?:talks|sessions|keynotes|workshops|presentations)\s+(?:did|has|have)\s+{_NAME}\s+(?:give|given|hold|held|present|do|done)\b",
        re.IGNORECASE,
    ),
)


def person_asked(text: str) -> str:
    """Return the name of the person whose talks a question asks for, empty where it names none."""
    return next(
        (re.sub(r"^(?:the|les?|la)\s+", "", match["name"], flags=re.IGNORECASE) for pattern in _ASKED if (match := pattern.search(text))),
        "",
    )


def talks_of(reading: Reading, searcher: Searcher, knowledge: Knowledge) -> tuple[dict[str, list[Hit]], bool]:
    """Return a hit for each talk of the named people, within the limits, and whether the talks are known to be theirs.

    Theirs are the talks with their name among the speakers and companies, in the title or in the line below it. Where there is none,
    the talks that mention the whole name are returned instead.
    """
    allowed = allowed_talks(reading.scope, knowledge)
    names = tuple(reading.speakers) or (reading.person,)
    mentions = [hit for name in names for hit in searcher.mentions(name) if hit.talk.talk_id in allowed]
    theirs = {talk_id for talk_ids in reading.speakers.values() for talk_id in talk_ids} & allowed
    theirs |= {talk.talk_id for talk in knowledge.talks if talk.talk_id in allowed and any(find_phrase(talk.title, name) for name in names)}
    theirs |= {talk.talk_id for talk in knowledge.talks if talk.talk_id in allowed and _works_at(talk, names)}
    theirs |= {hit.talk.talk_id for hit in mentions if hit.passage.role == "heading"}
    if not theirs:
        return _by_talk(mentions), False
    opening: dict[str, Hit] = {}
    for passage in searcher.build.passages:
        if passage.talk_id in theirs:
            opening.setdefault(passage.talk_id, Hit(passage, knowledge.talk_by_id[passage.talk_id], 1.0, 0))
    return _by_talk([*mentions, *opening.values()], theirs), True


def _works_at(talk: Talk, names: tuple[str, ...]) -> bool:
    # "talks by Netflix" are those of its people.
    return any(find_phrase(company, name) for company in talk.affiliations for name in names)


def name_forms(reading: Reading) -> frozenset[str]:
    """Return the folded words of the people that a question names."""
    return frozenset(word.form for name in (*reading.speakers, reading.person) for word in words(name))


def _by_talk(hits: list[Hit], only: set[str] | None = None) -> dict[str, list[Hit]]:
    found: dict[str, list[Hit]] = {}
    for hit in hits:
        if only is None or hit.talk.talk_id in only:
            found.setdefault(hit.talk.talk_id, []).append(hit)
    return found
