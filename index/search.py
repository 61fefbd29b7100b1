"""The reader: a question's words in, passages out, best first."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import overload

import numpy as np

from index.build.contents import context_text
from index.build.reader import Build, open_build
from index.build.talk_table import TalkSet
from index.encoder.adapter import adapter_of_build, name_adapter
from index.encoder.base import Encoder, TokenVectors, Vectors, unit
from index.encoder.load import load_encoder
from index.engines.local import LocalEngine
from index.engines.proposals import EngineOf, Wanted
from index.errors import EncoderMismatch
from index.files.lines import Remembered
from index.mentions import Mentions
from index.models import Hit, TalkKind
from index.ranking.dense import Rows
from index.ranking.features import Candidates
from index.ranking.fusion import Evidence, idf, rank, word_weights
from index.ranking.matches import AskedWord, asked_words, match
from index.ranking.reader import ReaderSetting, reordered
from index.vocabulary.phrases import TextNumbers
from index.vocabulary.terms import Unit, units
from index.vocabulary.words import plain_letters

# Candidates whose tokens are read in a large build: a list asks for 400 of each ranker, and 800 take 30 ms.
_MOST_SCORED = 400
# What a word of the turn before counts beside one of the question. On 431 follow-ups (MRR@10): .25 .564, .5 .676,
# .75 .696, 1 .695; at full weight the earlier question is answered again more often.
CONTEXT_SHARE = 0.6
_ENCODED = 32  # questions whose vectors are kept


@dataclass(frozen=True, slots=True)
class Filter:
    """Limits on what is searched; an empty one is no limit, several hold together."""

    event_ids: frozenset[str] = frozenset()
    days: frozenset[int] = frozenset()
    talk_ids: frozenset[str] = frozenset()
    kinds: frozenset[TalkKind] = frozenset()
    recap_ids: frozenset[str] = frozenset()
    talks: TalkSet | None = None

    def __bool__(self) -> bool:
        return bool(
            self.event_ids
            or self.days
            or self.talk_ids
            or self.kinds
            or self.recap_ids
            or self.talks is not None
        )


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: the words, what was said before them, and how much is wanted."""

    text: str
    filter: Filter = Filter()
    context: str = ""  # the earlier turn that a follow-up stands on
    depth: int = 50  # candidates that each of the lexical and the dense ranker gives
    k: int = 10


@dataclass(frozen=True, slots=True)
class Ranking(Sequence[Hit]):
    """Hits, best first, and for each the evidence that ranked it (same order)."""

    hits: tuple[Hit, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @overload
    def __getitem__(self, position: int) -> Hit: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[Hit]: ...
    def __getitem__(self, position: int | slice) -> Hit | Sequence[Hit]:
        return self.hits[position]

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)


