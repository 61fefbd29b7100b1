"""Where the notes say what: every word's places, by which all passages with a phrase are found unread.

Texts lie end to end on a line of places, one place a word. A place is left empty between texts, and between
two words that are no neighbours within one name ("tables. And"), so that a phrase is a run of places without
a gap. A phrase is found as `index.vocabulary.words.find_phrase` finds it: whatever words it is split into.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.files.arrays import load_array
from index.files.lines import Remembered, SortedLines
from index.vocabulary.words import MIN_JOINED, join, singular, words

VOCABULARY_FILE = "vocabulary.tsv"
# (n_words,) int32 or int64, by word in the order of the vocabulary, ascending within each
PLACES_FILE = "word_places.npy"
TEXTS_FILE = "text_places.npy"  # (n_texts + 1,) int64, the place at which each text begins

_REMEMBERED = 8_192  # words whose places were looked up
_SHORTEST_HALF = 2  # letters of each word that a closed compound is made of
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TextNumbers:
    """Which text has which number: passages first, then what is known of talks, then passages' headings."""

    n_passages: int
    n_talks: int

    def __len__(self) -> int:
        return 2 * self.n_passages + 3 * self.n_talks

    @property
    def titles(self) -> int:
        """Return the number of the first talk's title; those of the others follow."""
        return self.n_passages

    @property
    def speakers(self) -> int:
        """Return the number of the first talk's speakers."""
        return self.titles + self.n_talks

    @property
    def affiliations(self) -> int:
        """Return the number of the first talk's affiliations."""
        return self.speakers + self.n_talks

    @property
    def of_talks(self) -> tuple[int, int, int]:
        """Return the numbers of the first talk's title, speakers and affiliations."""
        return self.titles, self.speakers, self.affiliations

    @property
    def headings(self) -> int:
        """Return the number of the headings above the first passage."""
        return self.affiliations + self.n_talks


_NOTHING: Places = np.zeros(0, dtype=np.int64)


class Phrases:
    """The places of a build's words, mapped."""

    def __init__(self, folder: Path) -> None:
        self.vocabulary = SortedLines(folder / VOCABULARY_FILE)
        self._places: NDArray[np.int32] = np.asarray(load_array(folder / PLACES_FILE))
        self._texts: NDArray[np.int64] = np.asarray(load_array(folder / TEXTS_FILE))
        self._known: Remembered[NDArray[np.int32]] = Remembered(_REMEMBERED)

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self._texts) - 1

    def texts(self, phrase: str) -> Places:
        """Return the numbers of the texts that say a phrase, ascending, each once."""
        forms = [word.form for word in words(phrase)]
        wanted = singular(join(forms))
        if not wanted:
            return _NOTHING
        single = len(forms) == 1 and len(wanted) < MIN_JOINED
        found = [self._single(target) if single else self._runs(target) for target in _spellings(wanted)]
        said = [self._texts_of(places) for places in found if len(places)]
        # numpy finds distinct values by hashing, which takes ten times as long as a look at neighbours in
        # order.
        return (
            _distinct(np.sort(np.concatenate(said), kind="stable"))
            if len(said) > 1
            else said[0]
            if said
            else _NOTHING
        )

    def places(self, form: str, *, split: bool = True) -> list[NDArray[np.signedinteger[Any]]]:
        """Return the places of a folded word, ascending; of a version or a closed compound its last word's.

        Those of two spellings stay apart: putting them in one order takes 5 ms for a word of a large build.
        """
        found: list[NDArray[np.signedinteger[Any]]] = [
            self._single(one) for one in _spellings(singular(form))
        ]
        if "." in form:
            found.append(self._runs(form))
        elif split and not any(map(len, found)) and (halves := self.split(form)):
            found.append(_following(self._single(halves[0]), self._single(halves[1])))
        return [one for one in found if len(one)]

    def spans(self, numbers: Places) -> tuple[Places, Places]:
        """Return the place at which each of some texts begins, and where the next one does."""
        return self._texts[numbers], self._texts[numbers + 1]

    def split(self, word: str) -> tuple[str, str] | None:
        """Return the two words of a folded word that the notes only write as two: "load balancer"."""
        if len(word) < MIN_JOINED or len(self._single(word)):
            return None
        for left in self.vocabulary.beginnings(word[: len(word) - _SHORTEST_HALF]):
            if len(left) < _SHORTEST_HALF:
                break
            before = self._single(left)
            for right in _spellings(singular(word[len(left) :])):
                if len(_following(before, self._single(right))):
                    return left, right
        return None

    def _texts_of(self, places: NDArray[np.int32]) -> Places:
        return _distinct(np.searchsorted(self._texts, places, side="right") - 1)

    def _single(self, form: str) -> NDArray[np.int32]:
        """Return the places of a word."""
        if (known := self._known.get(form)) is None:
            known = self._places[:0]
            for value in self.vocabulary.values(form):
                first, count = json.loads(value)[3:]
                known = self._places[first : first + count]
            self._known.put(form, known)
        return known

    def _runs(self, target: str) -> NDArray[np.int32]:
        """Return the last places of all runs of words that are `target` when their gaps are closed.

        Letter by letter: `ends[n]` holds the places at which a run ends that has said the first n letters.
        """
        ends: dict[int, NDArray[np.int32]] = {}
        for at in range(len(target)):
            if at and at not in ends:
                continue
            for form, reached in self._next_words(target, at):
                places = self._single(form)
                here = _following(ends[at], places) if at else places
                if len(here):
                    ends[reached] = np.union1d(ends[reached], here) if reached in ends else here
        return ends.get(len(target), self._places[:0])

    def _next_words(self, target: str, at: int) -> Iterator[tuple[str, int]]:
        """Yield the words that may follow the first `at` letters, and how many letters are said then."""
        before = target[at - 1] if at else ""
        for start in {at, at + 1} if before.isdigit() and target[at] == "." else {at}:
            for form in self.vocabulary.beginnings(target[start:]):
                # `join` writes a point between two digits, and nowhere else.
                if (start > at) == (before.isdigit() and form[:1].isdigit()):
                    yield form, start + len(form)


def _distinct(ascending: Places) -> Places:
    return ascending[np.flatnonzero(np.diff(ascending, prepend=-1))]


def _following(ends: NDArray[np.int32], places: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return those places that stand right behind one of the ends; both ascend."""
    if len(places) < len(ends):
        at = np.searchsorted(ends, places - 1)
        behind: NDArray[np.int32] = places[ends[np.minimum(at, len(ends) - 1)] == places - 1]
        return behind
    wanted: NDArray[np.int32] = ends + 1
    at = np.searchsorted(places, wanted)
    behind = wanted[places[np.minimum(at, len(places) - 1)] == wanted]
    return behind


def _spellings(wanted: str) -> list[str]:
    """Return what has this singular: itself, and its plurals."""
    forms = (wanted, f"{wanted}s", f"{wanted[:-1]}ies" if wanted.endswith("y") else wanted)
    return [form for form in dict.fromkeys(forms) if singular(form) == wanted]
