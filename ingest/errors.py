"""What can go wrong while notes are read and a build is made.

The tree:

    IngestError
    ├── RecapError       one recap cannot be read; the others are
    ├── CatalogueError   the catalogue cannot be used
    ├── SourcesError     no recaps are named, or the list of them cannot be read
    └── PublishError     the live build stays as it is
"""

from __future__ import annotations

from pathlib import Path


class IngestError(Exception):
    """Say in one line what ingestion could not do, to what, and the way out."""


class RecapError(IngestError):
    """One recap cannot be read.

    Args:
        path: The recap as the person named it.
        what: What is wrong with it and where.
        way_out: What to do about it.
    """

    def __init__(self, path: str, what: str, way_out: str) -> None:
        self.path = path
        self.what = what
        self.way_out = way_out
        super().__init__(path, what, way_out)

    def __str__(self) -> str:
        """Give the one line that a person sees."""
        return f"Cannot read the recap {self.path}: {self.what}. {self.way_out}"


class CatalogueError(IngestError):
    """The catalogue cannot be used.

    Args:
        path: The catalogue's file.
        what: What is wrong with it and where.
        way_out: What to do about it.
    """

    def __init__(self, path: Path, what: str, way_out: str) -> None:
        super().__init__(f"Cannot use the catalogue {path}: {what}. {way_out}")


class SourcesError(IngestError):
    """No recaps are named, or the list of them cannot be read."""


class PublishError(IngestError):
    """Nothing was published; the live build stays as it is."""
