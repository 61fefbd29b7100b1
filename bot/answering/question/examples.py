"""What exemplars teach: the form of the answer that a question asks for, asides around it, and what is no question for us.

`forms.yaml` and `asides.yaml` hold the exemplars, `examples.npz` what `python -m training.forms` learnt from them. Everything is read
from vectors that the search makes anyway; only an aside between signs is embedded on its own.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.answering.form import AnswerForm
from bot.answering.language.data import read_data
from index.encoder.base import Encoder, TokenVectors, Vectors
from index.vocabulary.words import words

FOLDER = Path(__file__).parent
FORMS_FILE, ASIDES_FILE, LEARNT_FILE = "forms.yaml", "asides.yaml", "examples.npz"
# Beside the logarithm of a form's odds by its vector, what the nearest exemplar's words count. On 362 questions that were not learnt
# from, .747 of forms are right at 0, .789 at 4 and .804 at 8; of 1,124 questions for quotes .98, .97 and .95 stay such.
_WORDS_SHARE = 8.0
_FLAGS_SHARE = 0.3  # beside a vector of length one
_PIECE = re.compile(r"[^\W_]+|[?+:\"]")

SLOT = re.compile(r"\{(\w+)\}")
SUBJECT, PERSON, PLACE = "X", "P", "E"  # what stands in a pattern for a subject, a speaker, an event or day


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as forms are read from it: without its subjects.

    `vector` is (dim,) float32, the mean of the vectors of its other tokens, of length one or zero.
    """

    pattern: str
    vector: Vectors
    flags: tuple[bool, bool, bool, bool]  # whether it names a subject, a speaker, an event, a day


class Examples:
    """What was learnt, for one encoder."""

    def __init__(self, learnt: Mapping[str, NDArray[Any]]) -> None:
        self._learnt = learnt
        self.stamp: Mapping[str, str] = json.loads(str(learnt["stamp"]))
        self._forms = [AnswerForm(name) for name in learnt["forms"].tolist()]
        # The folded words of exemplars: they ask, whatever else they may mean ("how did X change over the years").
        self.asking = frozenset(learnt["asking"].tolist())

    def fits(self, encoder: Encoder) -> bool:
        """Return whether an encoder's vectors are those that were learnt from."""
        return (self.stamp["revision"], self.stamp["adapter"]) == (encoder.revision, encoder.adapter)

    def form(self, asked: Asked, *, by_vector: bool = True) -> AnswerForm:
        """Return the form of the answer that a question asks for; with another encoder by its words alone."""
        scores = _WORDS_SHARE * self._by_words(asked.pattern)
        if by_vector:
            inputs = np.concatenate([asked.vector, _FLAGS_SHARE * np.array(asked.flags, dtype=np.float32)])
            odds = self._learnt["form_weights"] @ inputs + self._learnt["form_bias"]
            scores = scores + odds - np.logaddexp.reduce(odds)
        return self._forms[int(np.argmax(np.round(scores, 5)))]

    def aside(self, vector: Vectors) -> float:
        """Return how likely a clause is an aside, by its vector (dim,)."""
        return _chance(float(self._learnt["aside_weights"] @ vector + self._learnt["aside_bias"]))

    def foreign(self, vector: Vectors) -> float:
        """Return the logarithm of the odds that a message is none on conferences, by its vector (dim,)."""
        return float(self._learnt["foreign_weights"] @ vector + self._learnt["foreign_bias"])

    def chatty(self, vector: Vectors) -> float:
        """Return the logarithm of the odds that a message is said rather than asked, by its vector (dim,)."""
        return float(self._learnt["chatty_weights"] @ vector + self._learnt["chatty_bias"])

    def _by_words(self, pattern: str) -> Vectors:
        """Return the cosine of a pattern's words and those of each form's nearest exemplar, (n_forms,) float32."""
        known = self._inverted
        similar = np.zeros(len(self._learnt["exemplar_forms"]), dtype=np.float32)
        weights = {
            term: (1 + math.log(count)) * known[term][0]
            for term, count in Counter(ngrams(pattern)).items()
            if term in known
        }
        length = math.sqrt(sum(weight**2 for weight in weights.values())) or 1.0
        for term, weight in weights.items():
            _, exemplars, values = known[term]
            similar[exemplars] += values * (weight / length)
        best = np.zeros(len(self._forms), dtype=np.float32)
        np.maximum.at(best, self._learnt["exemplar_forms"], similar)
        return best

    @cached_property
    def _inverted(self) -> Mapping[str, tuple[float, NDArray[np.int16], Vectors]]:
        ends = np.cumsum(self._learnt["term_counts"])
        starts = ends - self._learnt["term_counts"]
        return {
            term: (
                float(rarity),
                self._learnt["term_exemplars"][start:end],
                self._learnt["term_weights"][start:end],
            )
            for term, rarity, start, end in zip(
                self._learnt["terms"].tolist(), self._learnt["rarities"].tolist(), starts, ends, strict=True
            )
        }


