"""Which module writes which form of answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.answering.evidence.evidence import Found
from bot.answering.language.wordlists import is_generic, is_stop
from bot.answering.question.form import AnswerForm
from bot.answering.question.question import Question
from bot.answering.reply.brief import brief_reply
from bot.answering.reply.changes import change_reply
from bot.answering.reply.digest import digest_reply
from bot.answering.reply.help import events_reply, help_reply
from bot.answering.reply.link import link_reply
from bot.answering.reply.lists import list_reply
from bot.answering.reply.people import people_reply
from bot.answering.reply.quotes import quotes_reply
from bot.answering.reply.reply import Reply
from bot.answering.reply.sides import sides_reply
from bot.answering.reply.card import asks_when, talk_reply
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

_TEMP = (
    (AnswerForm.DIGEST, r"\b(?:summar\w+|tldr|what happened|highlights|recap|in short|overview)\b"),
    (AnswerForm.BRIEF, r"\b(?:tldr|summar\w+|gist|main points|what about|anything on|what did they say about|what do we have|recap|what was it|what's in the notes|what was said|what was in it)\b|talk about$"),
    (AnswerForm.PEOPLE, r"^(?:which|what) speakers|^who\b|\bwork\??$|who's that|\bthe guy who"),
    (AnswerForm.SIDES, r"\bvs\b|\bversus\b"),
    (AnswerForm.LINK, r"\b(?:repo|source code|slides|video|recording)\b"),
)


def form_of(question: Question) -> AnswerForm:
    if question.form is not AnswerForm.QUOTES:
        return question.form
    if question.wish.wanted == "list":
        return AnswerForm.LIST
    for form, pattern in _TEMP:
        if re.search(pattern, question.text, re.I):
            if form is AnswerForm.DIGEST and (question.words or not question.scope.limits):
                continue
            return form
    return {"change": AnswerForm.CHANGE, "link": AnswerForm.LINK, "speaker": AnswerForm.PEOPLE, "talk": AnswerForm.TALK}.get(
        question.wish.wanted, AnswerForm.QUOTES
    )


def _temp(question: Question, searcher: Searcher) -> Question:
    from dataclasses import replace
    text = question.text
    m = re.search(r"(.+?)\s+(?:vs|versus)\.?\s+([^,?]+)", text, re.I)
    sides = tuple(x.strip() for x in m.groups()) if m else ()
    kind = next((k for k, p in (("slides", r"\bslides?|deck\b"), ("video", r"\bvideo|recording\b"), ("code", r"\brepo|source code\b")) if re.search(p, text, re.I)), None)
    companies = ()
    if form_of(question) in (AnswerForm.PEOPLE, AnswerForm.LIST):
        ws = re.findall(r"[\w&]+", text)
        for n in (3, 2, 1):
            for i in range(len(ws) - n + 1):
                name = " ".join(ws[i : i + n])
                if not companies and searcher.said.employed(name) and not is_generic(name) and not is_stop(name):
                    companies = (name,)
    return replace(question, sides=sides, link_kind=kind, companies=companies)


def reply_of(question: Question, found: Found, searcher: Searcher) -> Reply | None:
    """Return the answer in the form that a question asks for; None where the notes have nothing in that form."""
    write = talk_reply if asks_when(question) else _WRITERS.get(form_of(question))
    return write(_temp(question, searcher), found, searcher) if write else None
