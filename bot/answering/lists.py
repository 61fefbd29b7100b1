"""Lists: every talk that mentions something, or every talk that is about it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.evidence import Found, allowed_talks
from bot.answering.knowledge import Knowledge, knowledge_of
from bot.answering.people import name_forms, talks_of
from bot.answering.reading import Reading
from bot.answering.rendering import counted
from bot.answering.scope import given_scope
from bot.answering.wordlists import is_generic, is_german, is_stop
from index.models import Hit, Talk
from index.search import Filter, Query, Ranking, Searcher
from index.words import find_phrase, words

_SPLIT = re.compile(r"\s*(?:\bor\b|\bor\b|,|;|(?<=\s)/(?=\s)|\bet\b|\bou\b)\s*", re.IGNORECASE)
_LOOKED_AT = 400  # passages
_SAID = 0.6  # late score below which no talk says anything near the topic
# A talk's late score and its three best passages' dense scores, each as a share of the closest talk's, added. On the golden
# lists F1 is .81 anywhere from 1.32 to 1.45, .79 at 1.26 and .80 at 1.5.
_CLOSE = 1.38


@dataclass(frozen=True, slots=True)
class Listed:
    """The talks of a list in the notes' order, one hit each, what they were looked up for, and the sentence above them."""

    topic: str
    hits: tuple[Hit, ...]
    headline: str
    subject: bool = True  # whether it was made for one, not for all talks within limits


def topics_of(reading: Reading, knowledge: Knowledge) -> tuple[str, ...]:
    """Return what a list is about: the question without limits, grammar and words about talks, alternatives apart."""
    text = reading.text
    for start, end in sorted(reading.scope.spans, reverse=True):
        text = f"{text[:start]} , {text[end:]}"
    found: list[str] = []
    people = name_forms(reading)
    for part in _SPLIT.split(text):
        run: list[str] = []
        at = 0
        for word in words(part):
            written = part[word.start : word.end]
            named = written[0].isupper() and word.start > 0 and written != "I"  # the language Go is no verb
            if (is_stop(written, french=reading.french, german=is_german(reading.text)) and not named) or is_generic(written):
                continue
            if word.form in people:
                continue
            # Marks inside a name stay: "CI/CD", "cert-manager".
            glue = part[at : word.start] if run and part[at : word.start] in {"-", "/", ".", "_", "+", "&"} else " "
            run = [*run[:-1], run[-1] + glue + written] if run and glue != " " else [*run, written]
            at = word.end
        if run:
            found.append(_telling(run, knowledge))
    return tuple(dict.fromkeys(found))


def _telling(run: Sequence[str], knowledge: Knowledge) -> str:
    """Leave out the words that half of the notes say: on Kubernetes notes "kubernetes networking" is "networking"."""
    rare = [word for word in run if not knowledge.is_everywhere(word)]
    return " ".join(rare or run)


def list_talks(reading: Reading, found: Found, searcher: Searcher, knowledge: Knowledge) -> Listed:
    """Find the talks that a list question asks for."""
    topics = topics_of(reading, knowledge)
    allowed = allowed_talks(reading.scope, knowledge)
    people = reading.person or (reading.speakers and not reading.wish.every_mention)
    if not topics and not people:
        return _without_topic(reading, allowed, searcher, knowledge)
    theirs = True
    if people:
        mentions, theirs = talks_of(reading, searcher, knowledge)
        if topics and (about := _of_topics(topics, frozenset(mentions), reading, searcher, knowledge)):
            mentions = about
        else:
            topics = ()
    else:
        mentions = _of_topics(topics, allowed, reading, searcher, knowledge)
    if reading.scope.kind:
        mentions = {talk_id: hits for talk_id, hits in mentions.items() if _of_kind(knowledge.talk_by_id[talk_id], reading.scope.kind)}
    best = {hit.passage.talk_id: hit for hit in reversed(found.hits)}
    chosen = [best.get(talk_id, hits[0]) for talk_id, hits in mentions.items()]
    order = {talk.talk_id: at for at, talk in enumerate(in_order(knowledge.talks, knowledge))}
    topic = ", ".join(topics)
    chosen, undated = _of_known_day(chosen, reading.scope.day)
    headline = _headline(reading, topic, len(chosen), theirs=theirs) + undated
    return Listed(topic or _names(reading), tuple(sorted(chosen, key=lambda hit: order[hit.talk.talk_id])), headline)


def _of_known_day(hits: list[Hit], day: int | None) -> tuple[list[Hit], str]:
    """Leave out talks of no known day where others are of the day asked for, and say what was left out or let in."""
    dated = [hit for hit in hits if day in {None, hit.talk.day}]
    if len(dated) == len(hits):
        return hits, ""
    if not dated:
        return hits, " The notes do not say of which day."
    return dated, f" {len(hits) - len(dated)} more of unknown day."


def _of_topics(
    topics: Sequence[str], allowed: frozenset[str], reading: Reading, searcher: Searcher, knowledge: Knowledge
) -> dict[str, list[Hit]]:
    mentions = _mentions(topics, allowed, searcher, knowledge)
    return mentions if reading.wish.every_mention else _about(topics, mentions, allowed, searcher, knowledge)


def _names(reading: Reading) -> str:
    return ", ".join(reading.speakers) or reading.person


