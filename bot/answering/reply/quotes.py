"""Quotes that can be used alone: whole statements, verbatim by their offsets, each with the line that introduces it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import fuzz

from bot.answering.evidence.evidence import Found
from bot.answering.language.data import read_words
from bot.answering.language.knowledge import knowledge_of
from bot.answering.language.word_sense import is_version
from bot.answering.models import Block, Line, Quote
from bot.answering.question.question import Question
from bot.answering.reply.outline import (
    Statement,
    quote_of,
    says_more,
    split_units,
    statements_in,
    statements_of,
    topic_terms,
)
from bot.answering.reply.points import Points, definition, point_quotes
from bot.answering.reply.reply import Reply
from index.models import Hit, Passage
from index.search import Searcher
from index.vocabulary.words import find_phrase, forms, singular, squeeze, words

ANSWER_CHARS = 1200  # of all quotes, so that their sources fit beside them into 1,500 characters
QUOTE_CHARS = 420  # one quote; a passage up to this length is quoted whole
_LEAST_CHARS = 60  # of room that another quote is looked for
_SAME = 85  # of 100, of two quotes' common characters
# A quote's score beside the best one's, in another talk and in the same one. On two sets of everyday questions these satisfy .883 and .889
# where .85 and .77 do .867 and .867, and .685 of what is quoted is from the right talk instead of .682; at .7 it is .629.
_NEAR = 0.8
_NEAR_IN_TALK = 0.5
_LOOKED_AT = 15  # hits
_LEADS_WITHIN = 120  # characters in front of the best quote where those of its talk stand in reading order
_BEFORE = 160  # characters of a passage in front of its best statement that are quoted with it
# Words beside the names of a question that is about them: with more, the passage that answers often goes
# without the name.
_BESIDE = 1
_TELLING = 3  # letters from which a word may be part of another
_REACH_CHARS = 200  # that a quote may be longer for the line that introduces it or for what it introduces
_BETWEEN_CHARS = 120  # between a quote and the line that introduces it, up to which they are one quote
_LINES_CHARS = 40  # white space and marks between two items of a list
_GAP_CHARS = 8  # between two quotes that are one
_RELEASE = re.compile(r"\d+(?:\.\d+)+")
_DEFINED = 0.05  # of a score, for each degree to which a passage says what a name is
_SAYS_WHAT = 1.5  # degree to which a sentence says what a name is, from which it leads
_TITLED = 0.1  # of a score, for a talk with the name in its title
_REMARK = 0.1  # of a score, for a remark of the note-taker's own


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Statements that are quoted together, and the hit that led to them."""

    hit: Hit
    members: tuple[Statement, ...]  # in order, at least one
    lead: Statement | None

    @property
    def first(self) -> Statement:
        """Return the statement that the quote begins with."""
        return self.members[0]

    @property
    def last(self) -> Statement:
        """Return the statement that the quote ends with."""
        return self.members[-1]

    @property
    def chars(self) -> int:
        """Return how many characters are shown."""
        return self.last.end - self.first.start + (len(self.lead.text) if self.lead else 0)


def quotes_reply(question: Question, found: Found, searcher: Searcher) -> Reply:
    """Return the best quotes, and the hits in the order in which they are worth reading."""
    hits = found.hits
    hits = tuple(hit for hit in hits if hit.passage.role == "body") or hits
    names = [word.form for word in question.words if word.known and (word.capital or not word.real)]
    wanted = [word.form for word in question.words]
    hits = _told_first(hits, question, names, searcher)
    ranked = tuple(Hit(hit.passage, hit.talk, hit.score, at) for at, hit in enumerate(hits, 1))
    blocks = quote_blocks(hits, wanted, searcher, names=names)
    if _asks_little(question, names):
        blocks = _filled(blocks, frozenset(topic_terms(" ".join(names or wanted))), searcher)
        blocks += _addresses_named(hits[0], names)
    return Reply(None, blocks, ranked)


def _addresses_named(hit: Hit, names: Sequence[str]) -> tuple[Block, ...]:
    """Return the address that the best passage gives to a name: what is quoted of it shows the name alone."""
    told = (hit.talk.url, hit.passage.text)
    named = [
        url
        for url in hit.passage.links
        if any(len(name) >= _TELLING and name in squeeze(url) for name in names)
        and not any(url in text for text in told if text)
    ]
    return (Block(lines=(Line(f"Link: {named[0]}"),)),) if named else ()


def _asks_little(question: Question, names: Sequence[str]) -> bool:
    """Return whether a question asks what there is about a name or a talk rather than one thing about it."""
    named = bool(names or question.speakers or question.titled or question.talks)
    if any(is_version(word.form) for word in question.words):
        return False  # what is said of a release is said where it is named
    return named and not question.context and len(question.words) - len(names) <= _BESIDE


