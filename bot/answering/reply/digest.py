"""A digest of a day or event: its talks in order, each with its speakers, its link and what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from bot.answering.evidence.evidence import Found, allowed_talks
from bot.answering.language.knowledge import knowledge_of
from bot.answering.models import Block, Entry, Quote
from bot.answering.question.question import Question
from bot.answering.question.scope import Scope
from bot.answering.rendering import counted, entry_text, place, spoken
from bot.answering.reply.brief import brief_block
from bot.answering.reply.outline import quote_of, statements_of, topic_terms
from bot.answering.reply.points import Points
from bot.answering.reply.quotes import ANSWER_CHARS
from bot.answering.reply.reply import Reply
from index.build.talk_table import Rows, TalkSet
from index.models import Hit, Talk
from index.search import Searcher
from index.vocabulary.words import find_phrase, words

PER_PAGE = 30  # talks of a digest that are shown with what they are about
MOST = 250  # talks that are read for one answer; a headline counts all of them
_MOST_RECAPS = 50  # of a scope whose titles are read
_FEW = 3  # talks up to which each is told by its main points
_GIST_CHARS = 220
_SHORTEST_GIST = 90
_GLANCE_CHARS = 1350  # of all talks, that they are read at a glance where that can be
_STRETCHED = 1.3  # of the room for a gist, up to which a sentence stays whole
_FEWEST_TERMS = 3  # on a topic, of a part of a sentence that is quoted without the rest
_PART_END = re.compile(r"(?=[,;:]\s|\s[–—-]\s|\s\()")


def digest_reply(question: Question, _: Found, searcher: Searcher) -> Reply | None:
    """Return the digest of the events and days, or of the part of the notes, that a question names; None where it names none."""
    allowed = allowed_talks(question.scope, knowledge_of(searcher))
    rows = [row for word in question.words for row in headed(word.text, allowed, searcher)]
    if rows:
        return digest_of(question.scope, searcher, only=searcher.build.table.set_of(rows))
    return digest_of(question.scope, searcher) if question.scope.limits else None


def digest_of(
    scope: Scope, searcher: Searcher, page: int = 1, per_page: int = PER_PAGE, only: TalkSet | None = None
) -> Reply:
    """Return a page of the digest of a scope's talks, or of only some of them."""
    talks, sections = chosen_talks(scope, searcher, only)
    rows = np.concatenate([talks, sections])[:MOST]
    told = _distinct(rows, searcher)
    pages = max(1, -(-len(told) // per_page))
    page = min(max(page, 1), pages)
    shown = told[(page - 1) * per_page : page * per_page]
    headline = _headline(scope, told) + (f" Page {page} of {pages}." if pages > 1 else "")
    hits = tuple(Hit(hit.passage, hit.talk, hit.score, at) for at, hit in enumerate(told, 1))
    if not told:
        return Reply(headline, sure=0.1, miss="not_covered")
    blocks = _briefs(shown, searcher) if len(told) <= _FEW else _gists(shown, searcher)
    return Reply(headline, blocks, hits, sure=0.9, page=page, pages=pages)


def _briefs(shown: Sequence[Hit], searcher: Searcher) -> tuple[Block, ...]:
    """Return the main points of a few talks."""
    room = ANSWER_CHARS // len(shown)
    blocks: list[Block] = []
    for hit in shown:
        told = brief_block(hit.talk, searcher, room=room)
        again = told and any(_same_words(told, before) for before in blocks)
        blocks.append(told if told and not again else Block(entries=(Entry(hit.talk),)))
    return tuple(blocks)


def _same_words(one: Block, other: Block) -> bool:
    """Return whether two blocks quote the same words: of talks that share their notes."""
    first, second = ([(quote.talk.recap_id, quote.start) for quote in block.quotes] for block in (one, other))
    return bool(first) and first == second


def _gists(shown: Sequence[Hit], searcher: Searcher) -> tuple[Block, ...]:
    """Return talks with what they are about, shorter where many are to be read at a glance."""
    lines = sum(len(entry_text(Entry(hit.talk))) for hit in shown)
    most = min(max((_GLANCE_CHARS - lines) // len(shown), _SHORTEST_GIST), _GIST_CHARS)
    entries: list[Entry] = []
    for hit in shown:
        gist = gist_of(hit.talk, searcher, most)
        before = entries[-1].gist if entries else None
        again = gist and before and (gist.talk.recap_id, gist.start) == (before.talk.recap_id, before.start)
        # A section that says nothing is a heading; of two talks that share their notes the first says what they say.
        if gist or hit.talk.kind != "section":
            entries.append(Entry(hit.talk, None if again else gist))
    return placed(entries)


def chosen_talks(scope: Scope, searcher: Searcher, only: TalkSet | None = None) -> tuple[Rows, Rows]:
    """Return the rows of a scope's talks in order, and of the sections that say something beside them.

    Of a day, talks of no known day are left out where others are known to be of it.
    """
    knowledge = knowledge_of(searcher)
    table = knowledge.table
    within = allowed_talks(scope, knowledge) & table.noted
    if only is not None:
        within &= only
    if scope.kind and (of_that := within & of_kind(scope.kind, searcher, within)):
        within = of_that
    if scope.day is not None and (dated := within & table.of_days(scope.days)):
        within = dated
    sections = within & table.sections & table.telling
    return table.in_order(TalkSet(within.mask & ~table.sections.mask)), table.in_order(sections)


def of_kind(kind: str, searcher: Searcher, within: TalkSet | None = None) -> TalkSet:
    """Return the talks of a kind, by their record, their title, or where some talks are given the recap that they are from."""
    build = searcher.build
    found = build.table.of_kinds([kind]) | searcher.said.titled(kind)
    if within is not None:
        rows = build.table.recaps_of(within)[:_MOST_RECAPS]
        recaps = ((row, build.recaps.rows[row]) for row in rows)
        named = [row for row, recap in recaps if find_phrase(f"{recap.title} / {recap.recap_id}", kind)]
        found |= build.table.of_recaps(named)
    return found


def headed(topic: str, allowed: TalkSet, searcher: Searcher) -> list[int]:
    """Return the rows of the talks below the headings that say a topic and no more."""
    return [row for _, below in parts_called(topic, allowed, searcher) for row in below]


def parts_called(topic: str, allowed: TalkSet, searcher: Searcher) -> list[tuple[str, list[int]]]:
    """Return the headings that say a topic and no more, each with the rows of the talks below it."""
    table = searcher.build.table
    asked = set(topic_terms(topic))
    titled = searcher.said.titled(topic)
    found: list[tuple[str, list[int]]] = []
    for section in (titled & table.sections & allowed).rows.tolist():
        heading = searcher.build.stored_talks.rows[section].title
        title = {term for term in topic_terms(heading) if not term.isdigit()}
        if title <= asked:
            below = [row for row in table.below(section) if row in allowed]
            # Of the talks behind the heading "Lightning talks", those that are called so where some are.
            if below:
                found.append((heading, [row for row in below if row in titled] or below))
    return found


def place_of(scope: Scope) -> str:
    """Return where the talks within limits were given, as it is said behind their number; empty without limits."""
    place = f" at {spoken(scope.event_ids, 'or')}" if scope.event_ids else ""
    return f"{place}{',' if place else ' on'} day {scope.day}" if scope.day is not None else place


def placed(entries: Iterable[Entry]) -> tuple[Block, ...]:
    """Return talks that stand in order under their event and day."""
    groups = groupby(entries, key=lambda entry: place(entry.talk) or "Event not known")
    return tuple(Block(f"{heading}:", entries=tuple(members)) for heading, members in groups)


def gist_of(talk: Talk, searcher: Searcher, most: int = _GIST_CHARS) -> Quote | None:
    """Return the words of the notes that say what a talk is about, none where they say nothing.

    Args:
        talk: The talk.
        searcher: The build.
        most: Characters; a longer sentence is cut behind a part of it, and marked so.
    """
    statements = statements_of(searcher, talk)
    leading = Points(statements, talk, searcher).leading(most)
    if leading is None:
        return None
    last = leading
    while (
        last + 1 < len(statements)
        and not statements[last + 1].begins
        and statements[last + 1].passage.voice == statements[leading].passage.voice
        and statements[last + 1].end - statements[leading].start <= most
    ):
        last += 1
    while last > leading and statements[last].introduces:
        last -= 1
    return shortened_quote(quote_of(searcher, talk, statements[leading], statements[last]), most)


def shortened_quote(quote: Quote, most: int) -> Quote:
    """Return a quote cut behind a part of its sentence where it is much longer than what there is room for."""
    if len(quote.text) <= most * _STRETCHED:
        return quote
    cuts = [
        match.start() for match in _PART_END.finditer(quote.text) if most // 2 <= match.start() <= 2 * most
    ]
    cuts = [at for at in cuts if _tells(quote.text[:at], quote.talk)]
    if not cuts:
        return quote
    at = max((at for at in cuts if at <= most), default=cuts[0])
    return replace(quote, text=quote.text[:at], end=quote.start + at, cut=True)


def _tells(text: str, talk: Talk) -> bool:
    """Return whether a part of a sentence says something beside the talk's title and people."""
    named = {term for one in (talk.title, *talk.speakers) for term in topic_terms(one)}
    return len(set(topic_terms(text)) - named) >= _FEWEST_TERMS


def _distinct(rows: Rows, searcher: Searcher) -> list[Hit]:
    """Return a hit a talk; of several notes on one talk the first."""
    found: dict[tuple[object, ...], Hit] = {}
    for hit in searcher.openings(rows):
        key = tuple(word.form for word in words(hit.talk.title))
        found.setdefault((hit.talk.event_id, hit.talk.day, key or hit.talk.talk_id), hit)
    return list(found.values())


def _headline(scope: Scope, told: Sequence[Hit]) -> str:
    noun = scope.kind or "talk"
    sections = sum(hit.talk.kind == "section" for hit in told)
    talks = len(told) - sections
    parts = [counted(talks, noun)] if talks or not sections else []
    parts += [counted(sections, "section")] if sections else []
    where = spoken(scope.event_ids, "or") if scope.event_ids else "All conferences"
    day = "" if scope.day is None else f", day {scope.day}"
    more = "+" if len(told) == MOST else ""
    return f"{where}{day}: {spoken(parts)}{more} in the notes."
