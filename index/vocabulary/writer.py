"""Writing what the notes name: words and their places, names of two, aliases, titles and speakers."""

from __future__ import annotations

import json
import re
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.files.lines import write_sorted
from index.models import Talk
from index.vocabulary.explained import Explained
from index.vocabulary.names import ALIASES_FILE, JOINED_FILE, SPEAKERS_FILE, STEMS_FILE, TITLES_FILE
from index.vocabulary.phrases import PLACES_FILE, TEXTS_FILE, VOCABULARY_FILE
from index.vocabulary.terms import parts
from index.vocabulary.words import GAP, Word, fold, singular, words

_AT_ONCE = 4_000_000  # places sorted in memory
_TITLE_CUT = re.compile(r":\s+|\s+[-–—|]\s+")
_PART_WORDS = 3  # of a title's part that names the talk on its own
_NAME_PART = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


class WordWriter:
    """Takes texts in order, each in one or several parts, and writes the vocabulary with all places.

    What was taken waits in temporary files: memory holds the vocabulary only.
    """

    def __init__(self, folder: Path) -> None:
        self._ids: dict[str, int] = {}
        self._passages: Counter[str] = Counter()
        self._capitals: Counter[str] = Counter()
        self._neighbours: Counter[tuple[str, str]] = Counter()
        self._parts: set[str] = set()
        self._explained = Explained()
        self._place = 0
        self._texts = array("q", [0])
        self._spool = tuple(tempfile.TemporaryFile(dir=folder) for _ in range(2))  # noqa: SIM115  closed on leaving
        self._waiting = (array("i"), array("q"))
        self._n_counted: int | None = None
        self._n_words = 0

    def __enter__(self) -> WordWriter:
        return self

    def __exit__(self, *_: object) -> None:
        for stream in self._spool:
            stream.close()

    def add_passage(self, text: str, around: frozenset[str]) -> None:
        """Take a passage; it counts as saying `around`, the folded words of its talk's title and people."""
        said = self._add([text])
        self._passages.update(said)
        self._passages.update(around - said)
        self._explained.read(text)

    def add_heading(self, parts: Sequence[str]) -> None:
        """Take a title, or the people of a talk."""
        self._add(parts)

    def stop_counting(self) -> None:
        """Take what follows as places only: it does not count as an occurrence."""
        self._n_counted = self._n_words

    def _add(self, parts: Sequence[str]) -> set[str]:
        said: set[str] = set()
        for part in parts:
            found = list(words(part))
            self._lay(part, found, said)
            self._place += 1
        if not parts:
            self._place += 1
        self._texts.append(self._place)
        if len(self._waiting[0]) >= _AT_ONCE // 8:
            self._flush()
        return said

    def _lay(self, text: str, found: list[Word], said: set[str]) -> None:
        """Return each word of a text its place, and see which words are written with a capital."""
        ids, (new_ids, new_places) = self._ids, self._waiting
        counted = self._n_counted is None
        before: Word | None = None
        capital_before = False
        for word in found:
            gap = text[before.end : word.start] if before else ""
            if before and gap != " " and not GAP.fullmatch(gap):
                self._place += 1
            if word.form:
                new_ids.append(ids.setdefault(word.form, len(ids)))
                new_places.append(self._place)
                self._place += 1
                self._n_words += 1
                said.add(word.form)
                self._parts.update(parts(text[word.start : word.end]))
            capital = text[word.start].isupper()
            if counted and capital:
                self._capitals[word.form] += 1
                if before and capital_before and gap in {" ", "-"}:
                    self._neighbours[before.form, word.form] += 1
            before, capital_before = word, capital

    def _flush(self) -> None:
        for stream, values in zip(self._spool, self._waiting, strict=True):
            stream.write(values.tobytes())
        self._waiting = (array("i"), array("q"))

    def write(self, folder: Path) -> int:
        """Write everything into a folder and return the number of words in all texts."""
        self._flush()
        forms = sorted(self._ids)
        new_ids = np.empty(len(forms), dtype=np.int32)
        new_ids[[self._ids[form] for form in forms]] = np.arange(len(forms), dtype=np.int32)
        every, counted = self._count(new_ids)
        firsts = np.concatenate([[0], np.cumsum(every)]).astype(np.int64)
        self._write_places(folder / PLACES_FILE, new_ids, firsts)
        np.save(folder / TEXTS_FILE, np.frombuffer(self._texts, dtype=np.int64), allow_pickle=False)
        rows = zip(forms, counted.tolist(), firsts.tolist(), every.tolist(), strict=False)
        write_sorted(
            folder / VOCABULARY_FILE,
            (
                (f, json.dumps([self._passages[f], count, self._capitals[f], first, n]))
                for f, count, first, n in rows
            ),
        )
        self._write_names(folder, forms)
        return self._n_words

    def _chunks(self) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int64]]]:
        for stream in self._spool:
            stream.flush()
            stream.seek(0)
        while ids := self._spool[0].read(4 * _AT_ONCE):
            yield (
                np.frombuffer(ids, dtype=np.int32),
                np.frombuffer(self._spool[1].read(8 * _AT_ONCE), dtype=np.int64),
            )

    def _count(self, new_ids: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return how often each word stands in all texts, and in those that count."""
        every = np.zeros(len(new_ids), dtype=np.int64)
        counted = np.zeros(len(new_ids), dtype=np.int64)
        left = self._n_words if self._n_counted is None else self._n_counted
        for ids, _ in self._chunks():
            every += np.bincount(new_ids[ids], minlength=len(new_ids))
            counted += np.bincount(new_ids[ids[: max(left, 0)]], minlength=len(new_ids))
            left -= len(ids)
        return every, counted

    def _write_places(self, path: Path, new_ids: NDArray[np.int32], firsts: NDArray[np.int64]) -> None:
        """Write the places, grouped by word; those of a word ascend because texts are taken in order."""
        dtype = np.int32 if self._place < np.iinfo(np.int32).max else np.int64
        if not self._n_words:
            np.save(path, np.zeros(0, dtype=dtype), allow_pickle=False)
            return
        places: NDArray[Any] = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=(self._n_words,))
        cursors = firsts[:-1].copy()
        for ids, chunk in self._chunks():
            mine = new_ids[ids]
            order = np.argsort(mine, kind="stable")
            counts = np.bincount(mine, minlength=len(new_ids))
            # Where each of the chunk's words stands in the file: its word's next free place, and so on
            # upwards.
            steps = np.arange(len(mine)) - np.repeat(np.cumsum(counts) - counts, counts)
            places[np.repeat(cursors, counts) + steps] = chunk[order]
            cursors += counts
        del places

    def _write_names(self, folder: Path, forms: Sequence[str]) -> None:
        pairs = sorted(self._neighbours.items())
        write_sorted(
            folder / JOINED_FILE,
            ((left + right, json.dumps([left, right, count])) for (left, right), count in pairs),
        )
        stems = [(stem, "") for form in forms for stem in _stems(form)]
        stems += [(part, "") for part in sorted(self._parts - self._ids.keys())]
        stems += [
            (stem, json.dumps([left, right])) for (left, right), _ in pairs for stem in _stems(left + right)
        ]
        write_sorted(folder / STEMS_FILE, stems)
        write_sorted(folder / ALIASES_FILE, ((key, json.dumps(other)) for key, other in self._explained))


def _stems(form: str) -> set[str]:
    """Return what else a word is known by: "KMSes" is "KMS", "KEP" stands in "KEP753"."""
    return {singular(form), form.rstrip("0123456789")} - {form, ""}


def write_titles(folder: Path, talks: Iterable[Talk]) -> None:
    """Write talk rows by the folded words of their title, and of its longer parts at a colon or a dash."""
    write_sorted(
        folder / TITLES_FILE,
        ((key, str(row)) for row, talk in enumerate(talks) for key in _title_keys(talk.title)),
    )


def _title_keys(title: str) -> list[str]:
    whole, *parts = ([word.form for word in words(part)] for part in (title, *_TITLE_CUT.split(title)))
    return [
        key
        for key in dict.fromkeys(
            " ".join(part) for part in (whole, *(p for p in parts if len(p) >= _PART_WORDS))
        )
        if key
    ]


def write_speakers(folder: Path, talks: Iterable[Talk]) -> None:
    """Write speakers, by folded name and each of its endings: the name as first written, and talk rows."""
    rows: dict[str, list[int]] = {}
    names: dict[str, str] = {}
    for row, talk in enumerate(talks):
        for name in talk.speakers:
            key = " ".join(fold(part) for part in _NAME_PART.findall(name))
            if " " in key:
                names.setdefault(key, name)
                rows.setdefault(key, []).append(row)
    lines = (
        (" ".join(parts[start:]), json.dumps([number, key, names[key], found], ensure_ascii=False))
        for number, (key, found) in enumerate(rows.items())
        for parts in [key.split(" ")]
        for start in range(len(parts))
    )
    write_sorted(folder / SPEAKERS_FILE, lines)
