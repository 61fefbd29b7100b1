"""Questions that name who gave a talk or for whom they work, asked again within those talks without the name.

A by-line says the name, and what stands below it goes without: "how long does a failover take at Quayside?" is
answered by "a failover takes 9 seconds" in the talk of a speaker from Quayside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answering.evidence.confidence import confidence
from bot.answering.evidence.evidence import Found, allowed_talks, gather
from bot.answering.form import AnswerForm
from bot.answering.language.data import read_words
from bot.answering.language.knowledge import knowledge_of
from bot.answering.language.word_sense import WordSense
from bot.answering.question.companies import companies_named
from bot.answering.question.entities import runs_of
from bot.answering.question.question import Question
from index.build.talk_table import TalkSet
from index.models import Hit
from index.search import Searcher
from index.vocabulary.words import forms, words

_STEM = 4  # letters at least
_ENDING = 2  # letters that another form of a word may not share: "rotate" and "rotation"


def below_bylines(question: Question, searcher: Searcher) -> tuple[Found, float]:
    """Return what the talks of the named people and companies hold on the rest of a question, and how sure that is."""
    named, talks = _named_in_bylines(question, searcher)
    rest = tuple(word for word in question.words if word.form not in named)
    talks &= allowed_talks(question.scope, knowledge_of(searcher))
    asks = question.form is AnswerForm.QUOTES and not question.context
    if not asks or not named or not talks or not any(word.known for word in rest):
        return Found(), 0.0
    rest = _telling(rest)
    named |= {word.form for word in question.words if word not in rest}
    bare = replace(
        question,
        text=_without(question.text, named, question),
        search_text=_without(question.search_text, named, question),
        words=rest,
        focus=tuple(word for word in question.focus if word.form not in named),
        speakers={},
    )
    found = gather(bare, searcher, within=talks)
    best = next((hit for hit in found.hits if hit.passage.role == "body"), None)
    if best is None or not all(_is_said(word.form, best) for word in rest):
        return Found(), 0.0
    return found, confidence(bare, found)


def _telling(rest: Sequence[WordSense]) -> tuple[WordSense, ...]:
    """Return the words that a passage has to say: "which clusters do they run" is not about running."""
    does = read_words("does")
    return tuple(word for word in rest if not {word.form, f"{word.form}s"} & does) or tuple(rest)


def _is_said(form: str, hit: Hit) -> bool:
    """Return whether a passage or its talk's title says a word, in whatever ending."""
    stem = form[: max(len(form) - _ENDING, _STEM)]
    return any(said.startswith(stem) for said in forms(f"{hit.talk.title}\n{hit.passage.text}"))


def _named_in_bylines(question: Question, searcher: Searcher) -> tuple[frozenset[str], TalkSet]:
    """Return the words of a question that name people and companies of by-lines, and the talks below those."""
    knowledge = knowledge_of(searcher)
    companies = companies_named(question.text, runs_of(question.text, question.words), searcher)
    talks = knowledge.table.set_of(row for rows in question.speakers.values() for row in rows)
    named = {word.form for name in (*companies, *question.speakers) for word in words(name)}
    for company in companies:
        talks |= searcher.said.employed(company)
    for word in question.words:
        if word.form in named or not word.known or (word.real and not word.capital):
            continue
        if called := knowledge.speakers_called((word.form,)):
            named.add(word.form)
            talks |= knowledge.table.set_of(row for rows in called.values() for row in rows)
    return frozenset(named), talks


def _without(text: str, named: frozenset[str], question: Question) -> str:
    """Take names out of a text, each with the preposition in front of it; what does something is “they”."""
    they = "" if question.language.english else "they"
    said = list(words(text))
    for at in reversed(range(len(said))):
        if said[at].form in named:
            led = at > 0 and said[at - 1].form in question.language.prepositions
            start = said[at - 1].start if led else said[at].start
            inside = at > 0 and said[at - 1].form in named
            text = f"{text[:start]} {'' if led or inside else they} {text[said[at].end :]}"
    return " ".join(text.split())
