"""Why there is no answer: told apart, each with a way on."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from functools import reduce
from operator import or_

from bot.answering.evidence.evidence import Found, allowed_talks
from bot.answering.evidence.spots import name_forms
from bot.answering.language.knowledge import Knowledge, knowledge_of
from bot.answering.language.word_sense import is_version
from bot.answering.language.wordlists import english, is_common_elsewhere, is_real_word, languages
from bot.answering.question.entities import runs_of
from bot.answering.question.examples import examples
from bot.answering.question.question import Question
from bot.answering.rendering import counted, place, spoken
from index.models import Hit, Talk
from index.search import Searcher
from index.vocabulary.words import fold

NEAREST = 3
PLACES = 6  # named where something is mentioned elsewhere
# One unknown name among so many words of a long question is said in passing ("..., a bit like TCP does?").
_ASIDE = 6
_FEW = 2  # plain words that are all a question asks about
_LOOKED_AT = 10  # passages
# Cosine of a word with the nearest one in the best passages, below which they say nothing like it: "chaos" is .35 from the nearest of
# notes without it, "rotation" .33, "resizing" .54 where they speak of scaling pods.
_MET = 0.45
_TOUCHED = 2  # subjects named that the notes touch on


def absent_names(question: Question) -> tuple[str, ...]:
    """Return the names in focus that the notes contain in no spelling, as one reads them, neighbours joined."""
    absent = question.unknown_names
    if question.titled or len(absent) * _ASIDE < len(question.words):
        return ()
    joined: list[tuple[str, int]] = []
    for word in absent:
        if joined and question.text[joined[-1][1] : word.start] in {" ", "-"} and word.capital:
            joined[-1] = (f"{joined[-1][0]} {word.text}", word.end)
        else:
            joined.append((word.text, word.end))
    return tuple(dict.fromkeys(text.removesuffix("'s") for text, _ in joined))


def has_another(question: Question) -> bool:
    """Return whether a name that the notes lack stands beside one that they know: "kyverno or OPA?", "istio 1.30"."""
    spoken = (english(), question.language)
    between = {
        sign for language in spoken for sign in language.sides if sign not in language.prepositions
    } | {"/", ",", "&"}
    known = sorted((word for word in question.focus if word.known), key=lambda word: word.start)
    if known and all(is_version(one.form) for one in question.unknown_names):
        return True
    starts = [word.start for word in known]
    beside = (
        (one, other)
        for one in question.unknown_names
        for at in (bisect_left(starts, one.start),)
        for other in known[max(at - 1, 0) : at + 1]
    )
    return any(
        question.text[min(one.end, other.end) : max(one.start, other.start)].strip().lower() in between
        for one, other in beside
    )


def unsaid_words(question: Question) -> tuple[str, ...]:
    """Return the few plain words that are all a question asks about, where the notes say none of them."""
    if question.context or question.language is not english():
        return ()
    aside = name_forms(question) | examples().asking
    grammar = {form for language in languages().values() for form in language.grammar}  # "Was sagte Ann Bee?"
    asked = [word for word in question.words if word.form not in aside and word.form not in grammar]
    if not asked or len(asked) > _FEW or any(word.known for word in asked):
        return ()
    if question.scope.limits and all(
        is_common_elsewhere(word.form) and not is_real_word(word.form) for word in asked
    ):
        return ()  # a verb of a language that was not recognised, beside a day or conference: "was passierte an Tag 1"
    return tuple(word.text for word in asked)


def is_unmet(question: Question, found: Found) -> bool:
    """Return whether a question is a name of two words, one of which no passage says anything near to: "secret rotation"."""
    said = [word for word in question.words if not (word.known or is_version(word.form))]
    if (
        question.context
        or not said
        or len(question.words) != _FEW
        or question.text.strip("?! ") != " ".join(word.text for word in question.words)
    ):
        return False
    met: dict[str, float] = defaultdict(float)
    for item in found.evidence[:_LOOKED_AT]:
        for match in item.words:
            form = fold(match.word)
            met[form] = max(met[form], match.similarity)
    return any(met[word.form] < _MET for word in said)


def outside_names(question: Question, searcher: Searcher) -> tuple[tuple[str, ...], tuple[Talk, ...]]:
    """Return the question's names that the notes mention, but nowhere within its limits, and the first talks that do.

    Empty where at least one of the question's names stands within the limits.
    """
    if not question.scope.limits:
        return (), ()
    knowledge = knowledge_of(searcher)
    allowed = allowed_talks(question.scope, knowledge)
    names: list[str] = []
    talks: list[int] = []
    for word in question.words:
        if not word.known or (word.real and not knowledge.is_name(word.form)):
            continue
        spellings = (word.text, *knowledge.aliases.others(word.text))
        said = reduce(or_, map(searcher.said.talks, spellings))
        if said & allowed:
            return (), ()
        if said:
            names.append(word.text)
            talks += [row for name in spellings for row in searcher.said.first_talks(name, PLACES)]
    return tuple(names), tuple(knowledge.talk(row) for row in list(dict.fromkeys(talks))[:PLACES])


def absent_text(names: Sequence[str], knowledge: Knowledge) -> str:
    """Say that the notes never mention something, and how much was looked through."""
    listed = spoken([f"“{name}”" for name in names])
    verb = "is" if len(names) == 1 else "are"
    return f"{listed} {verb} not mentioned in the notes ({extent(knowledge)})."


def unsaid_text(words: Sequence[str], knowledge: Knowledge) -> str:
    """Say that the notes have nothing on what a question asks about in plain words."""
    return f"The notes say nothing on “{' '.join(words)}” ({extent(knowledge)})."


def touched_text(question: Question, wanted: str = "say what was asked") -> str:
    """Say that the notes do not answer, and what of the question they touch on."""
    touched = [run.text for run in runs_of(question.text, [word for word in question.focus if word.known])]
    if not touched:
        return "The notes do not say."
    return f"The notes touch on {spoken([f'“{text}”' for text in touched[:_TOUCHED]])}, but do not {wanted}."


def missing_event_text(name: str, knowledge: Knowledge) -> str:
    """Say that the notes do not cover a conference, and which they do."""
    covered = ", ".join(event.event_id for event in knowledge.events) or "no conference by name"
    return f"The notes do not cover {name}. They cover {covered}."


def filtered_text(names: Sequence[str], talks: Sequence[Talk], question: Question) -> str:
    """Say where the notes do mention what the limits leave out."""
    listed = " and ".join(f"“{name}”" for name in names)
    where = ", ".join(dict.fromkeys(place(talk) or talk.title for talk in talks))
    return f"Nothing on {listed} in {limits_text(question)}. The notes mention it elsewhere: {where}. Ask again without the limit to see it."


def limits_text(question: Question) -> str:
    """Return the limits of a question as a person says them."""
    scope = question.scope
    parts = [" or ".join(scope.event_ids), f"day {scope.day}" if scope.day is not None else ""]
    return ", ".join(part for part in parts if part) or "the talks that were asked for"


def extent(knowledge: Knowledge) -> str:
    """Return how much the notes hold."""
    return f"{counted(knowledge.recap_count, 'recap')}, {counted(knowledge.talk_count, 'talk')}"


def nearest_talks(hits: Sequence[Hit]) -> tuple[Talk, ...]:
    """Return the talks of the best hits, each once."""
    return tuple({hit.talk.talk_id: hit.talk for hit in hits}.values())[:NEAREST]
