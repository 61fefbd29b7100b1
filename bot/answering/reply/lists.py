"""Lists: every talk that mentions something, or every talk that is about it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

from bot.answering.evidence.evidence import Found, allowed_talks
from bot.answering.evidence.spots import Spots, name_forms, talks_of
from bot.answering.language.knowledge import Knowledge, knowledge_of
from bot.answering.language.wordlists import Holding, holdings, is_generic, is_real_word, is_stop, languages
from bot.answering.models import Entry, Quote
from bot.answering.question.question import Question
from bot.answering.question.scope import Scope, given_scope
from bot.answering.rendering import counted, spoken
from bot.answering.reply import misses
from bot.answering.reply.digest import MOST, gist_of, headed, of_kind, parts_called, place_of, placed
from bot.answering.reply.link import talks_holding
from bot.answering.reply.outline import quote_of, says_more, statements_in
from bot.answering.reply.reply import Reply
from index.build.talk_table import KINDS, Rows, TalkSet
from index.models import Hit, Talk
from index.ranking.fusion import Evidence
from index.search import Filter, Query, Searcher
from index.vocabulary.words import find_phrase, singular, words

_SPLIT = re.compile(r"\s*(?:\bor\b|\bor\b|,|;|(?<=\s)/(?=\s)|\bet\b|\bou\b)\s*", re.IGNORECASE)
_LOOKED_AT = 400  # passages
_SAID = 0.6  # late score below which no talk says anything near the topic
# How much a talk's best late score, its three best dense scores, its best rank, its mean dense score and its best BM25 count, each
# as a share of the closest talk's, and the mean from which a talk is on the topic. F1 of 26 lists on three sets is .896 from .64 to
# .69 (.87 of those of the golden questions); the first two alone, at .69, give .887 (.83).
_COUNTED = (1.0, 1.0, 1.0, 1.0, 0.5)
_CLOSE = 0.66
_HOLDINGS: Mapping[Holding, str] = {
    "video": "a recording",
    "slides": "slides",
    "code": "code",
    "schedule": "a schedule page",
    "recap": "a notes page",
    "speakers": "a named speaker",
}
_SHOWN_WHY = 30  # talks of a list that say why they are in it
_WHY_CHARS = 160


def list_reply(question: Question, found: Found, searcher: Searcher) -> Reply | None:
    """Return the talks that a list question asks for, by event and day, each with why it is there."""
    listed = list_talks(question, found, searcher)
    knowledge = knowledge_of(searcher)
    if not listed.hits and question.person:
        return Reply(
            misses.absent_text((question.person,), knowledge), hits=found.hits, sure=0.1, miss="absent"
        )
    if not listed.hits:
        where = place_of(question.scope) or " in the notes"
        said = f"No talk{where} is about “{listed.topic}” ({misses.extent(knowledge)})."
        return Reply(
            said if listed.subject else listed.headline, hits=found.hits, sure=0.1, miss="not_covered"
        )
    hits = tuple(replace(hit, rank=at) for at, hit in enumerate(listed.hits, 1))
    names = [name for topic in listed.topics for name in (topic, *knowledge.aliases.others(topic))]
    entries = [
        Entry(hit.talk, _why(hit, names, searcher) if names and at < _SHOWN_WHY else None)
        for at, hit in enumerate(hits)
    ]
    return Reply(listed.headline, placed(entries), hits, sure=0.9, topic=listed.topic)


def _why(hit: Hit, names: Sequence[str], searcher: Searcher) -> Quote | None:
    """Return the words that put a talk into a list: those that say the topic, else what the talk is about."""
    if any(find_phrase(hit.talk.title, name) for name in names):
        return gist_of(hit.talk, searcher, _WHY_CHARS)
    statements = statements_in([hit.passage], searcher)
    saying = [one for one in statements if any(find_phrase(one.text, name) for name in names)]
    telling = [one for one in saying if says_more(one.text, hit.talk)]
    if not telling:
        return gist_of(hit.talk, searcher, _WHY_CHARS)
    shortest = min(telling, key=lambda one: (one.introduces, abs(len(one.text) - _WHY_CHARS // 2)))
    return quote_of(searcher, hit.talk, shortest, shortest)


@dataclass(frozen=True, slots=True)
class Listed:
    """The talks of a list in the notes' order, one hit each, what they were looked up for, and the sentence above them."""

    topic: str
    hits: tuple[Hit, ...]
    headline: str
    subject: bool = True  # whether it was made for one, not for all talks within limits
    topics: tuple[str, ...] = ()


