"""What can go wrong while notes are read and a build is made.

The tree:

    IngestError
    ├── RecapError       one recap cannot be read; the others are
    ├── Withheld         one recap says itself that it is not to be published
    ├── CatalogueError   the catalogue cannot be used
    ├── SourcesError     no recaps are named, or the list of them cannot be read
    ├── SourceFault      a web page, feed or repository gives nothing tonight; what it last gave stays
    │   └── SourceGone   it is no longer there (404, 410, no such branch)
    └── PublishError     the live build stays as it is
        └── AnotherJob   one is at work there already
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
        """Return the one line that a person sees."""
        return f"Cannot read the recap {self.path}: {self.what}. {self.way_out}"


class Withheld(IngestError):  # noqa: N818  (its writer's wish is no error)
    """One recap says itself that it is not to be published.

    Args:
        path: The recap as the person named it.
        why: The words that say so.
    """

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path = path
        self.why = why

    def __str__(self) -> str:
        """Return the one line that a person sees."""
        return f"{self.path} is not published: {self.why} says so"


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


class SourceFault(IngestError):  # noqa: N818  (what a foreign server does wrong is no error of ours)
    """A web page, feed or repository gives nothing tonight.

    Args:
        address: The source as it may be shown: without its query, without a password.
        what: What was found; words of the server are cut short and made one line.
        way_out: What to do about it.
        status: What a web server answered with; 0 where none did.
    """

    def __init__(self, address: str, what: str, way_out: str, status: int = 0) -> None:
        self.address = address
        self.what = what
        self.way_out = way_out
        self.status = status
        super().__init__(address, what, way_out, status)

    def __str__(self) -> str:
        """Return the one line that a person sees."""
        line = f"Cannot fetch {_printable(self.address, 200)}: {_printable(self.what, 300).rstrip('.')}. {self.way_out}"
        return " ".join(line.split())


class SourceGone(SourceFault):
    """The source is no longer there: 404, 410, or no such branch."""


def _printable(words: str, most: int) -> str:
    """Make foreign words one short line without control characters: a server must not write to somebody's terminal."""
    line = " ".join("".join(char if char.isprintable() else " " for char in words).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


class PublishError(IngestError):
    """Nothing was published; the live build stays as it is."""


class AnotherJob(PublishError):  # noqa: N818  (it says who is there)
    """Another job writes to the folder of builds; it will say itself how it ended."""
