"""Pairs of a question and the passage that answers it, kept as offsets into recaps that are not part of this repository.

A line of `training/pairs/*.jsonl` names a file, the first and last character of the passage in it (end
exclusive), the first twelve digits of the passage's sha256, and the question. Somebody else's words never
stand here, only our questions.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from index.models import Passage

STYLES = ("paraphrase", "detail", "keyword", "noisy", "followup", "acronym", "everyday", "near_miss")
NEAR_MISS = "near_miss"  # plausible, about the same thing, and not answered by the notes
DIGEST_DIGITS = 12


class PairsError(Exception):
    """Say which pair cannot be used, and why."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and where its passage stands."""

    file: str
    start: int  # characters of the file's text, line ends read as one character
    end: int  # exclusive
    sha256: str  # first digits, of the passage
    question: str
    style: str
    history: tuple[str, ...] = ()  # earlier turns of the thread
    lang: str = "en"
    # event; talk; speakers, where the pair came with its own; else the index says what a passage is about
    context: str = ""

    @property
    def answers(self) -> bool:
        """Return whether the passage answers the question."""
        return self.style != NEAR_MISS


class Texts:
    """The recaps that pairs point into, by file name, from several folders."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """List some folders; of files of one name that of the first folder counts.

        Raises:
            PairsError: a folder is not there.
        """
        gone = [str(folder) for folder in folders if not folder.is_dir()]
        if gone:
            raise PairsError(
                f"Cannot find the folder {gone[0]} of texts that pairs point into. Name another one with --texts."
            )
        self._paths = {path.name: path for folder in reversed(folders) for path in sorted(folder.iterdir())}
        self._read: dict[str, str] = {}

    def __getitem__(self, file: str) -> str:
        if file not in self._paths:
            raise PairsError(
                f"Cannot find {file} among {len(self._paths)} texts. Name its folder with --texts."
            )
        if file not in self._read:
            self._read[file] = self._paths[file].read_text(encoding="utf-8")
        return self._read[file]


def digest(passage: str) -> str:
    """Return the digits by which a pair knows its passage."""
    return hashlib.sha256(passage.encode("utf-8")).hexdigest()[:DIGEST_DIGITS]


def read_pairs(path: Path) -> list[Pair]:
    """Read the pairs of a file, or of every .jsonl file in a folder, by name.

    Raises:
        PairsError: a line is not a pair.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    return [pair for file in files for pair in _pairs_of(file)]


def _pairs_of(path: Path) -> Iterator[Pair]:
    for number, values in lines_of(path):
        try:
            yield Pair(**{**values, "history": tuple(values.get("history", ()))})
        except TypeError as error:
            raise PairsError(
                f"Cannot read line {number} of {path}: {error}. It needs the fields of training.pairs.Pair."
            ) from error


def read_quoted(path: Path, texts: Texts) -> list[Pair]:
    """Read pairs that quote their passage, as `file`, `passage`, `context`, `question`, `style`, and look up where it stands.

    Raises:
        PairsError: a passage does not stand in its file.
    """
    return [_quoted(number, values, path, texts) for number, values in lines_of(path)]


def _quoted(number: int, values: dict[str, Any], path: Path, texts: Texts) -> Pair:
    start = texts[values["file"]].find(values["passage"])
    if start < 0:
        raise PairsError(
            f"Cannot use line {number} of {path}: its passage does not stand in {values['file']}."
        )
    end = start + len(values["passage"])
    place = (values["file"], start, end, digest(values["passage"]))
    return Pair(*place, values["question"], values["style"], context=values["context"])


def passage_of(pair: Pair, texts: Texts) -> str:
    """Return a pair's passage.

    Raises:
        PairsError: the file is not there or was changed.
    """
    passage = texts[pair.file][pair.start : pair.end]
    if digest(passage) != pair.sha256:
        raise PairsError(
            f"Cannot use the pair {pair.question!r:.60}: characters {pair.start} to {pair.end} of {pair.file} were changed."
        )
    return passage


def read_all(pairs: Path, quoted: Iterable[Path], texts: Texts) -> list[Pair]:
    """Read pairs that quote their passage and then pairs as offsets, and check that every passage stands where it should.

    Raises:
        PairsError: one does not.
    """
    found = [pair for path in quoted for pair in read_quoted(path, texts)] + read_pairs(pairs)
    for pair in found:
        passage_of(pair, texts)
    return found


def shared(pair: Pair, passage: Passage) -> float:
    """Return how much of the shorter one a pair's passage and one of a build share."""
    if passage.recap_id != pair.file:
        return 0.0
    common = min(pair.end, passage.source_end) - max(pair.start, passage.source_start)
    return common / min(pair.end - pair.start, passage.source_end - passage.source_start)


def without(pairs: Iterable[Pair], files: Iterable[str]) -> list[Pair]:
    """Return the pairs that ask about other files."""
    left_out = set(files)
    return [pair for pair in pairs if pair.file not in left_out]


def lines_of(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number and the fields of each line of a file of JSON lines.

    Raises:
        PairsError: the file cannot be read, or a line is not JSON.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PairsError(f"Cannot read {path}: {error.strerror}. Name a file of JSON lines.") from error
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError as error:
                raise PairsError(f"Cannot read line {number} of {path}: it is not JSON.") from error


def run(main: Callable[[], int | None]) -> NoReturn:
    """End the process with a command's status, and with one line where its pairs cannot be used."""
    try:
        sys.exit(main())
    except PairsError as error:
        sys.exit(str(error))