def _headline(reading: Reading, topic: str, count: int, *, theirs: bool) -> str:
    verb = "mention" if reading.wish.every_mention or not theirs else "cover"
    verb = f"{verb}s" if count == 1 else verb
    people = _names(reading) if reading.person or not reading.wish.every_mention else ""
    if people and not theirs:
        return f"No talk by {people} is listed; {counted(count, 'talk')} {verb} the name."
    by = f" by {people}" if people else ""
    return f"{counted(count, 'talk')}{by} {verb} “{topic}”." if topic else f"{counted(count, 'talk')}{by}."


def in_order(talks: Sequence[Talk], knowledge: Knowledge) -> list[Talk]:
    """Sort talks by event, oldest first, then by day, then as the notes have them."""
    starts = {event.event_id: (event.starts_on.isoformat() if event.starts_on else "9999", event.event_id) for event in knowledge.events}
    return sorted(
        talks, key=lambda t: (starts.get(t.event_id or "", ("9999", "~")), t.day if t.day is not None else 99, t.recap_id, t.position)
    )


def _mentions(topics: Sequence[str], allowed: frozenset[str], searcher: Searcher, knowledge: Knowledge) -> dict[str, list[Hit]]:
    found: dict[str, list[Hit]] = defaultdict(list)
    limits = Filter(talk_ids=allowed)
    for topic in topics:
        for name in (topic, *knowledge.aliases.others(topic)):
            for hit in searcher.mentions(name, limits):
                found[hit.talk.talk_id].append(hit)
    return dict(found)


def _about(
    topics: Sequence[str], mentions: dict[str, list[Hit]], allowed: frozenset[str], searcher: Searcher, knowledge: Knowledge
) -> dict[str, list[Hit]]:
    """Keep the talks that are about a topic: those that name it in their title, and those close to it in words and as wholes."""
    names = [name for topic in topics for name in (topic, *knowledge.aliases.others(topic))]
    kept = {
        talk_id: hits for talk_id, hits in mentions.items() if any(find_phrase(knowledge.talk_by_id[talk_id].title, name) for name in names)
    }
    for topic in topics:
        ranking = searcher.search(Query(topic, filter=Filter(talk_ids=allowed), k=_LOOKED_AT, depth=_LOOKED_AT))
        for hit in _close(ranking):
            kept.setdefault(hit.talk.talk_id, [hit])
    return kept


def _close(ranking: Ranking) -> list[Hit]:
    """Return the best hit of each talk that is nearly as close to the topic as the closest talk."""
    late: dict[str, float] = {}
    dense: dict[str, list[float]] = defaultdict(list)
    best: dict[str, Hit] = {}
    for hit, item in zip(ranking.hits, ranking.evidence, strict=True):
        best.setdefault(hit.talk.talk_id, hit)
        late[hit.talk.talk_id] = max(item.late, late.get(hit.talk.talk_id, 0.0))
        dense[hit.talk.talk_id].append(item.dense)
    whole = {talk_id: sum(sorted(values)[-3:]) / len(values[:3]) for talk_id, values in dense.items()}
    most_late, most_whole = max(late.values(), default=0.0), max(whole.values(), default=0.0)
    if most_late < _SAID or most_whole <= 0:
        return []
    return [hit for talk_id, hit in best.items() if late[talk_id] / most_late + whole[talk_id] / most_whole >= _CLOSE]


def _of_kind(talk: Talk, kind: str) -> bool:
    return talk.kind == kind or bool(find_phrase(talk.title, kind))


def _without_topic(reading: Reading, allowed: frozenset[str], searcher: Searcher, knowledge: Knowledge) -> Listed:
    """List every talk within the limits; those of no known day are counted, and listed only where no talk is known to be of the day."""
    scope = reading.scope
    first: dict[str, Hit] = {}
    for passage in searcher.build.passages:
        talk = knowledge.talk_by_id[passage.talk_id]
        if talk.talk_id in allowed and talk.kind != "section" and (not scope.kind or _of_kind(talk, scope.kind)):
            first.setdefault(talk.talk_id, Hit(passage, talk, 1.0, 0))
    within = in_order([hit.talk for hit in first.values()], knowledge)
    dated = [talk for talk in within if scope.day in {None, talk.day}]
    undated = len(within) - len(dated)
    noun = scope.kind or "talk"
    place = f"at {' or '.join(scope.event_ids)}" if scope.event_ids else ""
    day = "" if scope.day is None else f"day {scope.day}" if place else f"on day {scope.day}"
    where = f" {', '.join(part for part in (place, day) if part)}" if place or day else " in the notes"
    said = f"{counted(len(dated), noun)}{where}" if dated else _none_known(noun, place, scope.day)
    more = f"; {undated} more {'has' if undated == 1 else 'have'} no known day" if undated and dated else ""
    more = f"; {counted(undated, noun)} of unknown day" if undated and not dated else more
    hits = tuple(first[talk.talk_id] for talk in dated or within)
    return Listed(f"{noun}s", hits, f"{said}{more}.", subject=False)


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
    within = [
        t
        for t in knowledge.talks
        if scope is None or ((not scope.event_ids or t.event_id in scope.event_ids) and scope.day in {None, t.day})
    ]
    return tuple(in_order(within, knowledge))