def topics_of(question: Question, knowledge: Knowledge) -> tuple[str, ...]:
    """Return what a list is about: the question without limits, grammar and words about talks, alternatives apart."""
    text = question.text
    for start, end in sorted(question.scope.spans, reverse=True):
        text = f"{text[:start]} , {text[end:]}"
    found: list[str] = []
    people = name_forms(question)
    for part in _SPLIT.split(text):
        run: list[str] = []
        at = 0
        for word in words(part):
            written = part[word.start : word.end]
            named = written[0].isupper() and word.start > 0 and written != "I"  # the language Go is no verb
            if (is_stop(written, question.language) and not named) or is_generic(written):
                continue
            if word.form in people or (question.holding and word.form in holdings()):
                continue
            # Marks inside a name stay: "CI/CD", "cert-manager".
            glue = (
                part[at : word.start]
                if run and part[at : word.start] in {"-", "/", ".", "_", "+", "&"}
                else " "
            )
            run = [*run[:-1], run[-1] + glue + written] if run and glue != " " else [*run, written]
            at = word.end
        if run:
            found.append(_telling(run, knowledge))
    return tuple(dict.fromkeys(found))


def asks_for_talks(question: Question) -> bool:
    """Return whether a list is to be one of talks ("talks on X"), not of things that were named ("scanners mentioned")."""
    mentioning = {form for language in languages().values() for form in language.mentions}
    return any(
        is_generic(question.text[word.start : word.end])
        for word in words(question.text)
        if word.form not in mentioning
        and not any(start <= word.start < end for start, end in question.scope.spans)
    )


def _telling(run: Sequence[str], knowledge: Knowledge) -> str:
    """Leave out the words that half of the notes say: on Kubernetes notes "kubernetes networking" is "networking"."""
    rare = [word for word in run if not knowledge.is_everywhere(word)]
    return " ".join(rare or run)


def list_talks(question: Question, found: Found, searcher: Searcher) -> Listed:
    """Find the talks that a list question asks for."""
    knowledge = knowledge_of(searcher)
    topics = topics_of(question, knowledge)
    allowed = _allowed(question, searcher)
    people = question.person or question.companies or (question.speakers and not question.every_mention)
    if not topics and not people:
        return _without_topic(question.scope, allowed, searcher, held=_held(question))
    theirs = True
    close: dict[int, float] = {}
    looked_for = topics
    if people:
        spots, theirs = talks_of(question, searcher)
        spots = spots.within(allowed)
        about, close = (
            _of_topics(topics, knowledge.table.set_of(spots.talks), question, searcher)
            if topics
            else (None, close)
        )
        spots, topics = (about, topics) if about else (spots, ())
    else:
        spots, close = _of_topics(topics, allowed, question, searcher)
    if question.scope.kind:
        spots = spots.within(of_kind(question.scope.kind, searcher, allowed))
    spots, undated = _of_known_day(spots, question.scope.day, knowledge)
    topic = ", ".join(topics)
    said = _part_headline(topics, allowed, spots, question, searcher) if not people else ""
    said = said or _headline(question, topic, len(spots), theirs=theirs)
    headline = said + undated + _cut(len(spots))
    best = {hit.passage.talk_id: hit for hit in reversed(found.hits)}
    return Listed(
        topic or _names(question) or ", ".join(looked_for),
        tuple(
            best.get(hit.talk.talk_id, hit) for hit in spots.in_order(searcher, MOST).hits(searcher, close)
        ),
        headline,
        topics=topics,
    )


def _allowed(question: Question, searcher: Searcher) -> TalkSet:
    """Return the talks within the limits, without those on subjects and of kinds that the question does not want."""
    allowed = allowed_talks(question.scope, knowledge_of(searcher))
    for subject in question.excluded:
        kind = singular(subject.lower())
        if kind in KINDS:
            unwanted = of_kind(kind, searcher, allowed)
        else:
            unwanted = searcher.said.titled(subject) | searcher.build.table.set_of(
                _of_topics((subject,), allowed, question, searcher)[0].talks
            )
        allowed = TalkSet(allowed.mask & ~unwanted.mask)
    if question.holding:
        held, has = question.holding
        allowed = TalkSet(allowed.mask & (talks_holding(held, allowed, searcher).mask == has))
    return allowed


def _cut(count: int) -> str:
    return f" The first {MOST} are listed." if count > MOST else ""


