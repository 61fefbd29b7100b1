"""What a follow-up takes from the turns before it: their limits, and the subject that it leaves out or points at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from bot.answering.language.word_sense import SensedText, WordSense
from bot.answering.language.wordlists import Language, is_generic, languages
from bot.answering.question.clauses import Span
from bot.answering.question.scope import Scope
from index.languages.words import either


def spoken_in(sensed: SensedText) -> list[Language]:
    """Return the languages whose small words count in a question: English and its own."""
    english = languages()["en"]
    return [english] if sensed.language is english else [english, sensed.language]


def turn_end(text: str, spoken: Sequence[Language]) -> int:
    """Return where the expression ends with which a text turns to another subject, 0 where it has none."""
    match = _turns(tuple(spoken)).match(text)
    return match.end() if match else 0


@cache
def _turns(spoken: tuple[Language, ...]) -> re.Pattern[str]:
    listed = sorted({said for language in spoken for said in language.turns}, key=len, reverse=True)
    return re.compile(rf"(?:(?:and|so|ok)\s+)?(?:{'|'.join(map(re.escape, listed))})\b", re.IGNORECASE)


def only_limits(sensed: SensedText, asked: Sequence[WordSense], scope: Scope) -> bool:
    """Return whether a follow-up names an event, a year or a day and asks nothing of it: "and in 2018?", "only NA 2019"."""
    if asked or not scope.spans:
        return False
    spoken = spoken_in(sensed)
    turned = turn_end(sensed.text, spoken)
    beside = [
        word
        for word in sensed.words
        if word.start >= turned and not any(start <= word.start < end for start, end in scope.spans)
    ]
    return not any(
        is_generic(word.form)
        or any(
            word.form in language.asks | language.pronouns and word.form not in language.prepositions
            for language in spoken
        )
        for word in beside
    )


def with_limits(text: str, spans: Sequence[Span], limits: str) -> str:
    """Return an earlier question with other limits where its own stood, behind it where it had none."""
    ordered = sorted(spans)
    if not ordered:
        return f"{text.rstrip(' ?!.,')} {limits}"
    for start, end in reversed(ordered[1:]):
        text = f"{text[:start]} {text[end:]}"
    start, end = ordered[0]
    return f"{text[:start]}{limits}{text[end:]}"


def points_at(sensed: SensedText) -> WordSense | None:
    """Return the pronoun that a question has for its subject: "who talked about it?", "wer hat darüber gesprochen?"."""
    spoken = spoken_in(sensed)
    for at, word in enumerate(sensed.words):
        leads = frozenset().union(*(one.about - one.asks for one in spoken))
        if not any(word.form in one.pronouns for one in spoken) or is_day(sensed.words[at + 1 : at + 2]):
            continue
        if word.form in leads or (at and sensed.words[at - 1].form in leads):
            return word
    return None


def same_day(sensed: SensedText) -> bool:
    """Return whether a question is about the day of what came before: "that day", "the same day", "ce jour-là"."""
    spoken = spoken_in(sensed)
    return any(
        any(word.form in one.pronouns for one in spoken) and is_day(sensed.words[at + 1 : at + 2])
        for at, word in enumerate(sensed.words)
    )


def is_day(said: Sequence[WordSense]) -> bool:
    """Return whether the first of some words is one for a day."""
    return bool(said) and bool(_day().match(said[0].form))


@cache
def _day() -> re.Pattern[str]:
    return re.compile(rf"(?:{either('days', 'day')})(?:-l[aà])?$", re.IGNORECASE)
