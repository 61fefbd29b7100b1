"""The catalogue: what a conference published about its talks, matched to the talks of the notes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal

# From this score on two titles name the same talk: three letters in thirty may differ, or the end may be cut
# off.
MATCH_SCORE = 88.0
# A section's heading has to be the title itself: topical notes share words with many talks.
SECTION_SCORE = 94.0
# Two candidates nearer than this are too close to call.
MARGIN = 4.0
# What a match by speaker and topic counts, where the notes give the talk another title.
BY_SPEAKER_SCORE = 80.0

# Off where the recap's event is not known: "Project Update" is held every year, only the very same words
# count then.
_EVENT_OPEN = 11.0
_SAME_NAME = 80.0
_PREFIX = re.compile(
    r"^(?:(?:sponsored|closing|opening|cl|live|virtual)\s+)*"
    r"(?:keynote|tutorial|workshop|panel(?: discussion)?|lightning talk|session|talk|demo|bof|birds of a feather)s?\s*\d*\s*[:–—|-]+\s*"
)
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "«": '"', "»": '"'})
# Words that many titles share: alone they say nothing of a talk's subject.
_COMMON = re.compile(
    r"about|after|from|have|into|kubernetes|native|that|their|this|update|using|what|when|will|with|without|your|session|talk|keynote"
)

_LABEL = re.compile(r"^\W*(?:slides?|sources?|video|recording|talk|see(?: also)?)\s*:\s*", re.IGNORECASE)
_LINE_CHARS = 200

Outcome = Literal["linked", "ambiguous", "unknown"]


@dataclass(frozen=True, slots=True)
class CatalogueTalk:
    """One talk as the catalogue lists it."""

    title: str
    event_id: str | None = None
    day: int | None = None
    speakers: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)  # "video", "slides", "schedule"
    on: date | None = None  # calendars: the date it was given


@dataclass(frozen=True, slots=True)
class Match:
    """What the catalogue says of one talk of the notes."""

    outcome: Outcome
    talk: CatalogueTalk | None = None
    score: float = 0.0  # 0 to 100
    candidates: tuple[
        tuple[str, float], ...
    ] = ()  # title and score, best first, where it was too close to call


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Talks that are known beforehand, with the faults found while they were read."""

    talks: tuple[CatalogueTalk, ...] = ()
    digest: str = ""  # sha256 of the files it was read from
    faults: tuple[str, ...] = ()  # one line each: what was left out, with file and place

    @staticmethod
    def join(catalogues: Sequence[Catalogue]) -> Catalogue:
        """Join several into one, in order."""
        digest = (
            hashlib.sha256("\n".join(c.digest for c in catalogues).encode()).hexdigest() if catalogues else ""
        )
        return Catalogue(
            tuple(t for c in catalogues for t in c.talks),
            digest,
            tuple(f for c in catalogues for f in c.faults),
        )

    def titles(self, event_id: str | None = None) -> tuple[str, ...]:
        """List the titles of an event's talks, and of those whose event is not known; None lists all."""
        return tuple(t.title for t in self.talks if event_id is None or t.event_id in (None, event_id))

    def match(
        self,
        title: str,
        speakers: Sequence[str] = (),
        event_id: str | None = None,
        day: int | None = None,
        at_least: float = MATCH_SCORE,
    ) -> Match:
        """Find the talk of the catalogue that a talk of the notes is.

        Titles are compared folded (case, quotation marks, punctuation, "Keynote:" left out); a title that was
        cut short matches its beginning. Speakers and day move the score; talks of another event never match.

        Args:
            title: As the notes write it.
            speakers: As the notes name them.
            event_id: The event that the notes are about, where known.
            day: The day that the notes give, where known.
            at_least: The score from which on it counts.
        """
        folded = fold_title(title)
        here = [t for t in self.talks if folded and (event_id is None or t.event_id in (None, event_id))]
        less = _EVENT_OPEN if event_id is None else 0.0
        scored = sorted(
            ((_score(folded, speakers, day, t) - less, t) for t in here), key=lambda pair: -pair[0]
        )
        fit = [(score, talk) for score, talk in scored[:5] if score >= at_least]
        if not fit:
            return self._by_speaker(folded, speakers, here) if at_least <= MATCH_SCORE else Match("unknown")
        best, talk = fit[0]
        close = [
            (other.title, round(score, 1))
            for score, other in fit
            if best - score < MARGIN and not _same(other, talk)
        ]
        if close:
            return Match("ambiguous", None, best, ((talk.title, round(best, 1)), *close))
        return Match("linked", talk, round(best, 1))

    def _by_speaker(self, folded: str, speakers: Sequence[str], here: Sequence[CatalogueTalk]) -> Match:
        """Take the only talk of these speakers, when its title shares a telling word."""
        if not speakers:
            return Match("unknown")
        theirs = [t for t in here if t.speakers and all(_named(name, t.speakers) for name in speakers)]
        words = _telling(folded)
        on_topic = [t for t in theirs if words & _telling(fold_title(t.title))]
        if len(on_topic) == 1 and len(theirs) == 1:
            return Match("linked", on_topic[0], BY_SPEAKER_SCORE)
        if len(on_topic) > 1:
            return Match(
                "ambiguous", None, BY_SPEAKER_SCORE, tuple((t.title, BY_SPEAKER_SCORE) for t in on_topic)
            )
        return Match("unknown")

    def named_in(self, text: str, event_id: str | None = None) -> tuple[CatalogueTalk, ...]:
        """List the talks whose title stands in a text: three words at least, or alone on a line."""
        if not self.talks:
            return ()
        folded = f" {fold_title(text)} "
        lines = {fold_title(_LABEL.sub("", line)) for line in text.splitlines() if len(line) <= _LINE_CHARS}
        found = []
        for talk in self.talks:
            title = fold_title(talk.title)
            stands = title in lines or (title.count(" ") >= 2 and f" {title} " in folded)
            if stands and (event_id is None or talk.event_id in (None, event_id)):
                found.append(talk)
        return tuple(found)