def _of_known_day(spots: Spots, day: int | None, knowledge: Knowledge) -> tuple[Spots, str]:
    """Leave out talks of no known day where others are of the day asked for, and say what was left out or let in."""
    dated = spots if day is None else spots.within(knowledge.table.of_days([day]))
    if len(dated) == len(spots):
        return spots, ""
    if not len(dated):
        return spots, " The notes do not say of which day."
    return dated, f" {len(spots) - len(dated)} more of unknown day."


def _of_topics(
    topics: Sequence[str], allowed: TalkSet, question: Question, searcher: Searcher
) -> tuple[Spots, dict[int, float]]:
    """Return the talks that mention a topic, or are about it, and the scores of the rows that were found by their closeness."""
    knowledge = knowledge_of(searcher)
    names = [name for topic in topics for name in (topic, *knowledge.aliases.others(topic))]
    mentions = [searcher.said.rows(name, allowed) for name in names]
    if question.every_mention:
        return Spots.first_of(mentions, searcher), {}
    return _about(topics, names, mentions, allowed, searcher)


def _names(question: Question) -> str:
    return ", ".join(question.speakers) or spoken(question.companies, "or") or question.person


def _headline(question: Question, topic: str, count: int, *, theirs: bool) -> str:
    verb = "mention" if question.every_mention or not theirs else "cover"
    verb = f"{verb}s" if count == 1 else verb
    whose = question.person or question.companies or not question.every_mention
    people = _names(question) if whose else ""
    talks = f"{counted(count, 'talk')}{_held(question)}"
    if people and not theirs:
        return f"No talk by {people} is listed; {counted(count, 'talk')} {verb} the name."
    by = f" by {people}" if people else ""
    if question.excluded and not topic and not people:
        return f"{talks} not on {spoken(question.excluded, 'or')}."
    return f"{talks}{by} {verb} “{topic}”." if topic else f"{talks}{by}."


def _part_headline(
    topics: Sequence[str], allowed: TalkSet, spots: Spots, question: Question, searcher: Searcher
) -> str:
    """Return the first line of a list that is a part of the notes with a heading of its own, empty of any other list."""
    parts = [part for topic in topics for part in parts_called(topic, allowed, searcher)]
    below = {row for _, rows in parts for row in rows}
    if question.every_mention or not parts or not below.issuperset(spots.talks.tolist()):
        return ""
    headings = spoken([f"“{heading}”" for heading in dict.fromkeys(heading for heading, _ in parts)])
    return f"{counted(len(spots), 'talk')}{_held(question)} under {headings}{place_of(question.scope)}."


def _held(question: Question) -> str:
    """Return what the talks asked for have or lack, as it is said behind them."""
    if not question.holding:
        return ""
    held, has = question.holding
    return f" {'with' if has else 'without'} {_HOLDINGS[held]}"


def _about(
    topics: Sequence[str],
    names: Sequence[str],
    mentions: Sequence[Rows],
    allowed: TalkSet,
    searcher: Searcher,
) -> tuple[Spots, dict[int, float]]:
    """Keep the talks that are about a topic: those that name it in their title, and those close to it in words and as wholes.

    Of a name, only talks that mention it are close. Where the notes have a part with the topic for its heading
    ("Thursday", "Lightning talks"), the talks are those of that part.
    """
    table = searcher.build.table
    titled = reduce(or_, map(searcher.said.titled, names))
    kept = Spots.first_of(mentions, searcher).within(titled)
    asked = topics if any(map(len, mentions)) else [word for topic in topics for word in topic.split()]
    parts = [member for name in asked for member in headed(name, allowed, searcher)]
    if parts:
        told = table.set_of(parts) | TalkSet(titled.mask & ~table.sections.mask)
        return kept.within(told) | Spots.opening(told & allowed, searcher), {}
    limits = Filter() if allowed.everything else Filter(talks=allowed)
    ranked = [searcher.rank(Query(topic, filter=limits, k=_LOOKED_AT, depth=_LOOKED_AT)) for topic in topics]
    near = {item.row: item for evidence in ranked for item in _close(evidence, searcher)}
    knowledge = knowledge_of(searcher)
    said = table.set_of(table.talk_of_row[np.concatenate(mentions)]) if len(mentions) else table.set_of([])
    named = all(_is_name(topic, knowledge) for topic in topics) and bool(said)
    close = {
        row: item.score
        for row, item in near.items()
        if (talk := int(table.talk_of_row[row])) in table.telling and (not named or talk in said)
    }
    rows = np.fromiter(close, dtype=np.int64, count=len(close))
    return kept | Spots.first_of([rows], searcher), close


