"""Which of a question's words it is about, and which stand around them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering.language.word_sense import Sense, SensedText, WordSense
from bot.answering.language.wordlists import languages


def in_focus(sensed: SensedText, asked: Sequence[WordSense]) -> tuple[WordSense, ...]:
    """Return the words that a question is about: those behind the word that asks or leads to the subject.

    "my PM asked about multi-tenancy" is about multi-tenancy; "Datadog, was it mentioned?" is about Datadog, because nothing follows.
    """
    spoken = {languages()["en"], sensed.language}
    best = tuple(asked)
    for word in sensed.words:
        leads = any(word.form in language.asks or word.form in language.about for language in spoken)
        if word.sense is not Sense.GRAMMAR or not leads:
            continue
        behind = tuple(one for one in asked if one.start > word.start)
        before = [one for one in asked if one.start < word.start]
        if behind and not any(one.known for one in before):
            best = behind
        break_here = any(one.known for one in before)
        if break_here:
            break
    return best