def _filled(blocks: tuple[Block, ...], subject: frozenset[str], searcher: Searcher) -> tuple[Block, ...]:
    """Fill an answer up with the further points of its first talk, those that name the subject where the title does not."""
    room = ANSWER_CHARS - sum(len(quote.text) for block in blocks for quote in block.quotes)
    if not blocks or room < QUOTE_CHARS // 2:
        return blocks
    first, *others = blocks
    talk = first.quotes[0].talk
    statements = statements_of(searcher, talk)
    points = Points(statements, talk, searcher, subject)
    quoted = [
        at
        for at, one in enumerate(statements)
        if any(quote.start <= one.end and one.start <= quote.end for quote in first.quotes)
    ]
    if not quoted:
        return blocks
    titled = not subject.isdisjoint(topic_terms(talk.title))
    among = [at for at in range(len(statements)) if titled or _on(points, at, subject)]
    room += sum(points.length(at, ()) for at in quoted)
    chosen = points.chosen(room, quoted, among)
    leading = points.leading()
    if leading not in chosen or definition(statements[leading].text, subject) < _SAYS_WHAT:
        leading = next(at for at in quoted if statements[at].end > first.quotes[0].start)
    return (replace(first, quotes=tuple(point_quotes(statements, chosen, talk, searcher, leading))), *others)


def _on(points: Points, at: int, subject: frozenset[str]) -> bool:
    """Return whether a statement, or the line that introduces it, names the subject."""
    parent = points.statements[at].parent
    return not subject.isdisjoint(points.terms[at]) or (
        parent is not None and not subject.isdisjoint(points.terms[parent])
    )


def _told_first(
    hits: tuple[Hit, ...], question: Question, names: Sequence[str], searcher: Searcher
) -> tuple[Hit, ...]:
    """Put what says a name in front where little but the name is asked, and in front of that what says what it is."""
    if not names or len(question.words) - len(names) > _BESIDE or question.context or question.titled:
        return hits
    knowledge = knowledge_of(searcher)
    said_by_name = {word.form: word.text for word in question.words if word.form in names}
    spellings = [(text, *knowledge.aliases.others(text)) for text in said_by_name.values()]
    subject = frozenset(term for name in names for term in topic_terms(name))
    best = max(hit.score for hit in hits) or 1.0

    def worth(hit: Hit) -> float:
        text = hit.passage.text
        said = sum(
            any(find_phrase(text, one) or find_phrase(hit.talk.title, one) for one in group)
            for group in spellings
        )
        told = max(definition(text[start:end], subject) for start, end in split_units(text))
        titled = subject <= set(topic_terms(hit.talk.title))
        remark = hit.passage.voice == "author"
        return said + hit.score / best + _DEFINED * told + _TITLED * titled - _REMARK * remark

    return (*sorted(hits[:_LOOKED_AT], key=worth, reverse=True), *hits[_LOOKED_AT:])


def quote_blocks(
    hits: Sequence[Hit],
    wanted: Sequence[str],
    searcher: Searcher,
    *,
    names: Collection[str] = (),
    room: int = ANSWER_CHARS,
    most: int = 6,
) -> tuple[Block, ...]:
    """Return quotes from the best passages by talk, the best talk first, each talk's in reading order.

    The first passage is always quoted. Others are where they are nearly as good, as long as there is room;
    what says nearly the same as a better quote, or no more than the line with its talk, is left out.

    Args:
        hits: Passages, best first.
        wanted: The question's folded words: they decide what is kept of a long passage.
        searcher: Reads the words again.
        names: The folded names among them: a quote from another talk says as many of them as the best one.
        room: Characters of all quotes.
        most: Quotes.
    """
    chosen: list[_Stretch] = []
    for hit in hits[:_LOOKED_AT]:
        if chosen and (len(chosen) == most or room < _LEAST_CHARS or not _is_near(hit, hits[0], names)):
            continue
        if chosen and not says_more(hit.passage.text, hit.talk):
            continue
        stretch = best_stretch(hit, wanted, searcher)
        at = next((at for at, other in enumerate(chosen) if _overlap(stretch, other)), None)
        if at is not None:
            wider = _wider(chosen[at], stretch)
            if wider.chars - chosen[at].chars <= room:
                room -= wider.chars - chosen[at].chars
                chosen[at] = wider
            rest = _before(stretch, chosen[at])
            if rest is None or any(_overlap(rest, other) for other in chosen):
                continue
            stretch = rest
        if any(_alike(stretch, other) for other in chosen) or (chosen and stretch.chars > room):
            continue
        chosen.append(stretch)
        room -= stretch.chars
    return blocks_of(chosen, searcher)