def ngrams(pattern: str) -> list[str]:
    """Return a pattern's words and pairs of neighbours."""
    pieces = _PIECE.findall(pattern)
    return [*pieces, *map(" ".join, pairwise(pieces))]


def asking_words(lines: Iterable[str]) -> frozenset[str]:
    """Return the folded words of exemplars outside their slots."""
    return frozenset(word.form for line in lines for word in words(SLOT.sub(" ", line)))


def weigh_patterns(patterns: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return patterns as the search for the nearest one needs them: terms, their rarity and where they stand."""
    counted = [Counter(ngrams(pattern)) for pattern in patterns]
    spread = Counter(term for counts in counted for term in counts)
    rarity = {term: math.log((1 + len(patterns)) / (1 + count)) + 1 for term, count in spread.items()}
    held: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, counts in enumerate(counted):
        weights = {term: (1 + math.log(count)) * rarity[term] for term, count in counts.items()}
        length = math.sqrt(sum(weight**2 for weight in weights.values())) or 1.0
        for term, weight in weights.items():
            held[term].append((at, weight / length))
    terms = sorted(held)
    pairs = [pair for term in terms for pair in held[term]]
    return {
        "terms": np.array(terms),
        "rarities": np.array([rarity[term] for term in terms], dtype=np.float32),
        "term_counts": np.array([len(held[term]) for term in terms], dtype=np.int32),
        "term_exemplars": np.array([at for at, _ in pairs], dtype=np.int16),
        "term_weights": np.array([weight for _, weight in pairs], dtype=np.float32),
    }


def mask(tokens: TokenVectors, spans: Sequence[tuple[int, int]]) -> Vectors:
    """Return the mean of the vectors of tokens outside some spans of the text, of length one; zeros where there is none."""
    outside = [
        at
        for at, (start, end) in enumerate(tokens.spans)
        if not any(first < end and start < last for first, last in spans)
    ]
    total = tokens.vectors[outside].sum(axis=0) if outside else np.zeros_like(tokens.pooled)
    length = float(np.linalg.norm(total))
    return (total / length if length else total).astype(np.float32)


def pattern_of(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    """Return a text in lower case with signs for what it names; neighbours of one kind are one."""
    pieces: list[str] = []
    at, last = 0, ""
    for start, end, sign in sorted(spans):
        gap = text[at:start] if start > at else ""
        if sign != last or gap.strip(" -/.,&+"):
            pieces += [gap.lower(), " ", sign, " "]
        at, last = max(at, end), sign
    return " ".join("".join([*pieces, text[at:].lower()]).split())


def digest_of_exemplars() -> str:
    """Return the digest of all exemplars, in their order."""
    content = [read_data(FOLDER / name) for name in (FORMS_FILE, ASIDES_FILE)]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


@cache
def examples() -> Examples:
    """Return what was learnt from the exemplars."""
    with np.load(FOLDER / LEARNT_FILE, allow_pickle=False) as stored:
        return Examples({name: stored[name] for name in stored.files})


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
