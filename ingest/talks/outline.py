"""Which candidates are talks: judged by their own evidence and by what the recap does elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from ingest.talks.candidates import Candidate, title_case
from ingest.talks.marks import Mark
from ingest.talks.places import Place

_STEADY = 0.8  # share of headings of a level with evidence, from which one without must look like a title
_TITLE_CASE = 0.6
_LEAST_PLAIN = 3  # titles without any evidence need company
_CLOSING_ROLES = frozenset({"section", "elsewhere", "contents"})
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


@dataclass(slots=True)
class Outline:
    """The marks of a recap's headings and title lines."""

    marks: list[Mark] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)


def judge_headings(candidates: Sequence[Candidate], recap_title: str = "") -> list[Mark]:
    """Judge explicit headings by their tree: evidence below a heading makes it a container."""
    levels: Counter[int] = Counter()
    tally: dict[int, _Level] = {}
    for candidate in candidates:
        entry = tally.setdefault(candidate.level, _Level())
        if candidate.strong:
            entry.strong += 1
        elif candidate.place is None:
            entry.weak += 1
        levels[candidate.level] += 1
    anywhere = any(entry.strong for entry in tally.values())
    first = _recap_heading(candidates, levels, recap_title)
    topical = not anywhere and _topical([c for at, c in enumerate(candidates) if at != first and c.place is None])
    marks: list[Mark] = []
    stack: list[_Open] = []
    for at, candidate in enumerate(candidates):
        level = candidate.level or 7
        while stack and stack[-1].level >= level:
            stack.pop()
        if at == first:
            marks.append(place_mark(candidate, "event"))
            continue
        verdict = _verdict(candidates, at, stack, tally, anywhere=anywhere, topical=topical)
        stack.append(_Open(level, verdict == "talk", verdict, candidate.place))
        if verdict == "talk":
            marks.append(talk_mark(candidate, _certainty(candidate, tally), stack))
        elif verdict != "sub":
            marks.append(place_mark(candidate, verdict))
    return marks


def _verdict(
    candidates: Sequence[Candidate], at: int, stack: list[_Open], tally: dict[int, _Level], *, anywhere: bool, topical: bool
) -> str:
    candidate = candidates[at]
    inside = any(entry.talk for entry in stack)
    if candidate.place is not None and not _proven(candidate):
        return "sub" if inside and candidate.place.role not in {"day"} else candidate.place.role
    if inside:
        return "talk" if _proven(candidate) else "sub"
    if candidate.strong and not (_has_strong_below(candidates, at) and not _proven(candidate)):
        return "talk"
    if _has_strong_below(candidates, at):
        return "container"
    if stack and stack[-1].role in _CLOSING_ROLES:
        return "sub"
    if not anywhere:
        return "section" if topical and not (stack and stack[-1].role in {"container", "day"}) else "talk"
    return _by_level(candidate, stack, tally)


def _by_level(candidate: Candidate, stack: list[_Open], tally: dict[int, _Level]) -> str:
    """Judge a heading without evidence of its own by the headings of its level."""
    entry = tally[candidate.level]
    below = bool(stack) and stack[-1].role in {"container", "day", "event"}
    if not entry.strong:
        return "talk" if below or _sparse(candidate, tally) else "section"
    if entry.share < _STEADY or below:
        return "talk"
    return "talk" if title_case(candidate.title.text) >= _TITLE_CASE else "section"


def _sparse(candidate: Candidate, tally: dict[int, _Level]) -> bool:
    """Tell whether evidence is the exception in this recap, so that a title's length must do."""
    strong = sum(entry.strong for entry in tally.values())
    weak = sum(entry.weak for entry in tally.values())
    shallowest = min(level for level, entry in tally.items() if entry.strong)
    return strong < 0.4 * (strong + weak) and candidate.level <= shallowest and len(candidate.title.text.split()) >= 3


def _proven(candidate: Candidate) -> bool:
    return bool(candidate.signs & {"people", "byline", "link", "number"})


def _has_strong_below(candidates: Sequence[Candidate], at: int) -> bool:
    level = candidates[at].level
    if level == 0:
        return False
    for candidate in candidates[at + 1 :]:
        if 0 < candidate.level <= level:
            return False
        if candidate.level > level and _proven(candidate):
            return True
    return False


def _recap_heading(candidates: Sequence[Candidate], levels: Counter[int], recap_title: str) -> int:
    """Find the heading that is the recap's own title: -1 where there is none."""
    if not candidates:
        return -1
    first = candidates[0]
    if first.level == 0 or first.strong or (first.place is not None and first.place.role != "event"):
        return -1
    deeper = any(c.level > first.level for c in candidates[1:])
    alone = levels[first.level] == 1 and deeper and first.level == min(level for level in levels if level)
    named = bool(recap_title) and first.piece.text.strip().casefold() == recap_title.strip().casefold()
    return 0 if alone or named else -1


