"""Which of a question's words it is about, and which stand around them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering.language.word_sense import Sense, SensedText, WordSense
from bot.answering.language.wordlists import languages


def _names(word: WordSense) -> bool:
    """Return whether a word is in the notes, or names something beyond doubt: no dictionary has it."""
    return word.known or (word.sense is Sense.NAME and not word.real)


def in_focus(sensed: SensedText, asked: Sequence[WordSense]) -> tuple[WordSense, ...]:
    """Return the words that a question is about: those behind the word that asks or leads to the subject.

    "my PM asked about multi-tenancy" is about multi-tenancy; "Datadog, was it mentioned?" is about Datadog, because nothing follows.
    """
    spoken = {languages()["en"], sensed.language}
    first = min((one.start for one in asked if _names(one)), default=len(sensed.text))
    last = max((one.start for one in asked), default=-1)
    leads = [
        word.start
        for word in sensed.words
        if word.sense is Sense.GRAMMAR
        and word.start < min(first, last)
        and any(word.form in language.asks or word.form in language.about for language in spoken)
    ]
    return tuple(one for one in asked if not leads or one.start > leads[-1])