@lru_cache(maxsize=65536)
def fold_title(title: str) -> str:
    """Fold a title for comparison: lower-case words, without "Keynote:" and the like."""
    text = unicodedata.normalize("NFKC", title).translate(_QUOTES).casefold().strip()
    text = _PREFIX.sub("", text).replace("&", " and ").replace("'", "")
    return " ".join(re.findall(r"\w+", text))


def _score(folded: str, speakers: Sequence[str], day: int | None, talk: CatalogueTalk) -> float:
    """Score one candidate from 0 to 100."""
    score = _title_score(folded, fold_title(talk.title))
    if score < MATCH_SCORE - 12:
        return score
    if speakers and talk.speakers:
        score += 6.0 if any(_named(name, talk.speakers) for name in speakers) else -8.0
    if day is not None and talk.day is not None:
        score += 1.0 if day == talk.day else -4.0
    return min(score, 100.0)


def _title_score(a: str, b: str) -> float:
    """Score two folded titles: equal 100, a beginning 93, inside 90, else by their letters."""
    from rapidfuzz import fuzz

    if a == b:
        return 100.0
    short, long = sorted((a, b), key=len)
    if len(short) >= 12 and short.count(" ") >= 2:
        if long.startswith(short):
            return 93.0
        if f" {short} " in f" {long} ":
            return 90.0
    return float(max(fuzz.ratio(a, b), 0.95 * fuzz.token_sort_ratio(a, b)))


def _named(name: str, names: Iterable[str]) -> bool:
    """Return whether a person is among others; a misspelling or a lone first name is enough."""
    from rapidfuzz import fuzz

    folded = _fold_name(name)
    others = [_fold_name(other) for other in names]
    if " " not in folded:
        return any(folded == other.split(" ")[0] for other in others if other)
    return any(
        fuzz.ratio(folded, other) >= _SAME_NAME or (" " not in other and folded.split(" ")[0] == other)
        for other in others
    )


def _fold_name(name: str) -> str:
    """Fold a person's name: lower case, no accents, no punctuation."""
    plain = unicodedata.normalize("NFKD", name)
    return " ".join(re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)).casefold()))


def _telling(folded: str) -> frozenset[str]:
    """Keep the words of a title that say what it is about."""
    return frozenset(word for word in folded.split() if len(word) >= 4 and not _COMMON.fullmatch(word))


def _same(a: CatalogueTalk, b: CatalogueTalk) -> bool:
    """Return whether two entries list one talk: the same title, and no link contradicts another."""
    shared = a.links.keys() & b.links.keys()
    return (
        a.event_id == b.event_id
        and fold_title(a.title) == fold_title(b.title)
        and all(a.links[k] == b.links[k] for k in shared)
    )
