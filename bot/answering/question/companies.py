"""The companies of speakers that a question names, as the notes write them: "sprocket and cog" is their "Sprocket & Cog"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from bot.answering.question.entities import Subject
from bot.answering.question.people import company_called, parts_of
from index.build.talk_table import TalkSet
from index.languages.words import either
from index.search import Searcher
from index.vocabulary.words import Word, words

_LONGEST = 3  # words of a company
_READ = 24  # talks whose speakers are read for whether a name stands as a company
_MOST_JOINTS = 8  # "and"s of a question that may be part of a name


def companies_named(text: str, runs: Sequence[Subject], searcher: Searcher) -> tuple[str, ...]:
    """Return the companies of speakers that a question names, in the notes' capitals; `runs` are its subjects."""
    joined = list(_joined_in(text, searcher))
    found = [(start, name) for start, _, name in joined]
    for run in runs:
        at = 0
        while at < len(run.words):
            begins = run.words[at].start
            named = ((length, _employer(said, searcher)) for length, said in _beginnings(run, at))
            length, company = next(((count, one) for count, one in named if one), (1, ""))
            if company and not any(start <= begins < end for start, end, _ in joined):
                found.append((begins, company))
            at += length
    return tuple(dict.fromkeys(name for _, name in sorted(found)))


def _employer(name: str, searcher: Searcher) -> str:
    """Return a name as it stands for a company among the speakers', empty where it stands for none."""
    said = _affiliations(searcher.said.employed(name), searcher)
    return next((called for one in said if (called := company_called(name, one))), "")


def _affiliations(talks: TalkSet, searcher: Searcher) -> Iterator[str]:
    rows = searcher.build.stored_talks.rows
    return (one for row in talks.rows[:_READ].tolist() for one in rows[row].affiliations)


def _beginnings(run: Subject, at: int) -> Iterator[tuple[int, str]]:
    for length in range(min(_LONGEST, len(run.words) - at), 0, -1):
        start, end = run.words[at].start - run.start, run.words[at + length - 1].end - run.start
        yield length, run.text[start:end]


def with_companies(text: str, searcher: Searcher) -> str:
    """Return a question with companies of two names joined as the notes join them: by "&" or by a word for "and"."""
    for start, end, name in reversed([*_joined_in(text, searcher)]):
        text = f"{text[:start]}{name}{text[end:]}"
    return text


def _joined_in(text: str, searcher: Searcher) -> Iterator[tuple[int, int, str]]:
    """Yield where companies of two names stand in a text, and how the notes write them."""
    said, reached = list(words(text)), 0
    for joint in [*_joint().finditer(text)][:_MOST_JOINTS]:
        left = [word for word in said if reached <= word.start and word.end <= joint.start()]
        right = [word for word in said if word.start >= joint.end()]
        if left and right and (found := _joined(left, right, searcher)):
            yield found
            reached = found[1]


def _joined(left: Sequence[Word], right: Sequence[Word], searcher: Searcher) -> tuple[int, int, str] | None:
    """Return where a company stands around a joint, and how the notes write it."""
    both = searcher.said.employed(left[-1].form) & searcher.said.employed(right[0].form)
    for affiliation in _affiliations(both, searcher):
        for part in parts_of(affiliation):
            joint = _joint().search(part)
            before = [word.form for word in words(part[: joint.start()])] if joint else []
            behind = [word.form for word in words(part[joint.end() :])] if joint else []
            if (
                before
                and behind
                and [word.form for word in left[-len(before) :]] == before
                and [word.form for word in right[: len(behind)]] == behind
            ):
                return left[-len(before)].start, right[len(behind) - 1].end, part
    return None


@cache
def _joint() -> re.Pattern[str]:
    return re.compile(rf"(?<!\s)(?:\s*[&+]\s*|\s+(?:{either('bylines', 'and')})\s+)", re.IGNORECASE)
