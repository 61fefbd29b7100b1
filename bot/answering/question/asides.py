"""Take out of a question what people say around it: why they ask, for whom, how urgent it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answering.language.knowledge import knowledge_of
from bot.answering.language.word_sense import Sense, SensedText, WordSense, sense
from bot.answering.language.wordlists import languages
from bot.answering.question.clauses import Span, clauses
from bot.answering.question.examples import examples
from index.conferences.day_mentions import parse_days
from index.conferences.event_mentions import parse_events
from index.search import Searcher

# How likely a clause is an aside from which it is left out. Of 27 fillers that were not learnt from .85 are found at .5; of 166 clauses
# of questions .08 are taken for one, most of them names of events, which are never left out.
_LIKELY = 0.5
_MOST_LED = 2  # clauses in front, and as many behind, that are looked at


def without_asides(sensed: SensedText, searcher: Searcher) -> SensedText:
    """Return a question without the asides in front of it and behind it; as it is where nothing else would be left."""
    text = sensed.text
    found = _cut(sensed)
    first, last = 0, len(found)
    while first < last - 1 and first < _MOST_LED and _is_aside(sensed, found[first], searcher):
        first += 1
    while last - 1 > first and len(found) - last < _MOST_LED and _is_tail(sensed, found[last - 1], searcher):
        last -= 1
    if (first, last) == (0, len(found)):
        return sensed
    start, end = found[first][0], found[last - 1][1]
    if not _asks_something(sensed, start, end):
        return sensed
    end = end if last < len(found) else len(text)
    left = sense(text[start:end].strip(), knowledge_of(searcher))
    return replace(left, corrections={**sensed.corrections, **left.corrections})


def _cut(sensed: SensedText) -> list[Span]:
    """Return a text's clauses, the first one apart from the question proper that begins within it: "btw | what is it"."""
    found = clauses(sensed.text)
    at = next((at for at, clause in enumerate(found) if _asking(sensed, clause)), None)
    if at is None:
        return found
    start, end = found[at]
    begins = _asking(sensed, (start, end))
    if begins is None or begins.start == start:
        return found
    return [*found[:at], (start, begins.start), (begins.start, end), *found[at + 1 :]]


def _asking(sensed: SensedText, clause: Span) -> WordSense | None:
    """Return the word of a clause with which a question proper begins."""
    spoken = {languages()["en"], sensed.language}
    return next(
        (
            word
            for word in _within(sensed.words, clause)
            if word.sense is Sense.GRAMMAR and any(word.form in language.asks for language in spoken)
        ),
        None,
    )


def _is_tail(sensed: SensedText, clause: Span, searcher: Searcher) -> bool:
    asking = _asking(sensed, clause)
    return (asking is None or asking.start != clause[0]) and _is_aside(sensed, clause, searcher)


def _is_aside(sensed: SensedText, clause: Span, searcher: Searcher) -> bool:
    """Tell whether a clause is an aside: it names nothing, and says nothing of the notes or what asides say."""
    said = _within(sensed.words, clause)
    text = sensed.text[slice(*clause)]
    topical = [word for word in said if word.topical]
    knowledge = knowledge_of(searcher)
    if any(word.known and (word.name_like or knowledge.is_name(word.form)) for word in topical):
        return False
    if (
        any(word.sense is Sense.GENERIC for word in said)
        or parse_days(text)
        or parse_events(text, knowledge.events)
    ):
        return False
    if not any(word.known or word.sense is Sense.NAME for word in topical):
        return True
    learnt = examples()
    return learnt.fits(searcher.encoder) and learnt.aside(searcher.encoded(text).pooled) > _LIKELY


def _asks_something(sensed: SensedText, start: int, end: int) -> bool:
    return any(word.sense is not Sense.GRAMMAR for word in _within(sensed.words, (start, end)))


def _within(words: Sequence[WordSense], clause: Span) -> list[WordSense]:
    return [word for word in words if clause[0] <= word.start < clause[1]]