def _is_name(topic: str, knowledge: Knowledge) -> bool:
    """Return whether a topic is a name that no dictionary has, which what is about it says."""
    return any(
        not is_real_word(word.form) and not knowledge.is_everywhere(word.form) for word in words(topic)
    )


def _close(evidence: Sequence[Evidence], searcher: Searcher) -> list[Evidence]:
    """Return the best passage of each talk that is nearly as close to the topic as the closest talk."""
    talk_of_row = searcher.build.table.talk_of_row
    by_talk: dict[int, list[Evidence]] = defaultdict(list)
    for item in evidence:
        by_talk[int(talk_of_row[item.row])].append(item)
    near = {talk: _nearness(items) for talk, items in by_talk.items()}
    most = np.max([*near.values()], axis=0) if near else np.zeros(len(_COUNTED))
    if most[0] < _SAID or most[1] <= 0:
        return []
    counted_for = np.array(_COUNTED) / np.maximum(most, 1e-9)
    return [
        by_talk[talk][0] for talk, values in near.items() if values @ counted_for >= _CLOSE * sum(_COUNTED)
    ]


def _nearness(items: Sequence[Evidence]) -> NDArray[np.float64]:
    """Return how near a talk's passages are to a topic, in the order of `_COUNTED`."""
    dense = [item.dense for item in items]
    return np.array(
        [
            max(item.late for item in items),
            sum(sorted(dense)[-3:]) / len(dense[:3]),
            max(item.score for item in items),
            items[0].talk,
            max(item.lexical for item in items),
        ]
    ).clip(0.0)


def scope_list(scope: Scope, searcher: Searcher, *, sections: bool = False) -> Reply:
    """Return every talk within limits, a line each, with the sections of the notes or without."""
    listed = _without_topic(scope, allowed_talks(scope, knowledge_of(searcher)), searcher, sections=sections)
    hits = tuple(replace(hit, rank=at) for at, hit in enumerate(listed.hits, 1))
    blocks = placed(Entry(hit.talk) for hit in hits)
    return Reply(listed.headline, blocks, hits, sure=0.9, miss=None if hits else "not_covered")


def _without_topic(
    scope: Scope, allowed: TalkSet, searcher: Searcher, *, sections: bool = False, held: str = ""
) -> Listed:
    """List every talk within the limits; those of no known day are counted, and listed only where no talk is known to be of the day."""
    table = searcher.build.table
    talks = allowed & table.noted
    if not sections:
        talks = TalkSet(talks.mask & ~table.sections.mask)
    if scope.kind:
        talks &= of_kind(scope.kind, searcher, talks)
    within = table.in_order(talks)
    dated = within if scope.day is None else within[np.isin(table.days[within], scope.days)]
    undated = len(within) - len(dated)
    noun = scope.kind or "talk"
    place = f"at {' or '.join(scope.event_ids)}" if scope.event_ids else ""
    day = "" if scope.day is None else f"day {scope.day}" if place else f"on day {scope.day}"
    where = f" {', '.join(part for part in (place, day) if part)}" if place or day else " in the notes"
    said = (
        f"{counted(len(dated), noun)}{held}{where}"
        if len(dated)
        else _none_known(f"{noun}{held}", place, scope.day)
    )
    more = (
        f"; {undated} more {'has' if undated == 1 else 'have'} no known day" if undated and len(dated) else ""
    )
    more = f"; {counted(undated, noun)} of unknown day" if undated and not len(dated) else more
    chosen = dated if len(dated) else within
    hits = searcher.openings(chosen[:MOST])
    return Listed(f"{noun}s", hits, f"{said}{more}.{_cut(len(chosen))}", subject=False)


def _none_known(noun: str, place: str, day: int | None) -> str:
    known = "in the notes" if day is None else f"is known to be of day {day}"
    return " ".join(part for part in (f"No {noun}", place, known) if part)


def talks_within(searcher: Searcher, event: str | None, day: int | None) -> tuple[Talk, ...]:
    """Return the build's talks, all of them or those of an event and a day, in order.

    Raises:
        UnknownEvent: no event of the notes has that name.
        UnknownDay: no talk of the notes is of that day.
    """
    knowledge = knowledge_of(searcher)
    scope = given_scope(knowledge, event, day)
    table = knowledge.table
    talks = knowledge.talks_within(scope.event_ids) if scope else table.everything()
    if scope and scope.day is not None:
        talks &= table.of_days([scope.day])
    return tuple(knowledge.talk(row) for row in table.in_order(talks).tolist())
