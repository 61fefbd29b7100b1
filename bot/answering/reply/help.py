"""Help: what can be asked, of which conferences, with examples that this build answers; and the conferences themselves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from bot.answering.evidence.coverage import event_facts, events_in_order
from bot.answering.evidence.evidence import Found
from bot.answering.language.knowledge import knowledge_of
from bot.answering.language.wordlists import english
from bot.answering.models import Block, Line
from bot.answering.question.question import Question
from bot.answering.rendering import counted, spoken
from bot.answering.reply.quotes import quote_blocks
from bot.answering.reply.reply import Reply
from index.build.talk_table import TalkSet
from index.models import Talk
from index.search import Searcher
from index.vocabulary.words import words

_WAYS = (
    "what was said about something: the notes' own words, with the talk, its link and whose notes they are",
    "the short version of a talk, a day or a conference",
    "which talks there are on a subject, of a day, by a person or company",
    "who gave a talk, where somebody works",
    "the recording, slides or code of a talk",
    "how good a talk was, where the notes judge it",
    "two things side by side, or how something changed over the years",
)
_NAMED_EVENTS = 6
_LOOKED_AT = 24  # talks that examples are made from
_TITLE_CHARS = range(12, 71)
_MOST_EVENTS = 250
_MOST_RECAPS = 2_000  # that are read for their authors
_NAMED_AUTHORS = 12
_QUOTED = 2  # passages on an event that is asked for


def help_reply(_question: Question | None, _found: Found | None, searcher: Searcher) -> Reply:
    """Return what can be asked, the conferences that the notes cover, and three questions that they answer."""
    events = [event.event_id for event in events_in_order(searcher)]
    shown = (
        [*events[-_NAMED_EVENTS:], f"{len(events) - _NAMED_EVENTS} more"]
        if len(events) > _NAMED_EVENTS
        else events
    )
    covered = f" They cover {spoken(shown)}." if events else ""
    ways = Block("Ask for", lines=tuple(map(Line, _WAYS)))
    asked = tuple(Line(example, example) for example in examples(searcher))
    return Reply(
        f"I answer questions from the conference notes: {extent_text(searcher)}.{covered}",
        (ways, *((Block("For example:", lines=asked),) if asked else ())),
        sure=0.9,
    )


def events_reply(question: Question | None, found: Found | None, searcher: Searcher) -> Reply:
    """Return the conferences that the notes cover, oldest first, each with its dates, place, days and number of talks.

    Of those that a question names, with whose notes they are and what the notes say on what was asked.
    """
    events = events_in_order(searcher)
    if question and found and question.scope.event_ids:
        named = [event for event in events if event.event_id in question.scope.event_ids]
        told = Block(lines=tuple(Line(event_facts(event, searcher, authors=True)) for event in named))
        wanted = [word.form for word in question.words]
        return Reply(
            None, (told, *quote_blocks(found.hits, wanted, searcher, most=_QUOTED)), found.hits, sure=0.9
        )
    if question and _asks_who_wrote(question):
        return _authors_reply(searcher)
    lines = tuple(
        Line(event_facts(event, searcher), f"What happened at {event.event_id}?")
        for event in events[:_MOST_EVENTS]
    )
    return Reply(f"The notes cover {counted(len(events), 'event')}:", (Block(lines=lines),), sure=0.9)


def _asks_who_wrote(question: Question) -> bool:
    spoken = (english(), question.language)
    return any(word.form in language.authors for word in words(question.text) for language in spoken)


def _authors_reply(searcher: Searcher) -> Reply:
    """Return who wrote the notes, each with the recaps that are theirs."""
    recaps = list(islice(searcher.build.recaps.values(), _MOST_RECAPS))
    by_author: dict[str, list[str]] = {}
    for recap in recaps:
        if recap.author:
            by_author.setdefault(recap.author, []).append(recap.title)
    if not by_author:
        return Reply("The notes do not name who wrote them.", sure=0.1, miss="not_covered")
    nameless = sum(not recap.author for recap in recaps)
    rest = f" {counted(nameless, 'recap')} {'names' if nameless == 1 else 'name'} nobody." if nameless else ""
    names = list(by_author)
    named = names if len(names) <= _NAMED_AUTHORS else [*names[:_NAMED_AUTHORS], "others"]
    lines = tuple(
        Line(f"{name}: {spoken(list(dict.fromkeys(titles))[:_NAMED_AUTHORS])}")
        for name, titles in islice(by_author.items(), _MOST_EVENTS)
    )
    return Reply(f"The notes are by {spoken(named)}.{rest}", (Block(lines=lines),), sure=0.9)


def extent_text(searcher: Searcher) -> str:
    """Return how much the notes hold, from counts that the build keeps."""
    build = searcher.build
    sections = len(build.table.sections)
    parts = [counted(len(build.table) - sections, "talk"), counted(sections, "section") if sections else ""]
    return f"{spoken([part for part in parts if part])} in {counted(len(build.recaps), 'recap')}"


def examples(searcher: Searcher, count: int = 3) -> tuple[str, ...]:
    """Return questions that the build answers, of different forms, on talks from all over it."""
    makers = (_about, _digest, _who, _about)
    talks = [*_spread(searcher)]
    found: list[str] = []
    used: set[str] = set()
    while len(found) < count:
        before = len(found)
        for maker in makers:
            made = next(
                ((talk, said) for talk in talks if talk.talk_id not in used and (said := maker(talk))), None
            )
            if made and made[1] not in found and len(found) < count:
                used.add(made[0].talk_id)
                found.append(made[1])
        if len(found) == before:
            break
    return tuple(found)


def _spread(searcher: Searcher) -> Iterator[Talk]:
    """Yield talks that say something, from all over the notes, the newest first."""
    table = searcher.build.table
    rows = table.in_order(TalkSet(table.telling.mask & ~table.sections.mask))[::-1]
    knowledge = knowledge_of(searcher)
    for row in rows[:: max(len(rows) // _LOOKED_AT, 1)][:_LOOKED_AT]:
        yield knowledge.talk(int(row))


def _about(talk: Talk) -> str:
    return f"What was said in “{talk.title}”?" if len(talk.title) in _TITLE_CHARS else ""


def _digest(talk: Talk) -> str:
    return (
        f"What happened on day {talk.day} of {talk.event_id}?"
        if talk.event_id and talk.day is not None
        else ""
    )


def _who(talk: Talk) -> str:
    return f"Who gave “{talk.title}”?" if talk.speakers and len(talk.title) in _TITLE_CHARS else ""
