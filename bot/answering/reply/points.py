"""The main points of notes: statements chosen so that together they cover what was said and no two say the same."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache

from bot.answering.language.data import read_data
from bot.answering.models import Quote
from bot.answering.reply.outline import Statement, is_heading, quote_of, says_more, topic_terms
from index.models import Talk
from index.search import Searcher
from index.vocabulary.words import singular, words

_JOINED = 40  # characters left out between two points up to which they are one quote
_SHORTEST = 24  # characters of a statement that says something by itself
_LONGEST = 420  # of one that is quoted whole
_START_WORDS = 3  # within which a sentence names what does something
_SOON_CHARS = 24  # behind the name, within which it says that it does
_HEAD_CHARS = 60  # within which a definition names its subject
_LATER = 0.25  # what each statement before it takes from one that might be the first to read
# What else speaks against or for a statement as the first one, beside the 0 to 3 of `definition`.
_BY_AUTHOR, _AS_TITLE, _IN_LIST, _FULL, _TOO_LONG = 1.0, 0.6, 0.5, 0.4, 0.5
_FEWEST_TERMS = 2  # words on a topic of a statement that says something
_BELOW_ITS_NAME = 2.5  # how far a line below the name of the subject says what it is
_WAYS = frozenset({"is_a", "does", "talk_is"})  # to say what something is
_AGAIN = 0.3  # what a word is worth that another point has said
_ASIDE = 0.5  # what the note-taker's own remark is worth beside the talk's content
_SIZE = 0.5  # power of the length that a point's worth is divided by: 0 takes long ones, 1 short ones


class Points:
    """The worth of a talk's statements; those of passages that were told already have none."""

    def __init__(
        self,
        statements: Sequence[Statement],
        talk: Talk,
        searcher: Searcher,
        subject: Collection[str] = (),
        told: Collection[str] = (),
    ) -> None:
        self.statements = statements
        self.talk = talk
        self.terms = [topic_terms(one.text) for one in statements]
        self.subject = frozenset(subject) or frozenset(topic_terms(talk.title))
        self.telling = [
            len(one.text) >= _SHORTEST
            and not one.introduces
            and len(terms) >= _FEWEST_TERMS
            and says_more(one.text, talk)
            and one.passage.passage_id not in told
            for one, terms in zip(statements, self.terms, strict=True)
        ]
        said = Counter(term for terms in self.terms for term in set(terms))
        total = len(searcher.build.passages)
        self.worth = {
            term: math.log1p(total / (1 + searcher.doc_freq(term))) * (1 + math.log(count))
            for term, count in said.items()
        }

    def leading(self, most: int = _LONGEST) -> int | None:
        """Return the position of the statement that says what it is about: a definition, else the first that tells something.

        One that is longer than `most` characters comes behind a shorter one that says as much.
        """
        best: tuple[float, int] | None = None
        for at, one in enumerate(self.statements):
            if not self.telling[at]:
                continue
            told = definition(one.text, self.subject)
            heads = one.parent is not None and self._is_subject(one.parent)
            score = (max(told, _BELOW_ITS_NAME) if heads else told) - _LATER * at
            score -= _BY_AUTHOR * (one.passage.voice == "author") + _AS_TITLE * self._is_title(at)
            score -= _IN_LIST * (one.parent is not None and not heads)
            score += _FULL * (len(one.text) >= 2 * _SHORTEST) - _TOO_LONG * max(
                len(one.text) / most - 1.0, 0.0
            )
            if best is None or score > best[0]:
                best = (score, at)
        return best[1] if best else None

    def _is_title(self, at: int) -> bool:
        """Return whether a line between paragraphs is a heading, not an item without a mark."""
        one = self.statements[at]
        bare = one.parent is None and one.indent % 2 == 0
        return bare and is_heading(one) and len(one.text) < _HEAD_CHARS

    def _is_subject(self, at: int) -> bool:
        """Return whether a line is the name of the subject and no more: "Tidal:" above what it is."""
        return bool(self.terms[at]) and self.subject.issuperset(self.terms[at])

    def chosen(
        self, room: int, first: Collection[int] = (), among: Collection[int] | None = None
    ) -> list[int]:
        """Return the positions of the points that fit into so many characters, in reading order.

        Greedy: each time the statement that adds most per character, which is within 1 - 1/e of the best choice
        (Lin and Bilmes, "A Class of Submodular Functions for Document Summarization", ACL 2011).

        Args:
            room: characters that all points and the lines in front of them may have.
            first: positions that are taken before all others.
            among: positions that may be taken besides, all where none are given.
        """
        taken: set[int] = set()
        covered: set[str] = set()
        for at in first:
            room -= self.length(at, taken)
            taken.add(at)
            covered.update(self.terms[at])
        others = range(len(self.statements)) if among is None else among
        while True:
            gains = [
                (self._gain(at, covered) / (self.length(at, taken) + 20) ** _SIZE, -at)
                for at in others
                if at not in taken and self.telling[at] and self.length(at, taken) <= room
            ]
            gain, place = max(gains, default=(0.0, 0))
            if gain <= 0:
                return sorted(taken)
            taken.add(-place)
            room -= self.length(-place, taken)
            covered.update(self.terms[-place])

    def length(self, at: int, taken: Collection[int]) -> int:
        """Return the characters that a statement adds, the line that introduces it included where it is not yet there."""
        one = self.statements[at]
        parent = one.parent
        lead = 0
        if (
            parent is not None
            and parent not in taken
            and not any(self.statements[other].parent == parent for other in taken)
        ):
            lead = len(self.statements[parent].text)
        return len(one.text) + lead + 3

    def _gain(self, at: int, covered: Collection[str]) -> float:
        gain = sum(self.worth[term] * (_AGAIN if term in covered else 1.0) for term in set(self.terms[at]))
        return gain * (_ASIDE if self.statements[at].passage.voice == "author" else 1.0)


