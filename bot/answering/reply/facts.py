"""Facts and talk cards: the best quotes, and in front of them who, what, when and where it is to be seen."""

from __future__ import annotations

import re

from bot.answering.evidence.evidence import Found
from bot.answering.language.knowledge import Knowledge, knowledge_of
from bot.answering.models import Quote
from bot.answering.question.question import Question
from bot.answering.rendering import link_line, place
from bot.answering.reply.quotes import choose_quotes
from index.models import Hit, Talk
from index.search import Searcher
from index.vocabulary.words import find_phrase

# Words beside the names of a question that is about them: with more, the passage that answers often goes
# without the name (of 36 questions three fewer quotes answer).
_BESIDE = 1
_WHEN = re.compile(
    r"^(?:and |so )?(?:(?:which|what|quel|quelle) (?:day|event|conference|year|jour|conférence)|when|quand)\b"
    r".{0,12}\b(?:that|it|this|c'était|ça)\b",
    re.IGNORECASE,
)
Parts = tuple[str | None, tuple[Quote, ...], tuple[Hit, ...]]


def fact_parts(question: Question, found: Found, searcher: Searcher) -> Parts:
    """Return a headline where the question is about a talk, the quotes, and the hits in the order they are worth question."""
    hits = found.hits
    if not question.wish.about_talk:
        bodies = tuple(hit for hit in hits if hit.passage.role == "body")
        hits = bodies or hits
    names = [word.form for word in question.words if word.known and (word.capital or not word.real)]
    saying = hits if question.titled else _saying_what_is_rare(hits, question, knowledge_of(searcher))
    quotes = choose_quotes(saying, [word.form for word in question.words], searcher, names=names)
    ranked = tuple(Hit(hit.passage, hit.talk, hit.score, at) for at, hit in enumerate(hits, 1))
    return _headline(question, hits[0].talk), quotes, ranked


def _saying_what_is_rare(hits: tuple[Hit, ...], question: Question, knowledge: Knowledge) -> tuple[Hit, ...]:
    """Keep the passages that say a rare name of the question, or whose talk's title does, where little else is asked."""
    rare = [
        (word.text, *knowledge.aliases.others(word.text))
        for word in question.words
        if word.known
        and (not word.real or (word.capital and knowledge.is_name(word.form)))
        and not knowledge.is_everywhere(word.text)
    ]
    if len(question.words) - len(rare) > _BESIDE or question.context:
        return hits
    return tuple(hit for hit in hits if any(_says(hit, name) for names in rare for name in names)) or hits


def _says(hit: Hit, name: str) -> bool:
    return bool(find_phrase(hit.passage.text, name) or find_phrase(hit.talk.title, name))


def _headline(question: Question, talk: Talk) -> str | None:
    wanted = question.wish.wanted
    if question.context and talk.title and _WHEN.search(question.text):
        return (
            f"“{talk.title}”: {place(talk)}."
            if place(talk)
            else f"The notes do not say when “{talk.title}” was given."
        )
    if wanted == "link":
        return (
            f"“{talk.title}”: {link_line(talk)}"
            if link_line(talk)
            else f"The notes give no link for “{talk.title}”."
        )
    titled = bool(question.titled)
    if wanted not in {"speaker", "talk"} or not talk.title or (talk.kind == "section" and not titled):
        return None
    if talk.speakers:
        who = _people(talk)
        where = f" ({place(talk)})" if place(talk) else ""
        return f"{who} gave “{talk.title}”{where}."
    if titled and wanted == "talk":
        return f"“{talk.title}” ({place(talk)})." if place(talk) else f"“{talk.title}”."
    return f"The notes name no speaker of “{talk.title}”." if wanted == "speaker" else None


def _people(talk: Talk) -> str:
    if len(talk.affiliations) == len(talk.speakers):
        named = [
            f"{name} ({company})" if company else name
            for name, company in zip(talk.speakers, talk.affiliations, strict=True)
        ]
    else:
        named = list(talk.speakers)
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
