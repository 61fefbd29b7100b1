"""The same recap in two forms, such as a page and its source: its talks count once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from ingest.recap.reading import ReadRecap

_WORD = re.compile(r"\w+")
_LEAST_SHARED = (
    0.8  # of the shorter one's words, in their order by threes; two recaps of one day share a tenth
)
_LEAST_WORDS = 8
_PREFERRED = (".md", ".markdown", ".mdx", ".rst", ".adoc", ".org", ".docx", ".html", ".htm", ".ipynb", ".txt")


def without_twins(readings: Sequence[ReadRecap]) -> tuple[list[ReadRecap], tuple[str, ...]]:
    """Leave out recaps that another one holds in another form.

    Returns:
        What stays, in its order, and a line for each that does not.
    """
    groups: dict[str, list[ReadRecap]] = {}
    for read in readings:
        for name in _names(read):
            groups.setdefault(name, []).append(read)
    gone: dict[str, str] = {}
    words: dict[str, frozenset[tuple[str, ...]]] = {}
    for group in groups.values():
        ranked = sorted(group, key=_rank) if len(group) > 1 else []
        for at, read in enumerate(ranked):
            for other in ranked[at + 1 :]:
                here, there = read.recap.recap_id, other.recap.recap_id
                if here not in gone and there not in gone and _same(read, other, words):
                    gone[there] = f"{there} is {here} in another form: its talks are counted once"
    return [read for read in readings if read.recap.recap_id not in gone], tuple(gone.values())


def _names(read: ReadRecap) -> set[str]:
    """Name what two forms of a recap have in common: their file's name without its ending, or their title."""
    path = PurePosixPath(read.recap.recap_id)
    stem = path.parent.name if path.stem.casefold() == "index" else path.stem
    return {f"file {stem.casefold()}", f"title {' '.join(_WORD.findall(read.recap.title.casefold()))}"}


def _rank(read: ReadRecap) -> tuple[int, int, int, str]:
    """Order forms: the one with more links and talks first, then the one that people write."""
    talks = [talk for talk in read.talks if talk.kind != "section"]
    ending = PurePosixPath(read.recap.recap_id).suffix.lower()
    place = _PREFERRED.index(ending) if ending in _PREFERRED else len(_PREFERRED)
    return -sum(bool(talk.links) for talk in talks), -len(talks), place, read.recap.recap_id


def _same(one: ReadRecap, other: ReadRecap, known: dict[str, frozenset[tuple[str, ...]]]) -> bool:
    """Say whether nearly all that the shorter one says stands in the other, and their endings differ."""
    endings = {PurePosixPath(read.recap.recap_id).suffix.lower() for read in (one, other)}
    if len(endings) < 2:
        return False
    here, there = (_threes(read, known) for read in (one, other))
    fewer = min(len(here), len(there))
    return fewer >= _LEAST_WORDS and len(here & there) >= _LEAST_SHARED * fewer


def _threes(read: ReadRecap, known: dict[str, frozenset[tuple[str, ...]]]) -> frozenset[tuple[str, ...]]:
    """Return the words of a recap's passages by threes."""
    if read.recap.recap_id not in known:
        words = [word for passage in read.passages for word in _WORD.findall(passage.text.casefold())]
        known[read.recap.recap_id] = frozenset(zip(words, words[1:], words[2:], strict=False))
    return known[read.recap.recap_id]