def _topical(candidates: Sequence[Candidate]) -> bool:
    """Tell whether headings without any evidence are topics rather than titles."""
    if not candidates:
        return True
    top = min(c.level or 7 for c in candidates)
    titles = [c.title.text for c in candidates if (c.level or 7) == top]
    return len(titles) < _LEAST_PLAIN or median(len(title.split()) for title in titles) <= _TOPIC_WORDS


def _certainty(candidate: Candidate, tally: dict[int, _Level]) -> float:
    if candidate.strong:
        return 1.0 if _proven(candidate) else 0.9
    entry = tally.get(candidate.level)
    return 0.5 + 0.4 * entry.share if entry else 0.5


def talk_mark(candidate: Candidate, certainty: float, stack: Sequence[_Open] = ()) -> Mark:
    """Make a talk's mark from its title line."""
    piece, title = candidate.piece, candidate.title
    kind = title.kind
    enclosing = [entry.place for entry in stack if entry.place is not None]
    if kind == "session" and any(place.keynotes for place in enclosing):
        kind = "keynote"
    if kind == "session" and any(place.workshops for place in enclosing):
        kind = "workshop"
    mark = Mark(piece.start, "talk", title.text, kind, candidate.people)  # type: ignore[arg-type]
    mark.heading = [(piece.start, piece.end), *candidate.header.spans]
    mark.links = dict(candidate.header.links)
    mark.anchor, mark.second, mark.level, mark.certainty = piece.block.anchor, piece.block.second, candidate.level, certainty
    if title.side == "only" and candidate.people:
        mark.remarks.append("the notes name the speaker, not the title")
    elif not title.text:
        mark.remarks.append("the notes give no title")
    if not candidate.strong:
        mark.remarks.append("taken for a talk by its heading alone")
    return mark


def place_mark(candidate: Candidate, role: str) -> Mark:
    """Make a section's mark from a heading that is no talk."""
    place = candidate.place
    if role in {"elsewhere", "contents"}:
        reason = "a table of contents" if role == "contents" else "points to other pages"
        return Mark(candidate.piece.start, "furniture", reason=reason, heading=[(candidate.piece.start, candidate.piece.end)])
    words = " ".join(candidate.piece.text.split()).strip("*_# ").rstrip(":")
    mark = Mark(candidate.piece.start, "section", words, "section", role=role, level=candidate.level)
    mark.heading = [(candidate.piece.start, candidate.piece.end)]
    mark.anchor, mark.second = candidate.piece.block.anchor, candidate.piece.block.second
    mark.days = place.days if place else ()
    mark.closes_day = role in _CLOSING_ROLES
    return mark


def judge_lines(candidates: Sequence[Candidate]) -> list[Mark]:
    """Judge plain lines: evidence decides, and where a block of talks shows none, the shape of a title."""
    strong = sum(candidate.strong for candidate in candidates)
    notes_on = sum(c.place is not None and c.title.text.lower().startswith(("notes on", "notes about")) for c in candidates)
    marks: list[Mark] = []
    for first, last in _regions(candidates):
        region = candidates[first:last]
        opening = region[0] if region and region[0].place is not None else None
        if opening is not None:
            marks.append(place_mark(opening, opening.place.role if opening.place else "section"))
        body = region[1:] if opening is not None else region
        marks += _judge_region(opening, body, strong, topical=notes_on >= 2)
    return marks


def _judge_region(opening: Candidate | None, body: Sequence[Candidate], strong: int, *, topical: bool) -> list[Mark]:
    local = sum(candidate.strong for candidate in body)
    place = opening.place if opening else None
    gathers = place is not None and (place.role == "container" or place.keynotes or place.workshops)
    stack = [_Open(1, False, place.role, place)] if place else []
    marks = []
    free = [c for c in body if not c.strong and title_case(c.title.text) >= _TITLE_CASE and len(c.title.text.split()) >= 3]
    short = [c for c in body if not c.strong and _short_title(c)]
    for candidate in body:
        if candidate.strong:
            marks.append(talk_mark(candidate, 1.0 if _proven(candidate) else 0.8, stack))
        elif gathers and 2 * local <= len(short) and _short_title(candidate):
            marks.append(talk_mark(candidate, 0.6, stack))
        elif strong < 2 and not topical and len(free) >= _LEAST_PLAIN and candidate in free and (place is None or place.role != "section"):
            marks.append(talk_mark(candidate, 0.5, stack))
        elif topical or (strong < 2 and title_case(candidate.title.text) >= _TITLE_CASE):
            marks.append(place_mark(candidate, "section"))
    return marks


def _short_title(candidate: Candidate) -> bool:
    words = candidate.title.text.split()
    return 2 <= len(words) <= 16 and (title_case(candidate.title.text) >= 0.5 or len(words) <= 6)


def _regions(candidates: Sequence[Candidate]) -> list[tuple[int, int]]:
    starts = [at for at, candidate in enumerate(candidates) if candidate.place is not None and not _proven(candidate)]
    bounds = [0, *starts, len(candidates)]
    return [(a, b) for a, b in zip(bounds, bounds[1:], strict=False) if a < b]
