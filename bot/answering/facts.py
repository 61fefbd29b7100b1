"""Facts and talk cards: the best quotes, and in front of them who, what, when and where it is to be seen."""

from __future__ import annotations

from dataclasses import replace

from bot.answering.evidence import Found
from bot.answering.models import Quote
from bot.answering.quotes import choose_quotes
from bot.answering.reading import Reading
from bot.answering.rendering import link_line, place
from index.models import Hit, Talk
from index.search import Searcher

Parts = tuple[str | None, tuple[Quote, ...], tuple[Hit, ...]]


def fact_parts(reading: Reading, found: Found, searcher: Searcher) -> Parts:
    """Return a headline where the question is about a talk, the quotes, and the hits in the order they are worth reading."""
    hits = found.hits
    if not reading.wish.about_talk:
        bodies = tuple(hit for hit in hits if hit.passage.role == "body")
        hits = bodies or hits
    names = [word.form for word in reading.words if word.known and (word.capital or not word.real)]
    quotes = choose_quotes(hits, [word.form for word in reading.words], searcher, names=names)
    ranked = tuple(replace(hit, rank=at) for at, hit in enumerate(hits, 1))
    return _headline(reading, hits[0].talk), quotes, ranked


def _headline(reading: Reading, talk: Talk) -> str | None:
    wanted = reading.wish.wanted
    if wanted == "link":
        return f"“{talk.title}”: {link_line(talk)}" if link_line(talk) else f"The notes give no link for “{talk.title}”."
    if wanted not in {"speaker", "talk"} or not talk.title or talk.kind == "section":
        return None
    if talk.speakers:
        who = _people(talk)
        where = f" ({place(talk)})" if place(talk) else ""
        return f"{who} gave “{talk.title}”{where}."
    return f"The notes name no speaker of “{talk.title}”." if wanted == "speaker" else None


def _people(talk: Talk) -> str:
    if len(talk.affiliations) == len(talk.speakers):
        named = [f"{name} ({company})" if company else name for name, company in zip(talk.speakers, talk.affiliations, strict=True)]
    else:
        named = list(talk.speakers)
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