def point_quotes(
    statements: Sequence[Statement],
    chosen: Sequence[int],
    talk: Talk,
    searcher: Searcher,
    leading: int | None,
) -> Iterable[Quote]:
    """Yield the points as quotes, neighbours as one, the leading one first and the others in reading order."""
    runs: list[list[int]] = []
    for at in chosen:
        if runs and at != leading and _follows(statements, runs[-1][-1], at):
            runs[-1] = [runs[-1][0], at]
        else:
            runs.append([at, at])
    if leading is not None:
        runs.sort(key=lambda run: not run[0] <= leading <= run[1])
    shown: set[int] = set()
    for first, last in runs:
        parent = statements[first].parent
        lead = statements[parent] if parent is not None and parent not in shown else None
        if parent is not None:
            shown.add(parent)
        shown.update(range(first, last + 1))
        if lead is not None and _follows(statements, parent or 0, first):
            yield quote_of(searcher, talk, lead, statements[last])
        else:
            yield quote_of(searcher, talk, statements[first], statements[last], lead)


def _follows(statements: Sequence[Statement], one: int, other: int) -> bool:
    """Return whether two statements are one quote: nothing or little stands between them."""
    first, second = statements[one], statements[other]
    return (
        first.passage.recap_id == second.passage.recap_id
        and first.passage.voice == second.passage.voice
        and 0 <= second.start - first.end <= _JOINED
        and other - one <= 2
    )


def definition(text: str, subject: Collection[str]) -> float:
    """Return how far a sentence says what something is, 0 to 3: "X is a ...", "the talk was about ...", "X lets you ..."."""
    named = next((word for word in words(text[:_HEAD_CHARS]) if singular(word.form) in subject), None)
    says = _patterns()
    after = text[named.end : named.end + _HEAD_CHARS] if named else ""
    if says["is_a"].search(after):
        return 3.0
    if says["talk_is"].search(text[: 3 * _HEAD_CHARS]):
        return 2.0
    starts = named is not None and sum(1 for _ in words(text[: named.start])) < _START_WORDS
    if starts and says["does"].search(after[:_SOON_CHARS]):
        return 1.5
    return 0.5 if named else 0.0


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile(rf"\b(?:{'|'.join(map(re.escape, phrases))})\b", re.IGNORECASE)
        for name, phrases in read_data("definitions.yaml").items()
        if name in _WAYS
    }