class Searcher:
    """An opened build with its encoder; safe to share between threads."""

    def __init__(
        self,
        build: Build,
        encoder: Encoder | None = None,
        adapter: str | None = None,
        reader: ReaderSetting | None = None,
        engine: EngineOf = LocalEngine,
    ) -> None:
        self.build = build
        self.engine = engine(build)
        self._reader = reader or ReaderSetting()
        self.said = Mentions(build)
        self._encoded: Remembered[TokenVectors] = Remembered(_ENCODED)
        self._loading = threading.Lock()
        self._encoder = encoder
        if encoder is not None:
            _check_encoder(build, encoder)
        self._adapter = _adapter_of(build, adapter) if encoder is None or adapter else None

    @classmethod
    def open(
        cls,
        index_dir: Path,
        encoder: Encoder | None = None,
        build_id: str | None = None,
        adapter: str | None = None,
        reader: ReaderSetting | None = None,
        *,
        engine: EngineOf = LocalEngine,
    ) -> Searcher:
        """Open the live build, or another one by id; without an encoder the build's own is loaded at the first search.

        `adapter` is the one that a person asks for: `none`, or a file; see
        `index.encoder.adapter.adapter_of_build`. `reader` is the shipped one where nothing is said. `engine`
        makes what finds the candidates; they are ranked here, whichever it is.

        Raises:
            EngineUnavailable: the engine cannot be asked, or does not hold the build.
            NoBuild: nothing was published there.
            BuildUnusable: the build is damaged, of another format, or made with another encoder.
        """
        return cls(open_build(Path(index_dir), build_id), encoder, adapter, reader, engine)

    @property
    def encoder(self) -> Encoder:
        """Return the encoder, loading it where that has not happened yet.

        Raises:
            EncoderUnavailable: the model is not on this machine.
            EncoderMismatch: it is not the one that the build was made with.
        """
        with self._loading:
            if self._encoder is None:
                stamp = self.build.manifest.encoder
                encoder = load_encoder(stamp.name, revision=stamp.revision, adapter=self._adapter)
                _check_encoder(self.build, encoder)
                self._encoder = encoder
            return self._encoder

    def search(self, query: Query) -> Ranking:
        """Return up to `k` passages, best first, ties by row.

        Candidates are the best of BM25 and of the dense vectors, and every passage with a rare word of the
        question; `index.ranking.features` says what orders them. The best few are read with the question in
        mind (`index.ranking.reader`), which may change their order.

        Raises:
            ReaderUnavailable: the reader cannot be used.
        """
        evidence = self._read(query, self.rank(query))
        return Ranking(
            tuple(self.hit(item.row, item.score, at) for at, item in enumerate(evidence, 1)), evidence
        )

    def _read(self, query: Query, evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
        """Return evidence with the best few in the order that reading gives them."""
        reader = self._reader.reader(self.encoder) if evidence else None
        if reader is None:
            return evidence
        best, rest = evidence[: reader.card.passages], evidence[reader.card.passages :]
        passages = [self.build.passages[item.row] for item in best]
        texts = [context_text(one, *self.build.around(one)) + one.text for one in passages]
        said = f"{query.context} {query.text}".strip()
        return (*reordered(best, reader.read(said, texts), reader.card.weight), *rest)

    def rank(self, query: Query) -> tuple[Evidence, ...]:
        """Return what `search` ranks by, best first, without looking at the passages' words."""
        talks = self.within(query.filter)
        context, text = plain_letters(query.context.strip()), plain_letters(query.text.strip())
        said = f"{context} {text}".strip()
        if not said or not len(self.build.passages) or (talks is not None and not talks):
            return ()
        tokens = self._tokens_of(context, text)
        asked = units(said)
        shares = [CONTEXT_SHARE if unit.start < len(context) and text else 1.0 for unit in asked]
        weights = word_weights(said, tokens, self.build.lexical.unit_freq, len(self.build.passages))
        if context and text:
            weights = weights.lowered(len(context), CONTEXT_SHARE)
        wanted = Wanted(
            self._spelled_out(text or context), context if text else "", tokens.pooled, query.depth, talks
        )
        proposed = self.engine.propose(wanted)
        rows = self._scored(np.union1d(proposed.lexical, proposed.dense), proposed.rare, tokens.pooled)
        matched = asked_words(asked, shares, self.build.phrases, self._idf)
        found = self._candidates(
            rows, tokens, matched, _spread(rows, proposed.lexical, proposed.lexical_scores)
        )
        return rank(found, weights, query.k)

    def _candidates(
        self, rows: Rows, tokens: TokenVectors, asked: Sequence[AskedWord | None], lexical: Vectors
    ) -> Candidates:
        """Return what the rankers say of some rows, and where the question's words stand in them."""
        build = self.build
        talks = build.table.talk_of_row[rows].astype(np.int64)
        return Candidates(
            rows=rows,
            talk=build.talk_vectors[talks].astype(np.float32) @ tokens.pooled,
            dense=build.dense.vectors(rows) @ tokens.pooled,
            lexical=lexical,
            similarities=build.late.similarities(tokens.vectors, rows),
            matches=match(
                asked, rows, talks, build.phrases, TextNumbers(len(build.passages), len(build.table))
            ),
            is_heading=build.table.is_heading[rows],
            is_author=build.table.is_author[rows],
        )

    def encoded(self, text: str) -> TokenVectors:
        """Return a question's vectors; those of the last questions are kept, for one is searched within several limits."""
        if (known := self._encoded.get(text)) is None:
            known = self.encoder.encode_question(text)
            self._encoded.put(text, known)
        return known

    def _tokens_of(self, context: str, text: str) -> TokenVectors:
        """Return the tokens of a question behind those of the turn before it, and one vector of both."""
        if not context or not text:
            return self.encoded(text or context)
        before, asked = self.encoded(context), self.encoded(text)
        shift, words_before = len(context) + 1, max(before.words, default=-1) + 1
        pooled: Vectors = unit((asked.pooled + np.float32(CONTEXT_SHARE) * before.pooled)[None, :])[0]
        return TokenVectors(
            np.concatenate([before.vectors, asked.vectors]),
            (*before.spans, *((start + shift, end + shift) for start, end in asked.spans)),
            (*before.words, *(word + words_before for word in asked.words)),
            pooled,
        )

    def _idf(self, unit: Unit) -> float | None:
        """Return a word's inverse document frequency; None for a stop word."""
        found = self.build.lexical.unit_freq(unit)
        return None if found is None else idf(found, len(self.build.passages))

    def _spelled_out(self, said: str) -> str:
        """Return a question with its closed compounds split where the notes write them as two words."""
        split = (self.build.phrases.split(unit.form) for unit in units(said))
        return " ".join((said, *(" ".join(pair) for pair in split if pair)))

    def _scored(self, rows: Rows, rare: Rows, vector: Vectors) -> Rows:
        """Return the candidates that are scored: in a large build the nearest of very many, and those with a rare word."""
        if self.build.late.packed and len(rows) > _MOST_SCORED:
            nearest = np.argsort(-(self.build.dense.vectors(rows) @ vector), kind="stable")[:_MOST_SCORED]
            rows = rows[nearest]
        return np.union1d(rows, rare)

    def mentions(self, phrase: str, filter: Filter = Filter()) -> list[Hit]:
        """Return every passage that says the phrase, in the order of the notes: nothing is left out, nothing is guessed.

        A talk that says it only in its title or its speakers gives its first passage.
        """
        return [
            self.hit(int(row), 1.0, at)
            for at, row in enumerate(self.said.rows(phrase, self.within(filter)), 1)
        ]

    def doc_freq(self, word: str) -> int:
        """Return how many passages hold a word, inflections folded as BM25 folds them; 0 for a stop word."""
        return self.build.lexical.doc_freq(word) or 0

    def vocabulary(self) -> Mapping[str, int]:
        """Return the notes' words, folded but not stemmed, and how many passages hold each (titles and speakers included)."""
        return self._vocabulary

    def read(self, recap_id: str, start: int, end: int) -> str:
        """Read characters of a recap's stored text from disk again, after checking it.

        Raises:
            KeyError: no such recap.
            BuildDamaged: the text on disk is not the one that was indexed.
        """
        return self.build.read_text(recap_id)[start:end]

    @cached_property
    def _vocabulary(self) -> Mapping[str, int]:
        counts = ((form, count.passages) for form, count in self.build.names.words_starting(""))
        return {form: count for form, count in counts if count}

    def within(self, limits: Filter) -> TalkSet | None:
        """Return the talks that a filter lets through; None where it is empty."""
        if not limits:
            return None
        build, table = self.build, self.build.table
        found = table.everything() if limits.talks is None else limits.talks
        if limits.event_ids:
            found &= table.of_events(
                row for row, event_id in enumerate(build.events) if event_id in limits.event_ids
            )
        if limits.days:
            found &= table.of_days(limits.days)
        if limits.talk_ids:
            found &= table.set_of(
                row for talk_id in limits.talk_ids if (row := build.stored_talks.row(talk_id)) is not None
            )
        if limits.kinds:
            found &= table.of_kinds(limits.kinds)
        if limits.recap_ids:
            found &= table.of_recaps(
                row for recap_id in limits.recap_ids if (row := build.recaps.row(recap_id)) is not None
            )
        return found

    def hit(self, row: int, score: float = 1.0, rank: int = 0, talk: int | None = None) -> Hit:
        """Return a passage as a hit: with its talk, or with the one of a row that shares its notes."""
        build = self.build
        return Hit(
            passage=build.passages[row],
            talk=build.stored_talks.rows[int(build.table.talk_of_row[row]) if talk is None else talk],
            score=score,
            rank=rank,
        )

    def openings(self, talks: Rows) -> tuple[Hit, ...]:
        """Return the first passage of each of some talks that have notes as a hit, in their order."""
        firsts = self.build.table.first_rows(talks).tolist()
        return tuple(
            self.hit(row, 1.0, at, talk)
            for at, (row, talk) in enumerate(zip(firsts, talks.tolist(), strict=True), 1)
        )


def _spread(
    rows: Rows, some: Rows, scores: np.ndarray[tuple[int], np.dtype[np.float32]]
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Return the scores of some rows in the order of all rows, 0 for the others; rows that are not among all are left out."""
    spread = np.zeros(len(rows), dtype=np.float32)
    among = np.isin(some, rows)
    spread[np.searchsorted(rows, some[among])] = scores[among]
    return spread


def _adapter_of(build: Build, adapter: str | None) -> str | None:
    stamp = build.manifest.encoder
    try:
        return adapter_of_build(stamp.adapter, adapter, stamp.name)
    except EncoderMismatch as fault:
        raise EncoderMismatch(f"Cannot search the build at {build.folder}: {fault}") from None


def _check_encoder(build: Build, encoder: Encoder) -> None:
    stamp = build.manifest.encoder
    if (stamp.revision, stamp.dim, stamp.adapter) != (encoder.revision, encoder.dim, encoder.adapter):
        raise EncoderMismatch(
            f"Cannot search the build at {build.folder}: made with {stamp.name} ({stamp.revision[:12]}, {name_adapter(stamp.adapter)}), "
            f"the encoder at hand is {encoder.name} ({encoder.revision[:12]}, {name_adapter(encoder.adapter)}). "
            "Rebuild it with `confnotes ingest --full`."
        )
