"""What can go wrong while notes are read and a build is made.

The tree:

    IngestError
    └── RecapError     one recap cannot be read; the others are
"""

from __future__ import annotations


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
