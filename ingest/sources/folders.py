"""The recaps below a folder, and the folders that let nobody look."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.loaders import SUFFIXES

_WILDCARD = re.compile(r"[*?\[]")


@dataclass(slots=True)
class Listing:
    """The files that a path names, in order, and what could not be looked into."""

    files: list[Path] = field(default_factory=list)
    closed: dict[Path, str] = field(default_factory=dict)  # folder -> why; its recaps are not gone


def list_path(path: Path) -> Listing:
    """List the recaps that a file, a folder or a pattern names."""
    try:
        if path.is_file():
            return Listing([path])
        return list_below(path) if path.is_dir() else Listing(_globbed(path))
    except OSError as error:
        return Listing(closed={path: error.strerror or str(error)})


def list_below(folder: Path) -> Listing:
    """List a folder's recaps, also in folders below, in order; hidden ones and READMEs are not recaps."""
    listing = Listing()

    def note(error: OSError) -> None:
        listing.closed[Path(error.filename or folder)] = error.strerror or str(error)

    for root, folders, names in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if not name.startswith(".")]
        listing.files += [path for path in _recaps(Path(root), names) if _is_file(path)]
    listing.files.sort()
    return listing


def _recaps(folder: Path, names: list[str]) -> Iterator[Path]:
    for name in names:
        path = folder / name
        if not name.startswith(".") and path.suffix.lower() in SUFFIXES and path.stem.casefold() != "readme":
            yield path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return True  # to read it will fail, and say why


def fixed_part(pattern: Path) -> Path:
    """Give the folder that a pattern starts from: its parts before the first wildcard."""
    return Path(*itertools.takewhile(lambda part: not _WILDCARD.search(part), pattern.parts))


def _globbed(pattern: Path) -> list[Path]:
    """Give the files that a pattern names, in order; none where it holds no wildcard."""
    folder = fixed_part(pattern)
    rest = pattern.parts[len(folder.parts) :]
    return sorted(path for path in folder.glob("/".join(rest)) if path.is_file()) if rest else []
