"""The reader: a small network that reads a question and a passage together and gives two numbers.

How well the passage answers beside others, and whether it answers at all. It stands on the word pieces of the
default encoder, so only its layers lie here (`reader/`, with the card of the model); `training/reader` trains,
measures and writes them, and `docs/decisions/0018-reader.md` says what it brings and costs.
"""

from __future__ import annotations

import json
import math
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from index.encoder.base import Encoder, Vectors
from index.encoder.onnx import MAX_THREADS, OnnxEncoder
from index.encoder.runtime import load_onnxruntime
from index.errors import ReaderUnavailable
from index.files.lines import Remembered
from index.ranking.fusion import Evidence, Reading

NO_READER = "none"
SHIPPED = Path(__file__).with_name("reader")
GRAPH_FILE = "reader.onnx"
WEIGHTS_FILE = "reader.weights"
CARD_FILE = "reader.json"
_FAR = np.float32(-1e4)  # added to attention, it leaves nothing
_KEPT = 256  # pairs of question and passage: one is read again within other limits
_WAY_OUT = f"Set CONFNOTES_READER to the folder of another one, or to {NO_READER}."


@dataclass(frozen=True, slots=True)
class Card:
    """What a folder with a reader says of itself."""

    encoder: str  # sha256 of the weights whose word pieces it reads
    layers: int
    passages: int  # how many of the best are read
    weight: float  # of `order` beside the fusion's score
    question_pieces: int
    text_pieces: int
    start: int  # the piece that a question and a text begin with
    end: int  # and the one that they end with


class Reader:
    """A reader at work; safe to share between threads."""

    def __init__(self, folder: Path, encoder: OnnxEncoder, budget_ms: float = math.inf) -> None:
        """Load a reader.

        Args:
            folder: What `training.reader.export` wrote.
            encoder: Whose word pieces it reads.
            budget_ms: Time for one question's passages; where it is not enough, none counts as read.

        Raises:
            ReaderUnavailable: a file is missing or is none, or the reader belongs to another encoder.
        """
        self.card = read_card(folder)
        if self.card.encoder != encoder.revision:
            raise ReaderUnavailable(
                f"Cannot use the reader {folder}: it reads word pieces of weights with sha256 {self.card.encoder[:12]}, "
                f"the encoder has {encoder.revision[:12]}. {_WAY_OUT}"
            )
        self.budget_ms = budget_ms
        self._encoder = encoder
        self._session = _session(folder)
        self._known: Remembered[Reading] = Remembered(_KEPT)

    def read(self, question: str, texts: Sequence[str]) -> list[Reading]:
        """Return what reading says of each text.

        Nothing at all where the time is not enough for every one, and where the question is longer than the
        reader has learnt to read: the half of a question is another question, and a long one costs most.
        """
        until = time.perf_counter() + self.budget_ms / 1000
        asked = self._encoder.pieces(question)
        if len(asked) > self.card.question_pieces:
            return []
        found: list[Reading] = []
        for text in texts:
            key = f"{question}\n{text}"
            if (reading := self._known.get(key)) is None:
                if time.perf_counter() > until:
                    return []
                reading = self._read(asked, text)
                self._known.put(key, reading)
            found.append(reading)
        return found

    def _read(self, asked: Sequence[int], text: str) -> Reading:
        told = self._encoder.pieces(text)[: self.card.text_pieces]
        sides = [[self.card.start, *side, self.card.end] for side in (asked, told)]
        sizes = [len(side) for side in sides]
        marks = np.repeat(np.eye(2, dtype=np.float32), sizes, axis=1)  # (2, n_pieces): which side each is of
        inner = marks[0].copy()
        inner[0] = 0
        numbers: Vectors = self._session.run(
            None,
            {
                "words": self._encoder.words([*sides[0], *sides[1]])[None],
                "places": np.concatenate([np.arange(size, dtype=np.int32) for size in sizes])[None],
                "apart": ((1 - marks.T @ marks) * _FAR)[None, None],
                "asked": marks[None, :1],
                "told": marks[None, 1:],
                "inner": inner[None, None],
            },
        )[0]
        order, answers = numbers.ravel().tolist()
        return Reading(order, answers)


class ReaderSetting:
    """The reader that a setting asks for, loaded when first wanted; several builds may share it."""

    def __init__(self, setting: str | None = None, budget_ms: float = math.inf) -> None:
        """Remember what is asked for: empty is the shipped one, `none` none, else a folder."""
        self._setting = setting
        self._budget_ms = budget_ms
        self._loading = threading.Lock()
        self._loaded: tuple[Encoder, Reader | None] | None = None

    def reader(self, encoder: Encoder) -> Reader | None:
        """Return the reader; None where none is asked for, and where nothing is said and the encoder is not the default.

        Raises:
            ReaderUnavailable: the reader cannot be used.
        """
        if self._setting == NO_READER:
            return None
        with self._loading:
            if self._loaded is None or self._loaded[0] is not encoder:
                self._loaded = encoder, self._load(encoder)
            return self._loaded[1]

    def _load(self, encoder: Encoder) -> Reader | None:
        if not self._setting and not _fits(encoder):
            return None
        if not isinstance(encoder, OnnxEncoder):
            raise ReaderUnavailable(
                f"Cannot use the reader {self._setting}: the encoder {encoder.name} does not run in eight bits. {_WAY_OUT}"
            )
        return Reader(Path(self._setting) if self._setting else SHIPPED, encoder, self._budget_ms)


def reordered(best: Sequence[Evidence], readings: Sequence[Reading], weight: float) -> tuple[Evidence, ...]:
    """Return some evidence in the order after reading, ties as before.

    The scores stay where they are, best first: how far the first ones stand out, and which are near enough to
    be shown together, goes on to mean the same.

    Args:
        best: The best few of a ranking, in its order.
        readings: One for each, or none at all: then nothing changes.
        weight: Of a reading beside the ranking's score.
    """
    if not readings:
        return tuple(best)
    # Rounded for the reason that the fusion rounds: equal passages must tie everywhere.
    after = [
        round(item.score + weight * reading.order, 4) for item, reading in zip(best, readings, strict=True)
    ]
    order = sorted(range(len(best)), key=lambda at: -after[at])
    return tuple(
        replace(best[at], score=best[place].score, reading=readings[at]) for place, at in enumerate(order)
    )


def _fits(encoder: Encoder) -> bool:
    return isinstance(encoder, OnnxEncoder) and read_card(SHIPPED).encoder == encoder.revision


def read_card(folder: Path) -> Card:
    """Return what a reader says of itself.

    Raises:
        ReaderUnavailable: it is not there, or says something else.
    """
    try:
        content = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
        return Card(**{name: content[name] for name in Card.__slots__})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ReaderUnavailable(
            f"Cannot load the reader {folder}: {CARD_FILE} is missing or not whole ({error}). {_WAY_OUT}"
        ) from error


def _session(folder: Path) -> Any:
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(os.cpu_count() or 1, MAX_THREADS)
    options.enable_mem_pattern = False  # one is kept for every length of text, and saves no time
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(
            str(folder / GRAPH_FILE), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # its own exceptions have no common base
        raise ReaderUnavailable(
            f"Cannot load the reader {folder}: {' '.join(str(error).split())[:200]}. {_WAY_OUT}"
        ) from error
