"""A made-up corpus of any size: sentences of the recaps that ship, put together anew, under talks, speakers and conferences of no one.

Every sentence, title, name and conference is embedded once by the real encoder. A passage is three sentences;
its token vectors are those of its pieces end to end, moved by noise with the covariance of real passages, so
that no two passages are the same. Some words of the sentences are replaced by invented names, which makes a
long tail of rare words. Passages are made when they are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from index.build.contents import text_digest
from index.build.writer import write_build
from index.encoder.base import Encoder, TokenVectors, unit
from index.models import Event, Passage, Recap, Talk
from index.ranking.dense import MOST_SCANNED

SENTENCES = 3  # a passage
PASSAGES = 10  # a talk
TALKS = 10  # a recap
RECAPS = 10  # an event
_VARIANTS = 3
_NOISE = 0.35  # of a token's length; neighbours are then about as near as in real notes
_NOISES = 4_096
_SYLLABLES = (
    "bar",
    "dol",
    "fen",
    "gru",
    "hal",
    "jin",
    "kor",
    "lum",
    "mox",
    "nar",
    "pel",
    "qua",
    "rin",
    "sol",
    "tev",
    "ulm",
    "vex",
    "wyn",
)
_SERIES = 50
_YEARS = range(2005, 2025)
_CITIES = ("Bremen", "Oulu", "Turin", "Porto", "Ghent", "Brno", "Leeds", "Tartu")


def invented(number: int) -> str:
    """Return a word that no language has, another for every number."""
    word = ""
    number += len(_SYLLABLES)
    while number:
        number, left = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[left]
    return word.capitalize()


@dataclass(frozen=True)
class Pieces:
    """What passages are put together from."""

    sentences: tuple[str, ...]
    titles: tuple[str, ...]
    first_names: tuple[str, ...] = field(
        default_factory=lambda: tuple(invented(5_000 + n) for n in range(120))
    )
    last_names: tuple[str, ...] = field(
        default_factory=lambda: tuple(invented(9_000 + n) for n in range(1_500))
    )
    events: tuple[str, ...] = field(
        default_factory=lambda: tuple(
            f"{invented(300 + number)}con {year}" for year in _YEARS for number in range(_SERIES)
        )
    )

    @classmethod
    def of(cls, sentences: Sequence[str], titles: Sequence[str]) -> Pieces:
        """Take real sentences and titles, and each again with invented names in place of some of its words."""
        return cls(
            tuple(_varied(sentences, 20_000)),
            tuple(_varied([re.sub(r"[.:]\s", " ", title) for title in titles], 40_000)),
        )


def _varied(texts: Sequence[str], start: int) -> Iterator[str]:
    for at, text in enumerate(dict.fromkeys(" ".join(text.split()) for text in texts)):
        yield text
        long = sorted(re.finditer(r"[A-Za-z]{5,}", text), key=lambda match: -len(match[0]))
        for variant, match in enumerate(long[:_VARIANTS]):
            yield text[: match.start()] + invented(start + _VARIANTS * at + variant) + text[match.end() :]


@dataclass(frozen=True)
class Corpus:
    """A corpus of so many passages; equal sizes give equal corpora, and a smaller one is the beginning of a larger one."""

    pieces: Pieces
    size: int
    talk_passages: int = PASSAGES  # of a talk

    @property
    def _recap_passages(self) -> int:
        return self.talk_passages * TALKS

    @cached_property
    def _chosen(self) -> NDArray[np.int32]:
        return (
            np.random.RandomState(1)
            .randint(len(self.pieces.sentences), size=(self.size, SENTENCES))
            .astype(np.int32)
        )

    @cached_property
    def _starts(self) -> NDArray[np.int32]:
        """Return where each passage begins in its recap."""
        lengths = (
            np.array([len(sentence) for sentence in self.pieces.sentences])[self._chosen].sum(axis=1)
            + SENTENCES
            + 1
        )
        ends = np.cumsum(lengths)
        first = np.repeat((ends - lengths)[:: self._recap_passages], self._recap_passages)[: self.size]
        starts: NDArray[np.int32] = (ends - lengths - first).astype(np.int32)
        return starts

    @cached_property
    def events(self) -> list[Event]:
        """Return the conferences."""
        count = -(-self.size // (self._recap_passages * RECAPS))
        return [self._event(number) for number in range(min(count, len(self.pieces.events)))]

    def _event(self, number: int) -> Event:
        name = self.pieces.events[number]
        starts_on = date(int(name[-4:]), 1 + number % 12, 1 + number % 25)
        return Event(
            name,
            name,
            starts_on,
            starts_on + timedelta(days=2),
            _CITIES[number % len(_CITIES)],
            (name.lower(),),
        )

    @cached_property
    def recaps(self) -> list[Recap]:
        """Return the recaps."""
        count = -(-self.size // self._recap_passages)
        return [
            Recap(
                f"recap{n:05}.txt",
                f"Notes {n}",
                self._event_of(n),
                None,
                "en",
                None,
                None,
                text_digest(self.text(n)),
            )
            for n in range(count)
        ]

    def _event_of(self, recap: int) -> str:
        return self.events[recap // RECAPS % len(self.events)].event_id

    @cached_property
    def talks(self) -> list[Talk]:
        """Return the talks."""
        chance = np.random.RandomState(2)
        count = -(-self.size // self.talk_passages)
        titles = chance.randint(len(self.pieces.titles), size=(count, 2))
        people = chance.randint(len(self.pieces.first_names) * len(self.pieces.last_names), size=(count, 2))
        return [self._talk(row, titles[row], people[row]) for row in range(count)]

    def _talk(self, row: int, title: NDArray[np.int64], people: NDArray[np.int64]) -> Talk:
        recap = row // TALKS
        names = [self._name(int(number)) for number in people[: 1 + row % 4 // 3]]
        return Talk(
            talk_id=f"recap{recap:05}.txt/{row % TALKS}",
            recap_id=f"recap{recap:05}.txt",
            title=": ".join(self.pieces.titles[number] for number in title),
            kind="keynote" if row % 20 == 0 else "session",
            speakers=tuple(names),
            event_id=self._event_of(recap),
            day=None if row % 20 == 7 else 1 + row % 3,
            url=f"https://talks.example/{row}",
            position=row % TALKS,
        )

    def _name(self, number: int) -> str:
        first, last = divmod(number, len(self.pieces.last_names))
        return f"{self.pieces.first_names[first]} {self.pieces.last_names[last]}"

    @property
    def passages(self) -> Sequence[Passage]:
        """Return the passages, made when they are asked for."""
        return _Made(self)

    @property
    def texts(self) -> Mapping[str, str]:
        """Return the recaps' texts by id, likewise."""
        return _Texts(self)

    def write(self, index_dir: Path, encoder: Encoder, most_scanned: int = MOST_SCANNED) -> str:
        """Write a build of the corpus and return its id."""
        return write_build(
            index_dir,
            events=self.events,
            recaps=self.recaps,
            texts=self.texts,
            talks=self.talks,
            passages=self.passages,
            encoder=encoder,
            most_scanned=most_scanned,
        )

    def words(self, row: int) -> str:
        """Return a passage's words."""
        return "\n".join(self.pieces.sentences[number] for number in self._chosen[row])

    def text(self, recap: int) -> str:
        """Return a recap's text."""
        return (
            "\n\n".join(
                map(
                    self.words,
                    range(recap * self._recap_passages, min((recap + 1) * self._recap_passages, self.size)),
                )
            )
            + "\n"
        )

    def passage(self, row: int) -> Passage:
        """Return a passage."""
        talk, text, start = self.talks[row // self.talk_passages], self.words(row), int(self._starts[row])
        end, ordinal = start + len(text), row % self.talk_passages
        return Passage(
            f"{talk.talk_id}#{ordinal}", talk.talk_id, talk.recap_id, ordinal, text, start, end, start, end
        )


class _Made(Sequence[Passage]):
    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    def __len__(self) -> int:
        return self._corpus.size

    @overload
    def __getitem__(self, row: int) -> Passage: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Passage]: ...
    def __getitem__(self, row: int | slice) -> Passage | Sequence[Passage]:
        if isinstance(row, slice):
            return [self[at] for at in range(*row.indices(len(self)))]
        if row >= len(self):
            raise IndexError(row)
        return self._corpus.passage(row)


