"""What a question names that the notes know: subjects, talks by words of their title, sides, links, what it does not want."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import get_args

from bot.answering.language.word_sense import Sense, SensedText, WordSense
from bot.answering.language.wordlists import Holding, holdings, languages
from bot.answering.question.question import LinkKind
from index.search import Searcher

_GLUE = frozenset({"-", "/", ".", "_", "+", "&", " & ", " ", "'s "})
_FEW_TALKS = 5  # that words of a title name; more, and they are a subject
_REACH = 3  # words between "not" and what it takes out


@dataclass(frozen=True, slots=True)
class Subject:
    """A run of words that name one thing."""

    words: tuple[WordSense, ...]
    text: str

    @property
    def start(self) -> int:
        """Return where it begins in the question's text."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """Return where it ends."""
        return self.words[-1].end


def runs_of(text: str, asked: Sequence[WordSense]) -> tuple[Subject, ...]:
    """Return the runs of words of a text that stand side by side."""
    runs: list[list[WordSense]] = []
    for word in asked:
        if runs and text[runs[-1][-1].end : word.start] in _GLUE:
            runs[-1].append(word)
        else:
            runs.append([word])
    return tuple(Subject(tuple(run), text[run[0].start : run[-1].end]) for run in runs)


def talks_named(runs: Sequence[Subject], searcher: Searcher) -> frozenset[int]:
    """Return the rows of the few talks whose titles say every subject of a question."""
    if not runs:
        return frozenset()
    found = reduce(and_, (searcher.said.titled(run.text) for run in runs))
    return frozenset(found.rows.tolist() if len(found) <= _FEW_TALKS else ())


def sides_compared(sensed: SensedText, told: Sequence[WordSense]) -> tuple[str, ...]:
    """Return what a question compares: the subjects on both sides of the most telling word between two."""
    comparing = frozenset().union(*(one.compares for one in (languages()["en"], sensed.language)))
    runs = runs_of(sensed.text, [word for word in told if word.form not in comparing])
    first = {word.form: word for word in reversed(sensed.words)}
    for word in (first[sign] for sign in _ranked(sensed) if sign in first):
        at = bisect_left(runs, word.start, key=lambda run: run.start)
        if 0 < at < len(runs):
            return (runs[at - 1].text, runs[at].text)
    return tuple(run.text for run in runs[:2]) if len(runs) > 1 else ()


def _ranked(sensed: SensedText) -> tuple[str, ...]:
    spoken = (languages()["en"], sensed.language)
    return tuple(dict.fromkeys(sign for language in spoken for sign in language.sides))


def excluded_subjects(sensed: SensedText, runs: Sequence[Subject]) -> tuple[str, ...]:
    """Return the subjects that a question takes out: "not about Karpenter", "without the keynotes"."""
    spoken = {languages()["en"], sensed.language}
    begin = {run.start: run.text for run in runs}
    found = []
    for at, word in enumerate(sensed.words):
        if not any(word.form in one.negation for one in spoken):
            continue
        reach = sensed.words[at + 1 : at + 1 + _REACH]
        found += [begin[one.start] for one in reach if one.start in begin]
    return tuple(dict.fromkeys(found))


def holding_asked(sensed: SensedText) -> tuple[Holding, bool] | None:
    """Return what the talks asked for have beside their notes, or lack: "talks with slides", "had no speaker"."""
    spoken = {languages()["en"], sensed.language}
    lacks = frozenset().union(*(one.lacks | one.negation for one in spoken))
    holds = frozenset().union(*(one.holds for one in spoken))
    for at, word in enumerate(sensed.words):
        kind = holdings().get(word.form)
        held = False
        for before in reversed(sensed.words[max(at - _REACH, 0) : at] if kind else ()):
            if kind and before.form in lacks:
                return kind, False
            held = held or before.form in holds
            if before.sense is not Sense.GRAMMAR:
                break
        if kind and held and kind != "speakers":
            return kind, True
    return None


def link_kind(sensed: SensedText) -> LinkKind | None:
    """Return which address a question asks for by its words."""
    for kind in get_args(LinkKind):
        if any(
            word.form in language.links.get(kind, ())
            for word in sensed.words
            for language in languages().values()
        ):
            return kind  # type: ignore[no-any-return]
    return None
