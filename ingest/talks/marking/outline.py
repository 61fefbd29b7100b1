"""Which candidates are talks: judged by their own evidence and by what the recap does elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ingest.talks.evidence.candidates import Candidate, title_case
from ingest.talks.lines.places import Place
from ingest.talks.marking.marks import CLOSING_ROLES, Mark, place_mark, talk_mark

_STEADY = 0.8  # share of headings of a level with evidence, from which one without must look like a title
_TITLE_CASE = 0.6
_LEAST_PLAIN = 3  # titles without any evidence need company
_SEVERAL = 2  # talks below a heading with a by-line make it the recap's own, by its author
_DEEPEST = 7  # a plain line among headings
_TOPIC_WORDS = 3  # headings of so few words, half of them or more, are topics


@dataclass(slots=True)
class _Level:
    strong: int = 0
    weak: int = 0

    @property
    def share(self) -> float:
        return self.strong / max(self.strong + self.weak, 1)


@dataclass(slots=True)
class _Open:
    """A heading whose part of the recap is being read."""

    level: int
    talk: bool
    role: str = ""
    place: Place | None = None


def judge_headings(candidates: Sequence[Candidate], recap_title: str = "") -> list[Mark]:
    """Judge explicit headings by their tree: evidence below a heading makes it a container."""
    first = _recap_heading(candidates, recap_title)
    tree = _Tree(candidates, _tally(candidates))
    tree.topical = not tree.evident and _topical(
        [c for at, c in enumerate(candidates) if at != first and c.place is None]
    )
    marks: list[Mark] = []
    stack: list[_Open] = []
    for at, candidate in enumerate(candidates):
        level = candidate.level or _DEEPEST
        while stack and stack[-1].level >= level:
            stack.pop()
        verdict = "event" if at == first else tree.verdict(at, stack)
        if verdict == "day":
            tree.day_level = level
        if at != first:
            stack.append(_Open(level, verdict == "talk", verdict, candidate.place))
        if verdict == "talk":
            enclosing = [entry.place for entry in stack if entry.place is not None]
            marks.append(talk_mark(candidate, _certainty(candidate, tree.tally), enclosing))
        elif verdict != "sub":
            marks.append(place_mark(candidate, verdict))
    return marks


def _tally(candidates: Sequence[Candidate]) -> dict[int, _Level]:
    tally: dict[int, _Level] = {}
    for candidate in candidates:
        entry = tally.setdefault(candidate.level, _Level())
        entry.strong += candidate.strong
        entry.weak += not candidate.strong and candidate.place is None
    return tally


@dataclass(slots=True)
class _Tree:
    """All headings with what their levels show."""

    candidates: Sequence[Candidate]
    tally: dict[int, _Level]
    topical: bool = False
    day_level: int = 0  # the last day's heading that stands beside or below the talks' headings

    @property
    def evident(self) -> bool:
        """Return whether any heading shows evidence."""
        return any(entry.strong for entry in self.tally.values())

    def verdict(self, at: int, stack: list[_Open]) -> str:
        """Name what the heading is: "talk", "sub", or the role of a place."""
        candidate = self.candidates[at]
        inside = any(entry.talk for entry in stack)
        if candidate.place is not None and not candidate.proven:
            return "sub" if inside and candidate.place.role != "day" else candidate.place.role
        if inside:
            return "talk" if candidate.proven else "sub"
        gathers = _has_strong_below(self.candidates, at)
        if gathers and not candidate.proven:
            return "container"
        return "talk" if candidate.strong else self._unmarked(candidate, stack)

    def _unmarked(self, candidate: Candidate, stack: list[_Open]) -> str:
        """Judge a heading without evidence of its own by the headings around it."""
        if stack and stack[-1].role in CLOSING_ROLES:
            return "sub"
        if self.evident:
            return _by_level(candidate, stack, self.tally)
        gathered = (
            bool(stack) and stack[-1].role in {"container", "day"}
        ) or candidate.level <= self.day_level
        return "section" if self.topical and not gathered else "talk"


def _by_level(candidate: Candidate, stack: list[_Open], tally: dict[int, _Level]) -> str:
    """Judge a heading without evidence of its own by the headings of its level."""
    entry = tally[candidate.level]
    below = bool(stack) and stack[-1].role in {"container", "day", "event"}
    if not entry.strong:
        return "talk" if below or _sparse(candidate, tally) else "section"
    # One heading of a word or two that alone shows nothing: "Overall", "Rooftop drinks".
    if entry.weak == 1 and entry.strong >= _SEVERAL and len(candidate.title.text.split()) < _TOPIC_WORDS:
        return "section"
    if entry.share < _STEADY or below:
        return "talk"
    return "talk" if title_case(candidate.title.text) >= _TITLE_CASE else "section"


def _sparse(candidate: Candidate, tally: dict[int, _Level]) -> bool:
    """Return whether evidence is the exception in this recap, so that a title's length must do."""
    strong = sum(entry.strong for entry in tally.values())
    weak = sum(entry.weak for entry in tally.values())
    shallowest = min(level for level, entry in tally.items() if entry.strong)
    return (
        strong < 0.4 * (strong + weak)
        and candidate.level <= shallowest
        and len(candidate.title.text.split()) >= 3
    )


def _has_strong_below(candidates: Sequence[Candidate], at: int) -> bool:
    level = candidates[at].level
    if level == 0:
        return False
    for number in range(at + 1, len(candidates)):
        candidate = candidates[number]
        if 0 < candidate.level <= level:
            return False
        if candidate.level > level and candidate.proven:
            return True
    return False


def _recap_heading(candidates: Sequence[Candidate], recap_title: str) -> int:
    """Find the heading that is the recap's own title: -1 where there is none."""
    if not candidates:
        return -1
    first = candidates[0]
    authored = (
        first.signs <= {"byline"}
        and sum(c.proven and c.level > first.level for c in candidates[1:]) >= _SEVERAL
    )
    if (
        first.level == 0
        or (first.strong and not authored)
        or (first.place is not None and first.place.role != "event")
    ):
        return -1
    levels = Counter(candidate.level for candidate in candidates)
    deeper = any(c.level > first.level for c in candidates[1:])
    alone = levels[first.level] == 1 and deeper and first.level == min(level for level in levels if level)
    named = bool(recap_title) and first.piece.text.strip().casefold() == recap_title.strip().casefold()
    return 0 if alone or named else -1


def _topical(candidates: Sequence[Candidate]) -> bool:
    """Return whether headings without any evidence are topics rather than titles."""
    if not candidates:
        return True
    top = min(c.level or _DEEPEST for c in candidates)
    titles = [c.title.text for c in candidates if (c.level or _DEEPEST) == top]
    return len(titles) < _LEAST_PLAIN or median(len(title.split()) for title in titles) <= _TOPIC_WORDS


def _certainty(candidate: Candidate, tally: dict[int, _Level]) -> float:
    if candidate.strong:
        return 1.0 if candidate.proven else 0.9
    entry = tally.get(candidate.level)
    return 0.5 + 0.4 * entry.share if entry else 0.5
