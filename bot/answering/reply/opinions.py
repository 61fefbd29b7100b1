"""Opinions: how the notes judge a talk, or which talks of a conference they praise; where they do not judge, that is said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, reduce
from operator import and_
from typing import Any

import numpy as np

from bot.answering.evidence.evidence import allowed_talks
from bot.answering.language.data import read_data
from bot.answering.language.knowledge import knowledge_of
from bot.answering.language.word_sense import WordSense
from bot.answering.models import Block, Entry
from bot.answering.question.examples import examples
from bot.answering.question.question import Question
from bot.answering.question.scope import Scope
from bot.answering.reply.digest import chosen_talks, gist_of, of_kind, place_of
from bot.answering.reply.outline import Statement, quote_of, statements_in
from bot.answering.reply.reply import Reply
from index.build.talk_table import TalkSet
from index.models import Hit, Passage, Talk
from index.search import Searcher
from index.vocabulary.words import words

_MOST = 6  # judgements shown
_OF_ONE = 3  # of one talk
_READ = 400  # talks that are read for judgements
_REMARK = 60  # characters of a remark of the note-taker that is about the talk as a whole
_FEW = 3  # talks that words name when they alone say them
_OFFERED = 5  # talks told of where nothing judges them
_ALWAYS, _BESIDE, _MARKED = 2.0, 1.0, 2.0
_MOST_OF_ALL = 1.0  # beside a judgement: what puts a talk before all others
_AS_ASKED = 1.5  # for one that speaks as the question does: against a talk, or for it
_PRAISED = 0.6  # of the best mark, from which one speaks for a talk
_STARS = 5  # that are the most where empty ones are not shown
_NUMBER = re.compile(r"\d+(?:[.,]\d)?")
_APART = re.compile(r"\s*(?:[|·\n]|\s[–—-])\s*")
_OF_TEN = re.compile(r"/\s?10$")
_SAID = 1.0  # for each of the question's own words that judge


@dataclass(frozen=True, slots=True)
class _Judgement:
    """A statement that judges a talk."""

    worth: float
    talk: Talk
    row: int
    statement: Statement
    lead: Statement | None  # the line that introduces it


def opinion_reply(question: Question, searcher: Searcher) -> Reply:
    """Return what judges the talks that a question is about, the best first; else say that nothing does, and what there is."""
    talks = _asked(question, searcher)
    against = _is_against(question)
    one_only = _is_one(question, searcher)
    judged = [
        one
        for one in _judgements(question, talks, searcher)
        # Of many talks those are wanted that are praised, or those that are not; of one all that is said.
        if one_only or (_good(one.statement.text) < _PRAISED) == against
    ]
    judged.sort(key=lambda one: (-one.worth, one.statement.start))
    chosen: dict[int, list[_Judgement]] = {}
    for one in judged:
        of_talk = chosen.setdefault(one.row, [])
        if len(of_talk) < _OF_ONE and sum(map(len, chosen.values())) < _MOST:
            of_talk.append(one)
    blocks = tuple(
        Block(
            quotes=tuple(
                quote_of(searcher, one.talk, one.statement, one.statement, one.lead)
                for one in sorted(some, key=lambda one: one.statement.start)
            )
        )
        for some in chosen.values()
        if some
    )
    hits = tuple(
        Hit(some[0].statement.passage, some[0].talk, some[0].worth, at)
        for at, some in enumerate(filter(None, chosen.values()), 1)
    )
    if blocks:
        said = None if one_only else f"How the notes judge talks{place_of(question.scope)}:"
        return Reply(said, blocks, hits, sure=0.8)
    return _unjudged(question, talks, searcher)


def is_on_talks(question: Question, searcher: Searcher) -> bool:
    """Return whether a question for an opinion is about talks, not about what was talked about."""
    if question.scope.kind or _named(question, searcher):
        return True
    return not _about(question) and (_says_talk(question) or question.scope.limits or only_judges(question))


def only_judges(question: Question) -> bool:
    """Return whether a question has no word but those that ask for a judgement: "what disappointed?"."""
    patterns, asking = _patterns(), examples().asking
    return all(patterns.words.fullmatch(word.form) or word.form in asking for word in question.words)


def _is_against(question: Question) -> bool:
    """Return whether a question asks for what speaks against talks."""
    patterns = _patterns()
    return bool(patterns.badly.search(question.text) or patterns.against.search(question.text))


def _says_talk(question: Question) -> bool:
    return any(_patterns().talks.fullmatch(word.form) for word in words(question.text))


def _about(question: Question) -> list[WordSense]:
    """Return the words of a question that say which talk or subject it is about."""
    patterns, asking = _patterns(), examples().asking
    return [
        word
        for word in question.focus
        if word.known
        and (word.capital or word.form not in asking)
        and not (patterns.words.fullmatch(word.form) or patterns.talks.fullmatch(word.form))
    ]


def _named(question: Question, searcher: Searcher) -> TalkSet:
    """Return the talks that a question names: by title or speaker, or by words that only they say ("the lanterns talk")."""
    table = searcher.build.table
    theirs = frozenset(row for rows in question.speakers.values() for row in rows)
    if question.titled or theirs:
        return table.set_of(question.titled or question.talks & theirs or theirs)
    if question.talks and (_says_talk(question) or not question.words):
        return table.set_of(question.talks)
    about = _about(question) if _says_talk(question) else []
    saying = reduce(and_, (searcher.said.talks(word.text) for word in about)) if about else table.set_of([])
    return saying if len(saying) <= _FEW else table.set_of([])


def _is_one(question: Question, searcher: Searcher) -> bool:
    return bool(_named(question, searcher))


def _asked(question: Question, searcher: Searcher) -> list[int]:
    """Return the rows of the talks that a question is about, in the order of the notes, sections behind them."""
    scope, named = question.scope, _named(question, searcher)
    allowed = allowed_talks(scope, knowledge_of(searcher))
    only = of_kind(scope.kind, searcher, allowed) if scope.kind else None
    if named and ((named & allowed) or question.titled):
        scope, only = Scope(), (named & allowed) or named
    talks, sections = chosen_talks(scope, searcher, only)
    return [*talks.tolist(), *sections.tolist()]


def _judgements(question: Question, talks: Sequence[int], searcher: Searcher) -> Iterator[_Judgement]:
    knowledge = knowledge_of(searcher)
    patterns = _patterns()
    asked_badly = _is_against(question)
    said = {word.form for word in words(question.text) if patterns.words.fullmatch(word.form)}
    for row in talks[:_READ]:
        talk = knowledge.talk(row)
        passages = [searcher.build.passages[at] for at in searcher.build.table.rows_of(row)]
        if not any(_may_judge(text) for one in passages for text in (one.text, *one.headings)):
            continue
        statements = statements_in(passages, searcher)
        for one in [*statements, *_headings(passages, searcher)]:
            if worth := _worth(one):
                good = _good(one.text)
                worth += _AS_ASKED * (1 - good if asked_badly else good)
                worth += _SAID * len(said.intersection(word.form for word in words(one.text)))
                lead = None if one.parent is None else statements[one.parent]
                yield _Judgement(worth, talk, row, _mark_alone(one), lead)


def _may_judge(text: str) -> bool:
    patterns = _patterns()
    return any(one.search(text) for one in (patterns.words, patterns.always, patterns.marks))


def _worth(one: Statement) -> float:
    """Return how surely a statement judges a talk, 0 for one that does not."""
    patterns = _patterns()
    marked = _MARKED * bool(patterns.marks.search(one.text))
    if one.passage.role == "heading":
        return marked  # its words are the title's
    worth = _ALWAYS * bool(patterns.always.search(one.text)) + marked
    worth += _MOST_OF_ALL * bool(worth and patterns.most.search(one.text))
    beside = patterns.beside.search(one.text)
    remark = one.passage.voice == "author" and len(one.text) <= _REMARK
    own = remark and bool(patterns.words.search(one.text))
    return worth + _BESIDE * bool(beside) + _BESIDE * own


def _mark_alone(one: Statement) -> Statement:
    """Return of a line with a title that has a mark the part with the mark: "Rating: ★★★", without the links beside it."""
    if one.passage.role != "heading" or not (mark := _patterns().marks.search(one.text)):
        return one
    first = max((cut.end() for cut in _APART.finditer(one.text, 0, mark.start())), default=0)
    behind = _APART.search(one.text, mark.end())
    last = behind.start() if behind else len(one.text)
    return replace(one, text=one.text[first:last], start=one.start + first, end=one.start + last)


def _headings(passages: Sequence[Passage], searcher: Searcher) -> Iterator[Statement]:
    """Yield the sub-headings with marks that passages stand under: "Stars ⭐⭐⭐"."""
    text = searcher.build.read_text(passages[0].recap_id)
    seen: set[int] = set()
    for passage in passages:
        for heading in passage.headings:
            start = text.rfind(heading, 0, passage.start)
            if start >= 0 and start not in seen and _patterns().marks.search(heading):
                seen.add(start)
                yield Statement(heading, start, start + len(heading), passage, 0, begins=True)


def _good(text: str) -> float:
    """Return how much a judgement speaks for a talk, 0 to 1: by its marks, else by its words."""
    given = rating(text)
    return float(not _patterns().badly.search(text)) if given is None else given


def rating(text: str) -> float | None:
    """Return the marks that a text gives as a share of the best ones, None where it gives none."""
    match = _patterns().marks.search(text)
    if match is None:
        return None
    given = match[0]
    if found := _NUMBER.match(given):
        value = float(found[0].replace(",", "."))
        return min(value / (10 if _OF_TEN.search(given) else 5), 1.0)
    if given in {"👍", "👎"}:
        return float(given == "👍")
    stars = sum(sign in "⭐★🌟" for sign in given)
    return stars / max(len(given), _STARS) if "☆" not in given else stars / len(given)


def _unjudged(question: Question, talks: Sequence[int], searcher: Searcher) -> Reply:
    """Say that nothing judges the talks asked for, and name them with what they are about."""
    knowledge = knowledge_of(searcher)
    shown = [row for row in talks if row not in searcher.build.table.sections] or list(talks)
    entries = tuple(Entry(talk, gist_of(talk, searcher)) for talk in map(knowledge.talk, shown[:_OFFERED]))
    hits = searcher.openings(np.array(shown, dtype=np.int64))
    verb = "speak against" if _is_against(question) else "praise"
    if _is_one(question, searcher) and len(shown) == 1:
        said = f"The notes do not say how good “{knowledge.talk(shown[0]).title}” was. What they say of it:"
    elif not shown:
        said = f"The notes {verb} no talk{place_of(question.scope)}."
    else:
        said = f"The notes {verb} no talk{place_of(question.scope)}. Some that they tell of:"
    return Reply(said, (Block(entries=entries),) if entries else (), hits, sure=0.1, miss="not_covered")


@dataclass(frozen=True, slots=True)
class _Patterns:
    talks: re.Pattern[str]
    words: re.Pattern[str]
    badly: re.Pattern[str]
    against: re.Pattern[str]
    always: re.Pattern[str]
    most: re.Pattern[str]
    beside: re.Pattern[str]
    marks: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    data: dict[str, Any] = read_data("judging.yaml")
    lists = ("talks", "words", "badly", "against")
    talks, judging, badly, against = ("|".join(str(data[name]).split()) for name in lists)
    before = rf"\b(?:{judging})(?:[\s,&-]+(?!practices?\b|way\b)[\w'’]+){{0,2}}[\s,-]+(?:{talks})\b"
    said = r"(?:was|were|is|are|felt|seemed|war|waren|ist|était|étaient|est|fue|fueron|era|es|was|foi)"
    behind = (
        rf"\b(?:{talks})\b(?:[\s,]+[\w'’“”\"]+){{0,6}}?[\s,]+{said}\s+(?:[\w'’]+\s+){{0,3}}(?:{judging})\b"
    )

    def compiled(pattern: str) -> re.Pattern[str]:
        return re.compile(pattern, re.IGNORECASE)

    return _Patterns(
        compiled(rf"(?:{talks})"),
        compiled(rf"\b(?:{judging})\b"),
        compiled(rf"\b(?:{badly})\b"),
        compiled(rf"\b(?:{against})\b"),
        compiled("|".join([*data["always"], *data["above_all"]])),
        compiled("|".join([*data["most"], *data["above_all"]])),
        compiled(f"{before}|{behind}"),
        compiled(str(data["marks"])),
    )