def blocks_of(chosen: Sequence[_Stretch], searcher: Searcher) -> tuple[Block, ...]:
    """Return what was chosen as blocks, a talk each, in the order in which the talks come first."""
    by_talk: dict[str, list[_Stretch]] = {}
    for stretch in chosen:
        by_talk.setdefault(stretch.hit.talk.talk_id, []).append(stretch)
    return tuple(Block(quotes=tuple(_quotes(in_order(members), searcher))) for members in by_talk.values())


def in_order(stretches: Sequence[_Stretch]) -> list[_Stretch]:
    """Return a talk's quotes as they stand in the notes; the best one leads where it would come late."""
    best, *others = stretches
    ordered = sorted(stretches, key=lambda one: one.first.start)
    before = sum(one.chars for one in ordered[: ordered.index(best)])
    return ordered if before <= _LEADS_WITHIN else [best, *sorted(others, key=lambda one: one.first.start)]


def _quotes(stretches: Sequence[_Stretch], searcher: Searcher) -> Iterable[Quote]:
    """Yield quotes, those as one that follow each other in the notes."""
    joined: list[_Stretch] = []
    for one in stretches:
        before = joined[-1] if joined else None
        if before and 0 <= one.first.start - before.last.end <= _GAP_CHARS and _one_voice(before, one):
            joined[-1] = _Stretch(before.hit, before.members + one.members, before.lead)
        else:
            joined.append(one)
    for one in joined:
        yield quote_of(searcher, one.hit.talk, one.first, one.last, one.lead)


def _one_source(one: Statement, other: Statement) -> bool:
    """Return whether two statements are of one voice in one recap."""
    return one.passage.voice == other.passage.voice and one.passage.recap_id == other.passage.recap_id


def _one_voice(one: _Stretch, other: _Stretch) -> bool:
    return one.last.passage.voice == other.first.passage.voice


def best_stretch(hit: Hit, wanted: Sequence[str], searcher: Searcher, most: int = QUOTE_CHARS) -> _Stretch:
    """Return what is quoted of a passage: all of it where it is short, else the statements around the best one."""
    statements = _around(hit.passage, searcher)
    mine = [at for at, one in enumerate(statements) if one.passage is hit.passage]
    first, last = mine[0], mine[-1]
    if statements[last].end - statements[first].start > most:
        first, last = _window(statements, mine, wanted, most)
    else:
        first = _opening(statements, mine, wanted)
    first, last = _whole(statements, first, last, most)
    parent = statements[first].parent
    lead = statements[parent] if parent is not None and parent < first else None
    if (
        lead is not None
        and _one_source(lead, statements[first])
        and statements[first].start - lead.end <= _BETWEEN_CHARS
    ):
        # From the line that introduces it, where little stands between.
        return _Stretch(hit, statements[parent : last + 1], None)
    return _Stretch(hit, statements[first : last + 1], lead)


def _opening(statements: Sequence[Statement], mine: Sequence[int], wanted: Sequence[str]) -> int:
    """Return where a passage is quoted from: its beginning, unless its paragraph comes to what the question says late."""
    scores = {at: _score(statements[at].text, wanted) for at in mine}
    best = max(mine, key=lambda at: (scores[at], -at))
    first = mine[0]
    paragraph = best
    while paragraph > first and not statements[paragraph].begins:
        paragraph -= 1
    if paragraph > first:
        return first
    while first < best and not scores[first] and statements[best].start - statements[first].start > _BEFORE:
        first += 1
    return first


def _around(passage: Passage, searcher: Searcher) -> tuple[Statement, ...]:
    knowledge = knowledge_of(searcher)
    near = [
        knowledge.neighbour(passage, -2),
        knowledge.neighbour(passage, -1),
        passage,
        knowledge.neighbour(passage, 1),
    ]
    kept = [one for one in near if one is not None and (one is passage or one.role == "body")]
    return statements_in(kept, searcher)


def _window(
    statements: Sequence[Statement], mine: Sequence[int], wanted: Sequence[str], most: int
) -> tuple[int, int]:
    """Return the ends of the statements around the one with most of the question's words."""
    scores = {at: _score(statements[at].text, wanted) for at in mine}
    best = max(mine, key=lambda at: (scores[at], -at))
    first = last = best
    while True:
        grown = [
            (scores[at], at > last, at)
            for at in (first - 1, last + 1)
            if at in scores and statements[max(last, at)].end - statements[min(first, at)].start <= most
        ]
        if not grown:
            return first, last
        at = max(grown)[2]
        first, last = min(first, at), max(last, at)


