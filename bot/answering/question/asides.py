"""Take out of a question what people say around it: why they ask, for whom, how urgent it is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from bot.answering.language.knowledge import knowledge_of
from bot.answering.language.word_sense import Sense, SensedText, WordSense, sense
from bot.answering.language.wordlists import english, languages
from bot.answering.question.clauses import Span, clauses
from bot.answering.question.examples import examples
from index.conferences.day_mentions import parse_days
from index.conferences.event_mentions import parse_events
from index.search import Searcher

# How likely a clause is an aside from which it is left out. Of 27 fillers that were not learnt from .85 are found at .5; of 166 clauses
# of questions .08 are taken for one, most of them names of events, which are never left out.
_LIKELY = 0.5
_TELLING = frozenset({Sense.KNOWN, Sense.NAME, Sense.GENERIC})
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
    begins = _asking(sensed, (0, len(sensed.text)))
    if begins is None:
        return _first_word_apart(sensed, found)
    at = bisect_right(found, begins.start, key=lambda clause: clause[0]) - 1
    start, end = found[at]
    if begins.start == start or _leads(sensed, (start, begins.start)):
        return found
    return [*found[:at], (start, begins.start), (begins.start, end), *found[at + 1 :]]


def _first_word_apart(sensed: SensedText, found: list[Span]) -> list[Span]:
    """Return clauses of a text that begins with a word of which the notes say nothing: "btw | linkerd"."""
    if len(sensed.words) < 2 or sensed.words[0].sense is not Sense.PLAIN or not found:
        return found
    if not english().frequency(sensed.words[0].text.lower()):
        return found  # a rare word is asked about rather than said in passing
    start, end = found[0]
    second = sensed.words[1].start
    if any(day.span[0] <= sensed.words[0].start < day.span[1] for day in parse_days(sensed.text)):
        return found  # "second day ...", "June 15th ...", "thursday in Hamburg": a day is asked for
    return [(start, sensed.words[0].end), (second, end), *found[1:]] if second < end else found


def _leads(sensed: SensedText, clause: Span) -> bool:
    """Return whether words lead to the question proper: "in which release ...", "at what ..."."""
    said = _within(sensed.words, clause)
    return bool(said) and any(
        said[-1].form in language.prepositions for language in (languages()["en"], sensed.language)
    )


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
    """Return whether a clause is an aside: it names nothing, and says nothing of the notes or what asides say."""
    said = _within(sensed.words, clause)
    text = sensed.text[slice(*clause)]
    if any(word.known and word.name_like for word in said):
        return False
    if parse_days(text) or parse_events(text, knowledge_of(searcher).events):
        return False
    several = clause[1] < len(sensed.text) and sensed.text[clause[1]] != " "
    if several and not any(word.sense in _TELLING for word in said):
        return True
    learnt = examples()
    return learnt.fits(searcher.encoder) and learnt.aside(searcher.encoded(text).pooled) > _LIKELY


def _asks_something(sensed: SensedText, start: int, end: int) -> bool:
    return any(word.sense is not Sense.GRAMMAR for word in _within(sensed.words, (start, end)))


def _within(words: Sequence[WordSense], clause: Span) -> list[WordSense]:
    return [word for word in words if clause[0] <= word.start < clause[1]]
