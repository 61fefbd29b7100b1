"""What the notes speak of: their own most telling names, and how often each conference's talks say them."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterator

import numpy as np

from bot.answering.language.knowledge import knowledge_of
from bot.answering.language.wordlists import is_generic
from bot.per_build import once_a_build
from bot.web.traces import LEAST_TALKS, Traces, traced
from index.build.talk_table import Rows, TalkSet
from index.search import Searcher
from index.vocabulary.words import find_phrase, forms

_LOOKED_AT = 240  # names that most passages say
_LETTERS = 3
_PART_OF_NAME = 0.6  # of a word's passages that say it within a longer name
_SAMPLE = 16  # passages that tell how a name is written
_BEFORE = 24  # characters before a name in which the sentence goes on
_IN_SENTENCE = re.compile(r"(?:[a-zß-ÿ,(/]|[a-zß-ÿ]['’]s) $")


@once_a_build
def topics_of(searcher: Searcher) -> Traces:
    """Return a build's topics, most talked about first."""
    return traced(_names(searcher), searcher)


def _names(searcher: Searcher) -> Iterator[tuple[str, TalkSet]]:
    """Yield names of one or two words that several talks say, each as it is written, with the talks."""
    within: Counter[str] = Counter()
    for phrase, count in _candidates(searcher):
        parts = forms(phrase)
        if len(parts) == 1 and within[phrase] > _PART_OF_NAME * count:
            continue
        written, talks = _written(phrase, searcher), _talks_saying(phrase, searcher)
        if written and len(talks) >= LEAST_TALKS:
            if len(parts) > 1:
                within.update(dict.fromkeys(parts, count))
            yield written, talks


def _candidates(searcher: Searcher) -> Iterator[tuple[str, int]]:
    """Yield what is mostly written with a capital and is no speaker's, author's, conference's or everyday word: pairs, then single words.

    With each comes how often the notes say it; those that they say most, some hundreds of either.
    """
    knowledge = knowledge_of(searcher)
    names = searcher.build.names
    events = searcher.build.events.values()
    known = {form for event in events for form in forms(f"{event.event_id} {event.name}")}
    known |= {form for recap in searcher.build.recaps.values() for form in forms(recap.author or "")}

    def unwanted(form: str) -> bool:
        return form in known or is_generic(form) or knowledge.is_everywhere(form)

    pairs = {pair for _, pair in names.joined_starting("")}
    for pair in heapq.nlargest(_LOOKED_AT, pairs, key=lambda one: (one.count, one.left, one.right)):
        phrase = f"{pair.left} {pair.right}"
        parts = forms(phrase)
        if len(parts) > 1 and not any(map(unwanted, parts)) and not names.speakers_with(phrase):
            yield phrase, pair.count
    every = ((form, count) for form, count in names.words_starting("") if len(form) >= _LETTERS)
    telling = ((form, count) for form, count in every if count.capitals * 2 > count.occurrences)
    for form, count in heapq.nlargest(_LOOKED_AT, telling, key=lambda one: (one[1].passages, one[0])):
        if not form.isdigit() and not unwanted(form) and not names.speakers_with(form):
            yield form, count.occurrences


def _talks_saying(phrase: str, searcher: Searcher) -> TalkSet:
    """Return the talks whose notes or title say a phrase; by-lines do not count, or every topic was "engineer"."""
    table = searcher.build.table
    return table.set_of(table.talk_of_row[_rows_saying(phrase, searcher)]) | searcher.said.titled(phrase)


def _rows_saying(phrase: str, searcher: Searcher) -> Rows:
    rows = searcher.build.phrases.texts(phrase)
    rows = rows[: int(np.searchsorted(rows, len(searcher.build.passages)))]
    return rows[~searcher.build.table.is_heading[rows]]


def _written(phrase: str, searcher: Searcher) -> str:
    """Return how the notes mostly write a name, empty for what is none: a name has its capital within sentences too.

    A few passages are looked at, whatever the size of the notes.
    """
    spellings: Counter[str] = Counter()
    small = 0
    for row in _rows_saying(phrase, searcher)[:_SAMPLE].tolist():
        text = searcher.build.passages[row].text
        for start, end in find_phrase(text, phrase):
            if not _IN_SENTENCE.search(text, max(start - _BEFORE, 0), start):
                continue
            written = text[start:end]
            if written[0].isupper():
                spellings[written] += 1
            else:
                small += 1
    capitals = sum(spellings.values())
    return spellings.most_common(1)[0][0] if capitals >= LEAST_TALKS and capitals > 2 * small else ""