def _whole(statements: Sequence[Statement], first: int, last: int, most: int) -> tuple[int, int]:
    """Take in what belongs to the ends: the rest of a sentence or a short list that a passage cuts."""
    while first and not statements[first].begins and _joined(statements[first - 1], statements[first], most):
        first -= 1
    if first and _refers_back(statements[first]) and _follows(statements[first - 1], statements[first], most):
        first -= 1
    while last + 1 < len(statements) and _joined(statements[last], statements[last + 1], most):
        last += 1
    introducing = last if statements[last].introduces else statements[last].parent
    grown = last
    while (
        introducing is not None
        and first <= introducing
        and grown + 1 < len(statements)
        and _is_under(statements, grown + 1, introducing)
        and _goes_on(statements[grown], statements[grown + 1])
        and statements[grown + 1].end - statements[first].start <= most + _REACH_CHARS
    ):
        grown += 1
    if grown == last > first and statements[last].introduces:
        return first, last - 1
    return first, grown


def _refers_back(one: Statement) -> bool:
    """Return whether a statement begins with a word that stands for something said before it."""
    word = next(words(one.text), None)
    return word is not None and word.form in read_words("refers_back")


def _follows(one: Statement, other: Statement, most: int) -> bool:
    """Return whether a statement is what the next one refers to: just before it, in the same voice, and not long."""
    return (
        one.passage.voice == other.passage.voice
        and other.start - one.end <= _GAP_CHARS
        and len(one.text) <= most // 2
    )


def _goes_on(one: Statement, other: Statement) -> bool:
    """Return whether two statements of one voice stand next to each other."""
    return one.passage.voice == other.passage.voice and other.start - one.end <= _LINES_CHARS


def _is_under(statements: Sequence[Statement], at: int, upper: int) -> bool:
    parent = statements[at].parent
    while parent is not None:
        if parent == upper:
            return True
        parent = statements[parent].parent
    return False


def _joined(one: Statement, other: Statement, most: int) -> bool:
    """Return whether a sentence goes on in the next passage."""
    return (
        one.passage is not other.passage
        and one.passage.voice == other.passage.voice
        and other.start - one.end <= _GAP_CHARS
        and not other.begins
        and len(other.text) <= most // 2
    )


def _is_near(hit: Hit, best: Hit, names: Collection[str]) -> bool:
    if hit.talk.talk_id == best.talk.talk_id:
        return hit.score >= _NEAR_IN_TALK * best.score
    return hit.score >= _NEAR * best.score and _said(hit, names) >= _said(best, names)


def _said(hit: Hit, names: Collection[str]) -> int:
    said = set().union(*map(_singulars, (hit.passage.text, hit.talk.title, *hit.talk.speakers)))
    return sum(singular(name) in said for name in names)


def _overlap(one: _Stretch, other: _Stretch) -> bool:
    return (
        one.first.passage.recap_id == other.first.passage.recap_id
        and one.first.start < other.last.end
        and other.first.start < one.last.end
    )


def _wider(one: _Stretch, other: _Stretch) -> _Stretch:
    """Return one quote of two that overlap; the better one stays near its beginning."""
    before = one.first.start - other.first.start
    front = (
        [member for member in other.members if member.end <= one.first.start]
        if 0 < before <= _LEADS_WITHIN
        else []
    )
    behind = [member for member in other.members if member.start >= one.last.end]
    return _Stretch(one.hit, (*front, *one.members, *behind), other.lead if front else one.lead)


def _before(stretch: _Stretch, other: _Stretch) -> _Stretch | None:
    """Return the part of a quote that stands in front of another one, None where that says nothing by itself."""
    members = tuple(member for member in stretch.members if member.end <= other.first.start)
    while members and members[-1].introduces:
        members = members[:-1]
    return _Stretch(stretch.hit, members, stretch.lead) if members else None


def _alike(one: _Stretch, other: _Stretch) -> bool:
    short, long = sorted((one.hit.passage.text.casefold(), other.hit.passage.text.casefold()), key=len)
    return short in long or fuzz.ratio(short, long) >= _SAME


def _score(text: str, wanted: Sequence[str]) -> float:
    """Return how many of the question's words a text says; one within a longer word ("kep" in "KEP753") counts half."""
    said, joined = _singulars(text), squeeze(text)
    return sum(
        1.0 if singular(form) in said else 0.5 if len(form) >= _TELLING and form in joined else 0.0
        for form in wanted
    )


@lru_cache(maxsize=2**12)
def _singulars(text: str) -> frozenset[str]:
    """Return the folded words of a text in the singular; a version is one: "2.3" does not say "3"."""
    return frozenset((*map(singular, forms(_RELEASE.sub(" ", text))), *_RELEASE.findall(text)))
