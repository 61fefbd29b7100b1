"""Answers that are asked for by a command, a button or an address instead of a question: the same words on every surface."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from bot.answering.form import AnswerForm
from bot.answering.language.knowledge import knowledge_of
from bot.answering.models import Answer, Block, Entry, Understood
from bot.answering.question.scope import Scope, given_scope
from bot.answering.rendering import answer_text, spoken
from bot.answering.reply import digest as digests
from bot.answering.reply.card import find_talks, person_card_reply, talk_card_reply
from bot.answering.reply.help import events_reply, help_reply
from bot.answering.reply.lists import scope_list
from bot.answering.reply.reply import Reply
from index.models import Talk
from index.search import Searcher
from index.vocabulary.words import words as words_of

_MOST_CHOICES = 8  # talks or people that are asked back
_LIKE = 85.0  # of 100, of two names from which one may be a slip of the other
_ALIKE = 2  # letters that a word of both names begins with
_NAME_CHARS = 200  # of what is compared: likeness costs the product of both lengths


def digest(
    searcher: Searcher,
    *,
    event: str | None = None,
    day: int | None = None,
    kind: str | None = None,
    page: int = 1,
    per_page: int = digests.PER_PAGE,
) -> Answer:
    """Return a page of the talks of an event, a day or a kind, each with its speakers, its link and what it is about.

    Raises:
        UnknownEvent: the notes know no such event.
        UnknownDay: the notes know no such day.
    """
    scope = _scope(searcher, event, day, kind)
    return _answer(searcher, digests.digest_of(scope, searcher, page, per_page), AnswerForm.DIGEST, scope)


def list_talks(
    searcher: Searcher,
    *,
    event: str | None = None,
    day: int | None = None,
    kind: str | None = None,
    sections: bool = False,
) -> Answer:
    """Return the talks of an event, a day or a kind, a line each, with the sections of the notes or without.

    Raises:
        UnknownEvent: the notes know no such event.
        UnknownDay: the notes know no such day.
    """
    scope = _scope(searcher, event, day, kind)
    return _answer(searcher, scope_list(scope, searcher, sections=sections), AnswerForm.LIST, scope)


def talk_card(searcher: Searcher, talk_id: str) -> Answer:
    """Return a talk with its people, its links and its main points.

    Raises:
        KeyError: no such talk.
    """
    return _answer(searcher, talk_card_reply(searcher.build.talks[talk_id], searcher), AnswerForm.TALK)


def find_talk(searcher: Searcher, words: str) -> Answer:
    """Return the card of the talk that words name by its title; ask back where several fit, say so where none does."""
    knowledge = knowledge_of(searcher)
    talks = [knowledge.talk(row) for row in find_talks(words, searcher)[: _MOST_CHOICES + 1]]
    whole = [talk for talk in talks if _key(talk.title) == _key(words)]
    if len(whole or talks) == 1 or (whole and len({_key(talk.title) for talk in whole}) == len(whole) == 1):
        return _answer(searcher, talk_card_reply((whole or talks)[0], searcher), AnswerForm.TALK)
    if talks:
        return _choice(
            searcher,
            f"Which talk on “{words[:_NAME_CHARS]}” do you mean?",
            talks[:_MOST_CHOICES],
            AnswerForm.TALK,
        )
    said = f"No talk in the notes has “{words[:_NAME_CHARS]}” in its title."
    return _answer(searcher, Reply(said, sure=0.1, miss="absent"), AnswerForm.TALK)


def person_card(searcher: Searcher, name: str) -> Answer:
    """Return where somebody works, their talks and where the notes name them; nearly equal names are asked back."""
    name = name.strip()[:_NAME_CHARS]
    knowledge = knowledge_of(searcher)
    called = knowledge.speakers_called(_key(name))
    if called:
        rows = sorted({row for rows in called.values() for row in rows})
        if reply := person_card_reply(tuple(called)[:_MOST_CHOICES], rows, searcher):
            return _answer(searcher, reply, AnswerForm.PEOPLE)
    if name and (reply := person_card_reply((name,), (), searcher)):
        return _answer(searcher, reply, AnswerForm.PEOPLE)
    near = like_speakers(searcher, name)
    said = f"The notes name no “{name}”." + (f" They have {spoken(near)}." if near else "")
    return _answer(searcher, Reply(said, sure=0.1, miss="absent"), AnswerForm.PEOPLE)


def like_speakers(searcher: Searcher, name: str) -> list[str]:
    """Return the speakers whose name is nearly as written, among those with a word of it that begins alike."""
    parts = _key(name)
    names = searcher.build.names
    some = {one.name for part in parts for one in names.speakers_starting(part[:_ALIKE])}
    found = process.extract(name, sorted(some), scorer=fuzz.token_sort_ratio, limit=3, score_cutoff=_LIKE)
    return [speaker for speaker, _, _ in found]


def events(searcher: Searcher) -> Answer:
    """Return the conferences that the notes cover, a line each."""
    return _answer(searcher, events_reply(None, None, searcher), AnswerForm.EVENTS)


def help_answer(searcher: Searcher) -> Answer:
    """Return what can be asked, of which conferences, with three examples that the notes answer."""
    return _answer(searcher, help_reply(None, None, searcher), AnswerForm.HELP)


def _scope(searcher: Searcher, event: str | None, day: int | None, kind: str | None) -> Scope:
    scope = given_scope(knowledge_of(searcher), event, day) or Scope()
    return Scope(scope.event_ids, scope.excluded_ids, scope.day, firm=True, kind=kind)


def _choice(searcher: Searcher, said: str, talks: Sequence[Talk], form: AnswerForm) -> Answer:
    block = Block(entries=tuple(Entry(talk) for talk in talks))
    return _answer(searcher, Reply(said, (block,), sure=0.5), form)


def _answer(searcher: Searcher, reply: Reply, form: AnswerForm, scope: Scope | None = None) -> Answer:
    scope = scope or Scope()
    return Answer(
        question="",
        status="not_found" if reply.miss else "answered",
        miss=reply.miss,
        text=answer_text((), reply.headline, reply.blocks),
        understood=Understood(
            text="",
            event=" or ".join(scope.event_ids) or None,
            day=scope.day,
            kind=scope.kind,
            form=form,
            topic=reply.topic,
        ),
        confidence=reply.sure or 0.0,
        build=searcher.build.build_id,
        headline=reply.headline,
        blocks=reply.blocks,
        hits=reply.hits,
        page=reply.page,
        pages=reply.pages,
    )


def _key(text: str) -> tuple[str, ...]:
    return tuple(word.form for word in words_of(text))
