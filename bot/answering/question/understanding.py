"""What a question asks: its words, the limits they set, the corrections they need, and the form of answer it wants."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.answering.form import AnswerForm
from bot.answering.language.knowledge import Knowledge, knowledge_of
from bot.answering.language.markup import plain_question, spelt_out
from bot.answering.language.word_sense import Sense, SensedText, WordSense, sense
from bot.answering.language.wordlists import Language, is_product, languages
from bot.answering.question.addresses import with_titles
from bot.answering.question.asides import without_asides
from bot.answering.question.companies import companies_named, with_companies
from bot.answering.question.days import Span
from bot.answering.question.entities import (
    excluded_subjects,
    holding_asked,
    link_kind,
    runs_of,
    sides_compared,
    talks_named,
)
from bot.answering.question.examples import PERSON, PLACE, SUBJECT, Asked, examples, mask, pattern_of
from bot.answering.question.focus import in_focus
from bot.answering.question.follow_ups import (
    only_limits,
    points_at,
    same_day,
    spoken_in,
    turn_end,
    with_limits,
)
from bot.answering.question.people import person_asked
from bot.answering.question.question import Question
from bot.answering.question.scope import Scope, read_scope
from bot.answering.question.titles import asks_when_given, titled_talks
from index.encoder.base import TokenVectors
from index.search import Query, Searcher
from index.vocabulary.words import fold, singular, words

# Forms that a talk's title asks for when nothing else does.
_BARE = frozenset({AnswerForm.QUOTES, AnswerForm.LIST, AnswerForm.DIGEST})
_WITHOUT_SUBJECT = frozenset({AnswerForm.LIST, AnswerForm.HELP, AnswerForm.EVENTS})
_WHOLE = frozenset({AnswerForm.LIST, AnswerForm.PEOPLE})
_OF_PEOPLE = frozenset({AnswerForm.LIST, AnswerForm.PEOPLE, AnswerForm.TALK})
_HEADED = 1  # words that a part of a day or event may be called by: "the opentofu day"
_ABOUT_US = frozenset({AnswerForm.HELP, AnswerForm.EVENTS})
_SIGNS = frozenset({SUBJECT, PERSON, PLACE})
_LONGEST_EXPRESSION = 3  # words of an expression that has an English counterpart


def understand(
    written: str,
    searcher: Searcher,
    history: Sequence[str] = (),
    given: Scope | None = None,
    shown: Callable[[], Sequence[int]] = tuple,
) -> Question:
    """Read a question in the light of what the notes contain and of the earlier turns.

    Args:
        written: As it came.
        searcher: The build that is asked.
        history: The earlier turns, oldest first.
        given: Limits that were chosen beside the question.
        shown: Gives the rows of the talks that the answer to the last turn quoted, in its order; asked only where it matters.
    """
    draft = _draft(written, searcher, None)
    earlier = [turn for turn in map(plain_question, history) if turn]
    follows = bool(earlier) and _is_follow_up(draft, earlier, searcher)
    question = _followed(draft, earlier, searcher, shown) if follows else _asked(draft, searcher)
    if given:
        question = replace(question, scope=_narrowed(question.scope, given))
    return question


def _followed(
    draft: _Draft, earlier: Sequence[str], searcher: Searcher, shown: Callable[[], Sequence[int]]
) -> Question:
    """Read a follow-up: as the earlier question with other limits, of the day or the subject before, or beside its context."""
    knowledge = knowledge_of(searcher)
    turns = _standing_on(earlier, searcher)
    before = _draft(" ".join(dict.fromkeys([turns[0], turns[-1]])), searcher, None)
    limits: Scope | None = None
    for turn in turns:  # a later limit takes the place of an earlier one
        limits = read_scope(turn, knowledge, limits)
    draft = _draft(draft.written, searcher, limits)
    question = (
        _of_its_day(draft, limits, searcher, shown)
        or _of_its_subject(draft, limits, turns, searcher)
        or _beside(draft, before, earlier, searcher)
    )
    return replace(question, written=draft.written, follow_up=True)


def _of_its_day(
    draft: _Draft, limits: Scope | None, searcher: Searcher, shown: Callable[[], Sequence[int]]
) -> Question | None:
    """Read what asks for the day of the talk before ("what else that day?"), or for another day of its event."""
    same = same_day(draft.sensed)
    turned = only_limits(draft.sensed, draft.words, draft.scope)
    named = any(word.known or word.sense is Sense.NAME for word in draft.words)
    if named or not (same or (turned and draft.scope.day is not None and not draft.scope.event_ids)):
        return None
    talks = [searcher.build.stored_talks.rows[row] for row in shown()]
    scope = draft.scope
    if talks and talks[0].event_id and (same or len(talks) == 1):
        day = talks[0].day if same else scope.day
        scope = replace(scope, event_ids=(talks[0].event_id,), day=day)
    elif not (same and limits and limits.limits):
        return None
    question = _asked(replace(draft, scope=scope), searcher)
    return question if question.form in _WHOLE else replace(question, form=AnswerForm.DIGEST)


def _of_its_subject(
    draft: _Draft, limits: Scope | None, turns: Sequence[str], searcher: Searcher
) -> Question | None:
    """Read the earlier subject into what only turns a limit ("and in 2018?") or lists what it points at ("who spoke about it?")."""
    if draft.words:
        return None
    turned = only_limits(draft.sensed, draft.words, draft.scope)
    pointed = None if turned else points_at(draft.sensed)
    if not (turned or pointed):
        return None
    drafts = (_draft(turn, searcher, None) for turn in reversed(turns))
    subject = next((one for one in drafts if one.words), None)
    if not subject:
        return None
    if turned:
        spans = sorted(draft.scope.spans)
        taken_out = read_scope(draft.text, knowledge_of(searcher)).excluded_ids
        first = turn_end(draft.text, spoken_in(draft.sensed)) if taken_out else spans[0][0]
        said = draft.text[first : spans[-1][1]].strip()
        return _asked(
            _draft(with_limits(subject.text, subject.scope.spans, said), searcher, limits), searcher
        )
    asked = _asked(draft, searcher)
    if not pointed or asked.form not in _WHOLE or asked.person:
        return None
    text = f"{draft.text[: pointed.start]}{_subject_of(subject, searcher)}{draft.text[pointed.end :]}"
    return replace(_asked(_draft(text, searcher, limits), searcher), form=asked.form)


def _subject_of(draft: _Draft, searcher: Searcher) -> str:
    """Return what a question is about: the names in it where it is a sentence that has some, else all its words."""
    knowledge = knowledge_of(searcher)
    spoken = spoken_in(draft.sensed)
    asks = any(word.form in language.asks for word in draft.sensed.words for language in spoken)
    names = [word for word in draft.focus if _names_a_subject(word, knowledge)] if asks else []
    runs = runs_of(draft.text, names or draft.focus or draft.words)
    return (", " if names else " ").join(run.text for run in runs)


def _beside(draft: _Draft, before: _Draft, earlier: Sequence[str], searcher: Searcher) -> Question:
    """Read a follow-up by itself, with the earlier turns as the context of its search."""
    context = "" if _turns_to_a_name(draft, earlier, knowledge_of(searcher)) else before.search_text
    question = _asked(draft, searcher)
    talks = frozenset[int]()
    if context and not draft.words:
        talks = talks_named(runs_of(before.text, before.words), searcher) or _first_talk(before, searcher)
        if question.form in _WITHOUT_SUBJECT and not (question.form in _ABOUT_US and not _leans(draft)):
            # "any notes on that?" is about what came before
            question = replace(question, form=AnswerForm.QUOTES)
    return replace(
        question,
        context=context,
        speakers=question.speakers or (before.speakers if context else {}),
        talks=question.talks or talks,
    )


def _leans(draft: _Draft) -> bool:
    """Return whether the small words of a question stand on what came before."""
    said, spoken = draft.sensed.words, spoken_in(draft.sensed)
    return any(word.form in language.pronouns for word in said for language in spoken) or any(
        word.form in language.continues for word in said[:1] for language in spoken
    )


def _first_talk(before: _Draft, searcher: Searcher) -> frozenset[int]:
    """Return the row of the talk that the earlier turn's best passage is of."""
    best = searcher.rank(Query(before.search_text, k=1))
    return frozenset(int(searcher.build.table.talk_of_row[one.row]) for one in best)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A question before its form is read."""

    written: str
    sensed: SensedText
    words: tuple[WordSense, ...]
    focus: tuple[WordSense, ...]
    scope: Scope
    search_text: str
    speakers: dict[str, tuple[int, ...]]

    @property
    def text(self) -> str:
        return self.sensed.text


def _draft(written: str, searcher: Searcher, inherited: Scope | None) -> _Draft:
    knowledge = knowledge_of(searcher)
    plain = plain_question(with_titles(written, searcher))
    if not titled_talks(plain, knowledge):  # a title is looked up as the notes write it, shorthand and all
        plain = spelt_out(plain)
    plain = with_companies(plain, searcher)
    sensed = without_asides(sense(plain, knowledge), searcher)
    scope = read_scope(sensed.text, knowledge, inherited)
    asked = _outside(scope.spans, sensed)
    if scope.unplaced:
        # A weekday is asked for only where talks or their conference are, and nothing else: "see you on friday" is
        # none, and "never deploy on a friday" is about fridays.
        spans = (*scope.spans, scope.unplaced.span)
        of_talks = bool(scope.event_ids) or any(word.sense is Sense.GENERIC for word in sensed.words)
        if of_talks and not _outside(spans, sensed):
            scope, asked = _placed(replace(scope, spans=spans)), ()
        else:
            scope = replace(scope, unplaced=None)
    return _Draft(
        written,
        sensed,
        asked,
        in_focus(sensed, asked),
        scope,
        _search_text(sensed, scope.spans, asked, knowledge),
        knowledge.speakers_named(tuple(word.form for word in sensed.words)),
    )


def _placed(scope: Scope) -> Scope:
    """Return a scope limited to the day that a weekday is, where it is the same one of all events that have it."""
    places = scope.unplaced.places if scope.unplaced else ()
    days = {day for _, day in places}
    if len(days) != 1 or scope.days:
        return scope
    event_ids = tuple(event_id for event_id, _ in places)
    return replace(scope, event_ids=event_ids, day=days.pop(), unplaced=None)


def _outside(spans: Sequence[Span], sensed: SensedText) -> tuple[WordSense, ...]:
    """Return the words with a subject that stand outside of limits, and are no words of any language that lead to one."""
    found: list[WordSense] = []
    behind = False  # whether a limit begins right behind the word
    for word in reversed(sensed.words):
        inside = any(start <= word.start < end for start, end in spans)
        behind = inside or (behind and not word.capital and word.form in _leads_to_limits())
        if word.topical and not behind:
            found.append(word)
    return tuple(reversed(found))


@cache
def _leads_to_limits() -> frozenset[str]:
    spoken = languages().values()
    return frozenset().union(*(language.leads_to_event | language.prepositions for language in spoken))


def _asked(draft: _Draft, searcher: Searcher) -> Question:
    """Read the form of the answer, and what it is made of."""
    knowledge, text = knowledge_of(searcher), draft.text
    titled = titled_talks(text, knowledge)
    tokens = searcher.encoded(draft.search_text)
    form, bare = _form(draft, tokens, searcher), _is_bare(draft)
    if bare and form is AnswerForm.PEOPLE:  # attendees are no speakers
        form = AnswerForm.QUOTES
    fits = examples().fits(searcher.encoder)
    form = _fitting(form, draft, titled=bool(titled))
    person = person_asked(text) if form in {AnswerForm.LIST, AnswerForm.PEOPLE} else ""
    people = {part.form for name in draft.speakers for part in words(name)}
    asking = examples().asking
    told = [word for word in draft.words if word.form not in people]
    runs = runs_of(draft.text, told)
    titles = runs_of(draft.text, [word for word in told if word.capital or word.form not in asking])
    talks = talks_named(titles, searcher)
    if (titled or talks) and asks_when_given(text):
        form = AnswerForm.TALK
    return Question(
        written=draft.written,
        text=text,
        search_text=draft.search_text,
        context="",
        scope=draft.scope,
        words=draft.words,
        form=form,
        every_mention=any(
            word.form in language.mentions for word in draft.sensed.words for language in languages().values()
        ),
        language=draft.sensed.language,
        corrections=draft.sensed.corrections,
        speakers=draft.speakers or knowledge.speakers_called(tuple(word.form for word in words(person))),
        titled=titled,
        person=person,
        focus=draft.focus,
        bare=bare,
        talks=talks,
        companies=companies_named(text, runs, searcher) if form in _OF_PEOPLE else (),
        sides=sides_compared(draft.sensed, told) if form is AnswerForm.SIDES else (),
        excluded=() if titled else excluded_subjects(draft.sensed, runs),
        holding=holding_asked(draft.sensed) if form is AnswerForm.LIST else None,
        link_kind=link_kind(draft.sensed),
        is_foreign=draft.sensed.is_foreign,
        foreign=examples().foreign(tokens.pooled) if fits else 0.0,
        chatty=examples().chatty(tokens.pooled) if fits else 0.0,
    )


def _fitting(form: AnswerForm, draft: _Draft, *, titled: bool) -> AnswerForm:
    """Return a form that what a question names can have: no digest without a day or event, no help on a name of the notes."""
    known = sum(word.known for word in draft.words)
    if titled and form in _BARE:
        return AnswerForm.TALK
    if form is AnswerForm.DIGEST and not (draft.scope.limits or draft.scope.missing or draft.scope.unplaced):
        return AnswerForm.BRIEF
    if form is AnswerForm.DIGEST and known > _HEADED:
        return AnswerForm.QUOTES
    asking = examples().asking
    named = any(word.known and (word.capital or word.form not in asking) for word in draft.words)
    return AnswerForm.QUOTES if form in _ABOUT_US and named else form


def _form(draft: _Draft, tokens: TokenVectors, searcher: Searcher) -> AnswerForm:
    """Return the form that a question asks for, by examples."""
    scope, learnt = draft.scope, examples()
    subjects_said = _subjects_said(draft)
    topical = {word.form for word in subjects_said}
    # The vectors are those of the text that is searched: limits are out of it, other names are in.
    masked = [(word.start, word.end) for word in words(draft.search_text) if word.form in topical]
    pattern = _pattern(draft, subjects_said)
    pieces = set(re.findall(r"\w+", pattern))
    if subjects_said and pieces <= _SIGNS:  # names, and nothing asked of them
        return AnswerForm.PEOPLE if pieces == {PERSON} else AnswerForm.QUOTES
    asked = Asked(
        pattern,
        mask(tokens, masked),
        (
            bool(draft.words),
            bool(draft.speakers),
            bool(scope.event_ids or scope.missing or scope.excluded_ids),
            scope.day is not None or scope.unplaced is not None,
        ),
    )
    return learnt.form(asked, by_vector=learnt.fits(searcher.encoder))


def _subjects_said(draft: _Draft) -> list[WordSense]:
    return [word for word in draft.words if word.form not in examples().asking or word.capital]


def _pattern(draft: _Draft, subjects_said: Sequence[WordSense]) -> str:
    """Return a question with signs for what it names."""
    people = {fold(part.form) for name in draft.speakers for part in words(name)}
    named = ((w.start, w.end, PERSON if w.form in people else SUBJECT) for w in subjects_said)
    return pattern_of(draft.text, [*((start, end, PLACE) for start, end in draft.scope.spans), *named])


def _is_bare(draft: _Draft) -> bool:
    """Return whether a question is a subject and a limit alone: "attendees in Lisbon?"."""
    pieces = set(re.findall(r"\w+", _pattern(draft, _subjects_said(draft)))) - _leads_to_limits()
    return pieces == {SUBJECT, PLACE}


def _is_follow_up(draft: _Draft, earlier: Sequence[str], searcher: Searcher) -> bool:
    sensed = draft.sensed
    spoken = spoken_in(sensed)
    first = sensed.words[0].form if sensed.words else ""
    if any(first in language.continues for language in spoken) or turn_end(sensed.text, spoken):
        return True
    if any(word.form in language.pronouns for word in sensed.words for language in spoken):
        return True
    said = {singular(word.form) for turn in earlier for word in words(turn)}
    fresh = [word for word in draft.words if singular(word.form) not in said]
    if len(fresh) > 1 and not any(word.known or word.others for word in fresh):
        return False  # "how do I cook pasta?" stands on no talk
    # A new name opens a new subject; plain words go on with the old one.
    return not any(_names_a_subject(word, knowledge_of(searcher)) for word in fresh)


def _names_a_subject(word: WordSense, knowledge: Knowledge) -> bool:
    return word.sense is Sense.NAME or (word.known and (word.name_like or knowledge.is_name(word.form)))


def _turns_to_a_name(draft: _Draft, earlier: Sequence[str], knowledge: Knowledge) -> bool:
    """Return whether a follow-up leaves the old subject for a name: "what about Envoy?" keeps the limits of the earlier turn only."""
    spoken = spoken_in(draft.sensed)
    end = turn_end(draft.text, spoken)
    if not end or any(
        word.form in language.pronouns and word.start >= end
        for word in draft.sensed.words
        for language in spoken
    ):
        return False
    said = {singular(word.form) for turn in earlier for word in words(turn)}
    return bool(draft.words) and all(
        singular(word.form) not in said and (_names_a_subject(word, knowledge) or is_product(word.form))
        for word in draft.words
    )


def _standing_on(earlier: Sequence[str], searcher: Searcher) -> Sequence[str]:
    """Return the earlier turns that a follow-up stands on: from the one that named the subject, however far back."""
    for at in range(len(earlier) - 1, 0, -1):
        if not _is_follow_up(_draft(earlier[at], searcher, None), earlier[:at], searcher):
            return earlier[at:]
    return earlier


def _narrowed(scope: Scope, given: Scope) -> Scope:
    return replace(
        scope,
        event_ids=given.event_ids or scope.event_ids,
        excluded_ids=() if given.event_ids else scope.excluded_ids,
        day=given.day if given.day is not None else scope.day,
        missing=None if given.event_ids else scope.missing,
        firm=True,
    )


def _search_text(
    sensed: SensedText, scoped: Sequence[Span], asked: Sequence[WordSense], knowledge: Knowledge
) -> str:
    """Take the limits out, put other names and translations in; of a language that we do not know only the names stay."""
    searched = _without(sensed.text, scoped)
    if sensed.is_foreign and asked:
        searched = " ".join(word.text for word in asked)
    if sensed.language.english:
        translated = _translated(searched, sensed.language, knowledge)
        known = sensed.language.code in knowledge.languages and translated != searched
        searched = f"{searched} {translated}" if known else translated
    added = dict.fromkeys(other for word in asked for other in word.others[:2])
    bare = " ".join(searched.split()).strip(" ,;:-–—")
    return " ".join([bare if any(c.isalnum() for c in bare) else sensed.text, *added])


def _without(text: str, spans: Sequence[Span]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return text


def _translated(text: str, language: Language, knowledge: Knowledge) -> str:
    """Replace expressions that the notes lack by their English counterparts."""
    pieces: list[str] = []
    at = position = 0
    found = list(words(text))
    while position < len(found):
        taken = 1
        for length in range(_LONGEST_EXPRESSION, 0, -1):
            run = found[position : position + length]
            english = language.english.get(" ".join(fold(word.form) for word in run))
            if english and not all(knowledge.contains(word.form) for word in run):
                pieces += [text[at : run[0].start], english]
                at, taken = run[-1].end, len(run)
                break
        position += taken
    return "".join([*pieces, text[at:]])
