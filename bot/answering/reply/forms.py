"""Which module writes which form of answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.answering.evidence.evidence import Found
from bot.answering.form import AnswerForm
from bot.answering.question.question import Question
from bot.answering.reply.brief import brief_reply
from bot.answering.reply.card import asks_when, headline_of, talk_reply
from bot.answering.reply.changes import change_reply
from bot.answering.reply.digest import digest_reply
from bot.answering.reply.help import events_reply, help_reply
from bot.answering.reply.link import link_reply
from bot.answering.reply.lists import list_reply
from bot.answering.reply.people import people_reply
from bot.answering.reply.quotes import quotes_reply
from bot.answering.reply.reply import Reply
from bot.answering.reply.sides import sides_reply
from index.search import Searcher

_Writer = Callable[[Question, Found, Searcher], Reply | None]
_WRITERS: Mapping[AnswerForm, _Writer] = {
    AnswerForm.BRIEF: brief_reply,
    AnswerForm.DIGEST: digest_reply,
    AnswerForm.LIST: list_reply,
    AnswerForm.PEOPLE: people_reply,
    AnswerForm.SIDES: sides_reply,
    AnswerForm.CHANGE: change_reply,
    AnswerForm.LINK: link_reply,
    AnswerForm.TALK: talk_reply,
    AnswerForm.EVENTS: events_reply,
    AnswerForm.HELP: help_reply,
}
# Forms whose hits are talks, each once, all of them.
WHOLE = frozenset({AnswerForm.LIST, AnswerForm.DIGEST, AnswerForm.PEOPLE})
# Forms whose subject may be a talk.
_ON_A_TALK = frozenset({AnswerForm.QUOTES, AnswerForm.BRIEF, AnswerForm.TALK})


def form_of(question: Question) -> AnswerForm:
    """Return the form of the answer that a question asks for."""
    return question.form


def reply_of(question: Question, found: Found, searcher: Searcher) -> Reply | None:
    """Return the answer in the form that a question asks for; None where the notes have nothing in that form."""
    write = talk_reply if asks_when(question) else _WRITERS.get(form_of(question))
    reply = write(question, found, searcher) if write else None
    if form_of(question) in _ON_A_TALK and question.titled and found.hits:
        # Asked for by its title, a talk is introduced whatever is said of it.
        reply = reply or quotes_reply(question, found, searcher)
        said = headline_of(found.hits[0].talk, searcher)
        return replace(reply, headline=reply.headline or said)
    return reply
