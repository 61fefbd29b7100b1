"""Cards: a talk with its people, links and main points; a person with their company and talks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

from bot.answering.evidence.evidence import Found
from bot.answering.form import AnswerForm
from bot.answering.language.data import read_words
from bot.answering.language.knowledge import knowledge_of
from bot.answering.models import Block, Entry, Line
from bot.answering.question.question import Question
from bot.answering.question.titles import asks_when_given
from bot.answering.rendering import LINK_NAMES, counted, people_of, place, spoken
from bot.answering.reply.brief import brief_block
from bot.answering.reply.digest import gist_of, placed
from bot.answering.reply.outline import statements_of
from bot.answering.reply.quotes import ANSWER_CHARS, quote_blocks
from bot.answering.reply.reply import Reply
from index.build.talk_table import TalkSet
from index.models import Hit, Talk
from index.search import Searcher
from index.vocabulary.words import find_phrase
from index.vocabulary.words import words as words_of

# Two or three words with capitals, particles between them.
_PERSON = r"[A-ZÀ-Þ][\w'’.-]+(?:\s+(?:(?:van|von|de|der|den|da|di|le|la|el|bin)\s+)*[A-ZÀ-Þ][\w'’.-]+){1,2}"
_OPENS = re.compile(rf"[*_]*{_PERSON}[*_]*\s*(?:\([^)\n]{{2,60}}\)|[:–]\s|-\s)")
_CARD_CHARS = 900  # of the main points on a talk's card
_MOST_TALKS = 30  # of a person
_MOST_MENTIONS = 4  # quotes that name a person
_WHEN = re.compile(
    r"^(?:and |so )?(?:(?:which|what|quel|quelle) (?:day|event|conference|year|jour|conférence)|when|quand)\b"
    r".{0,12}\b(?:that|it|this|c'était|ça)\b",
    re.IGNORECASE,
)


def talk_reply(question: Question, found: Found, searcher: Searcher) -> Reply | None:
    """Return who gave the talk that a question is about, when, and the notes' words on what was asked."""
    hits = found.hits
    if not hits:
        return None
    talk = hits[0].talk
    if asks_when(question) and talk.title:
        said = (
            f"“{talk.title}”: {place(talk)}."
            if place(talk)
            else f"The notes do not say when “{talk.title}” was given."
        )
    else:
        said = headline_of(talk, searcher, named=bool(question.titled or question.talks))
    wanted = [word.form for word in question.words]
    names = [word.form for word in question.words if word.known and (word.capital or not word.real)]
    return Reply(said or None, quote_blocks(hits, wanted, searcher, names=names), hits)


def asks_when(question: Question) -> bool:
    """Return whether a question asks when the talk that it names was given, or a follow-up when the one before it was."""
    named = question.form is AnswerForm.TALK and (question.titled or question.talks)
    return bool(question.context and _WHEN.search(question.text)) or bool(
        named and asks_when_given(question.text)
    )


def headline_of(talk: Talk, searcher: Searcher, *, named: bool = True) -> str:
    """Return who gave a talk and when; empty for a section that nobody asked for by its name, or where nothing is known."""
    if not talk.title or (talk.kind == "section" and not named):
        return ""
    where = f" ({place(talk)})" if place(talk) else ""
    if talk.speakers:
        return f"{spoken(people_of(talk))} gave “{talk.title}”{where}."
    if not named:
        return ""
    unnamed = not any(names_somebody(one.text) for one in statements_of(searcher, talk))
    return f"“{talk.title}”{where}.{' The notes name no speaker.' if unnamed else ''}"


