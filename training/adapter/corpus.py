"""Pairs as examples: each question with the passages of a build that hold its answer.

The passages are those that the product cuts and embeds, with "event. talk. speakers." in front, so that what
is learnt is what is searched. A build of the recaps (`confnotes ingest`) is read for them and for how many of
them hold a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from index.build.contents import context_text
from index.build.reader import open_build
from index.encoder.base import TokenVectors, Vectors
from index.ranking.fusion import word_weights
from training.pairs import Pair, Texts, passage_of

# A passage holds an answer when they share this much of the shorter one: a quote may begin in the line above.
_MIN_SHARED = 0.3
# Passages that share so many of their words are the same notes in two files, and no wrong answer.
_SAME_WORDS = 0.5
_QUERY_TOKENS = 96


@dataclass(frozen=True, slots=True)
class Example:
    """A question as it is searched, the rows of the passages that answer it, and its recap and conference."""

    text: str
    rows: tuple[int, ...]
    shares: tuple[float, ...]  # how much of the quote each row holds
    recap_id: str
    event_id: str
    style: str
    context: str = ""  # what the pair says stands before its passage, as `context_text` writes it
    quote: str = ""  # the pair's passage


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text as the network takes it: piece ids with the model's marks, and one weight or switch a piece (0 for the marks)."""

    ids: list[int]
    weights: Vectors


class Corpus:
    """A build's passages with what stands before them, and the model's tokenizer."""

    def __init__(self, index_dir: Path, model: Path, most_tokens: int = 256) -> None:
        build = open_build(index_dir)
        self.passages = list(build.passages)
        self.talks = {talk_id: number for number, talk_id in enumerate(build.talks)}
        self.talk_of_row = np.array([self.talks[passage.talk_id] for passage in self.passages])
        self.event_of = {recap_id: recap.event_id or recap_id for recap_id, recap in build.recaps.items()}
        self._contexts = [context_text(passage, *build.around(passage)) for passage in self.passages]
        self._doc_freq = build.lexical.unit_freq
        self._most_tokens = most_tokens
        self._tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._known: dict[int, Pieces] = {}

    def example(self, pair: Pair, quote: str = "") -> Example | None:
        """Return a pair as an example, with the passage that it quotes; None where no passage of the build holds its answer."""
        found = []
        for row in self._rows_of.get(pair.file, ()):
            passage = self.passages[row]
            shared = min(pair.end, passage.source_end) - max(pair.start, passage.source_start)
            if shared >= _MIN_SHARED * min(pair.end - pair.start, passage.source_end - passage.source_start):
                found.append((row, shared / (pair.end - pair.start)))
        if not found:
            return None
        rows, shares = zip(*found, strict=True)
        text = f"{pair.history[-1] if pair.history else ''} {pair.question}".strip()
        context = (
            "".join(f"{part.strip()}. " for part in pair.context.split(";") if part.strip())
            or self._contexts[rows[0]]
        )
        return Example(
            text,
            rows,
            shares,
            pair.file,
            self.event_of[pair.file],
            pair.style,
            context,
            " ".join(quote.split()),
        )

    def query(self, text: str) -> Pieces:
        """Return a question's pieces, each with its weight in the score."""
        self._tokenizer.enable_truncation(_QUERY_TOKENS)
        encoding = self._tokenizer.encode(text)
        kept = [at for at, special in enumerate(encoding.special_tokens_mask) if not special]
        words = tuple(encoding.word_ids[at] or 0 for at in kept)
        nothing = np.zeros((len(kept), 1), dtype=np.float32)
        tokens = TokenVectors(nothing, tuple(encoding.offsets[at] for at in kept), words, nothing[:0, 0])
        weights = np.zeros(len(encoding.ids), dtype=np.float32)
        weights[kept] = word_weights(text, tokens, self._doc_freq, len(self.passages)).token_weights
        return Pieces(encoding.ids, weights)

    def passage(self, row: int) -> Pieces:
        """Return a passage's pieces; weight 2 for its own words, 1 for those before them."""
        if row not in self._known:
            self._known[row] = self.told(self._contexts[row], self.passages[row].text)
        return self._known[row]

    def told(self, context: str, text: str) -> Pieces:
        """Return the pieces of any text behind a context, weighted as those of a passage."""
        self._tokenizer.enable_truncation(self._most_tokens)
        encoding = self._tokenizer.encode(context + text)
        marks = zip(encoding.special_tokens_mask, encoding.offsets, strict=True)
        weights = [0 if special else 2 if start >= len(context) else 1 for special, (start, _) in marks]
        return Pieces(encoding.ids, np.array(weights, dtype=np.float32))

    def same(self, row: int, other: int) -> bool:
        """Return whether two passages are the same notes."""
        one, two = self._words[row], self._words[other]
        return row == other or len(one & two) > _SAME_WORDS * len(one | two)

    @cached_property
    def _rows_of(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for row, passage in enumerate(self.passages):
            rows.setdefault(passage.recap_id, []).append(row)
        return rows

    @cached_property
    def _words(self) -> list[frozenset[str]]:
        return [frozenset(passage.text.lower().split()) for passage in self.passages]


def examples(corpus: Corpus, pairs: Iterable[Pair], texts: Texts | None = None) -> list[Example]:
    """Return the pairs whose question is answered by a passage of the corpus, with what they quote where texts are given."""
    found = (corpus.example(pair, passage_of(pair, texts) if texts else "") for pair in pairs if pair.answers)
    return [example for example in found if example is not None]


def folds(corpus: Sequence[Example], count: int) -> dict[str, int]:
    """Deal conferences out to folds of about equal size, and return each one's fold."""
    sizes: dict[str, int] = {}
    for example in corpus:
        sizes[example.event_id] = sizes.get(example.event_id, 0) + 1
    filled = [0] * count
    dealt: dict[str, int] = {}
    for event_id in sorted(sizes, key=lambda one: (-sizes[one], one)):
        fold = filled.index(min(filled))
        dealt[event_id] = fold
        filled[fold] += sizes[event_id]
    return dealt