class _Texts(Mapping[str, str]):
    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._text = lru_cache(2)(corpus.text)

    def __getitem__(self, recap_id: str) -> str:
        return self._text(int(recap_id[5:10]))

    def __len__(self) -> int:
        return len(self._corpus.recaps)

    def __iter__(self) -> Iterator[str]:
        return (recap.recap_id for recap in self._corpus.recaps)


class PreparedEncoder:
    """Gives passages the vectors of their pieces; everything else is the real encoder's."""

    def __init__(self, real: Encoder, pieces: Pieces, cache: Path) -> None:
        self.name, self.revision, self.dim, self.max_tokens = (
            real.name,
            real.revision,
            real.dim,
            real.max_tokens,
        )
        self.form, self.check, self.adapter = real.form, dict(real.check), real.adapter
        parts = list(
            dict.fromkeys(
                (*pieces.sentences, *pieces.titles, *pieces.first_names, *pieces.last_names, *pieces.events)
            )
        )
        self._vectors = _embedded(real, parts, cache)
        pooled = unit(np.stack([self._vectors[sentence].mean(axis=0) for sentence in pieces.sentences]))
        covariance = np.cov(pooled.T)
        drawn = np.random.RandomState(3).multivariate_normal(np.zeros(self.dim), covariance, size=_NOISES)
        self._noise = unit(drawn.astype(np.float32)) * np.float32(_NOISE)
        self._context = lru_cache(64)(self._put_together)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one vector a text."""
        return np.stack([tokens.pooled for tokens in self.encode_tokens(texts)])

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return each text's vectors; texts are contexts with passages of this corpus."""
        return [self._encode(text) for text in texts]

    def _put_together(self, event: str, title: str, people: str) -> NDArray[np.float32]:
        names = [part for name in people.split(", ") for part in name.split(" ")]
        return np.concatenate([self._vectors[part] for part in (event, *title.split(": "), *names)])

    def _encode(self, text: str) -> TokenVectors:
        event, title, people, own = text.split(". ", 3)
        before = self._context(event, title, people)
        own_start = len(text) - len(own)
        sentences = [self._vectors[sentence] for sentence in own.split("\n")]
        vectors = np.concatenate([before, *sentences])[: self.max_tokens]
        vectors = unit(vectors + self._noise[int(text_digest(own)[:8], 16) % _NOISES])
        n_before = min(len(before), len(vectors))
        spans = ((0, 1),) * n_before + ((own_start, own_start + 1),) * (len(vectors) - n_before)
        return TokenVectors(vectors, spans, (0,) * len(vectors), vectors[0])


def _embedded(real: Encoder, parts: Sequence[str], cache: Path) -> dict[str, NDArray[np.float32]]:
    """Return the token vectors of texts; those of an earlier run are read from a file."""
    if not cache.exists():
        found = [tokens.vectors for tokens in real.encode_tokens(parts)]
        np.savez(cache, vectors=np.concatenate(found), ends=np.cumsum([len(vectors) for vectors in found]))
    with np.load(cache, allow_pickle=False) as stored:
        return dict(zip(parts, np.split(stored["vectors"], stored["ends"][:-1]), strict=True))