def talk_card_reply(talk: Talk, searcher: Searcher) -> Reply:
    """Return a talk's card: who gave it and when, its links, and its main points."""
    links = tuple(
        Line(f"{LINK_NAMES.get(kind, kind.capitalize())}: {url}") for kind, url in talk.links.items() if url
    )
    if not links and talk.url:
        links = (Line(f"Link: {talk.url}"),)
    brief = brief_block(talk, searcher, room=_CARD_CHARS)
    blocks = tuple(filter(None, (Block(lines=links) if links else None, brief)))
    headline = headline_of(talk, searcher)
    if brief is None:
        headline = f"{headline} The notes name it and say no more."
    row = searcher.build.stored_talks.row(talk.talk_id)
    rows = [] if row is None else searcher.build.table.rows_of(row)
    hits = tuple(searcher.hit(at, 1.0, rank, row) for rank, at in enumerate(rows[:10], 1))
    return Reply(headline, blocks, hits, sure=0.95)


def person_card_reply(
    names: Sequence[str], rows: Sequence[int], searcher: Searcher, talks_within: TalkSet | None = None
) -> Reply | None:
    """Return where somebody works, their talks, and where the notes name them besides.

    Args:
        names: The person's name, or several people's.
        rows: Rows of their talks, in order.
        searcher: The build.
        talks_within: Limits the talks.
    """
    table, talks = searcher.build.table, searcher.build.stored_talks.rows
    kept = [row for row in rows if talks_within is None or row in talks_within][:_MOST_TALKS]
    theirs = [talks[row] for row in kept]
    name = spoken(names)
    companies = list(
        dict.fromkeys(
            company
            for talk in theirs
            if len(talk.affiliations) == len(talk.speakers)
            for speaker, company in zip(talk.speakers, talk.affiliations, strict=True)
            if company and any(find_phrase(speaker, one) for one in names)
        )
    )
    said = set(kept)
    mentions = [
        searcher.hit(row)
        for row in searcher.said.rows(name, talks_within)[: 3 * _MOST_MENTIONS].tolist()
        if int(table.talk_of_row[row]) not in said
    ]
    if not theirs and not mentions:
        return None
    blocks = placed([Entry(talk, gist_of(talk, searcher)) for talk in theirs])
    room = ANSWER_CHARS - sum(
        len(entry.gist.text) for block in blocks for entry in block.entries if entry.gist
    )
    quoted = quote_blocks(mentions, name.lower().split(), searcher, room=max(room, 300), most=_MOST_MENTIONS)
    headline = _person_headline(name, companies, len(theirs), bool(mentions))
    noted = [row for row in kept if row in table.noted]
    hits = searcher.openings(np.array(noted, dtype=np.int64))
    ranked = tuple(Hit(hit.passage, hit.talk, 1.0, at) for at, hit in enumerate([*hits, *mentions], 1))
    return Reply(headline, (*blocks, *quoted) if theirs else quoted, ranked, sure=0.9, topic=name)


def _person_headline(name: str, companies: Sequence[str], talks: int, mentioned: bool) -> str | None:
    if not talks:
        return f"The notes list no talk by {name}; they say:" if mentioned else None
    gave = f"{counted(talks, 'talk')} in the notes"
    return f"{name}, {spoken(companies)}: {gave}." if companies else f"{name}: {gave}."


def find_talks(words: str, searcher: Searcher) -> list[int]:
    """Return the rows of the talks that have these words for a title or a longer part of it, else in their title, in order."""
    forms = tuple(word.form for word in words_of(words))
    if not forms:
        return []
    table = searcher.build.table
    found = [row for row in knowledge_of(searcher).titled(forms) if row not in table.sections]
    if found:
        return sorted(found, key=lambda row: int(table.places[row]))
    titled = TalkSet(searcher.said.titled(words).mask & ~table.sections.mask)
    rows: list[int] = table.in_order(titled).tolist()
    return rows


def names_somebody(text: str) -> bool:
    """Return whether a statement begins with a person's name, or says by whom something was given."""
    bare = text.lstrip("-*•·–> \t")
    return bool(_OPENS.match(bare)) or bool(_given().search(bare))


@cache
def _given() -> re.Pattern[str]:
    before = "|".join(map(re.escape, read_words("given_by")))
    return re.compile(rf"(?i:\b(?:{before}))\b:?\s+(?:[*_]*){_PERSON}")
