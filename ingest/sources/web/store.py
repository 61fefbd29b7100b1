"""What every source last gave, on disk: a page that is gone or a site that is down takes no notes away.

<folder>/bodies/<sha256>           what was read, by content
<folder>/records/<sha256>.json     one a source: the bodies it gave, and what to ask with whether it has
changed
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from ingest.errors import SourceFault

_FORMAT = 1
_WAY_OUT = "Check the disk and the permissions there."
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Part:
    """One recap that a source gave, or one post that a feed named."""

    name: str  # recap_id; a post: its title
    url: str = ""
    media_type: str = ""
    sha256: str = ""  # of its body; empty for a post, whose body has a record of its own
    labels: str = ""  # a post's categories, one a line


@dataclass(frozen=True, slots=True)
class Record:
    """What a source last gave."""

    source: str  # its key
    final_url: str = ""
    etag: str = ""
    last_modified: str = ""
    commit: str = ""
    fetched_at: str = ""  # ISO 8601, UTC
    parts: tuple[Part, ...] = ()


class SourceStore:
    """Keeps what sources gave.

    Bodies are written before the record that names them, both atomically: a run that is killed leaves the
    last state, and a file that was damaged since counts as absent.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def record(self, key: str) -> Record | None:
        """Return what a source last gave; None where nothing is known, or a body is damaged."""
        try:
            values = json.loads(self._record_path(key).read_bytes())
            record = _record(values)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        whole = record.source == key and all(
            not part.sha256 or self.body(part.sha256) is not None for part in record.parts
        )
        return record if whole else None

    def body(self, digest: str) -> bytes | None:
        """Return a body; None where it is absent or damaged."""
        try:
            data = self.path(digest).read_bytes()
        except OSError:
            return None
        return data if sha256(data).hexdigest() == digest else None

    def path(self, digest: str) -> Path:
        """Return the file of a body."""
        return self.folder / "bodies" / digest

    def keep(self, record: Record, bodies: Iterable[bytes] = ()) -> Record:
        """Write what a source gave: bodies first, then the record.

        Raises:
            SourceFault: The disk does not take it; what was kept before stays.
        """
        stamped = {
            **asdict(record),
            "fetched_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "format": _FORMAT,
        }
        try:
            for data in bodies:
                digest = sha256(data).hexdigest()
                if self.body(digest) is None:
                    _write(self.path(digest), data)
            _write(
                self._record_path(record.source),
                json.dumps(stamped, ensure_ascii=True, indent=1).encode("ascii"),
            )
        except OSError as error:
            what = f"what it gave cannot be kept in {self.folder} ({error.strerror or error})"
            raise SourceFault(record.final_url or record.source, what, _WAY_OUT) from error
        return _record(stamped)

    def forget(self, key: str) -> None:
        """Drop what a source gave."""
        _remove(self._record_path(key))

    def prune(self, keys: Collection[str]) -> None:
        """Drop the records of sources that nobody names any more, and the bodies that no record names."""
        wanted = {self._record_path(key) for key in keys}
        used: set[str] = set()
        for path in self.folder.glob("records/*"):
            if path not in wanted:
                _remove(path)
                continue
            try:
                used |= {part.sha256 for part in _record(json.loads(path.read_bytes())).parts}
            except (OSError, ValueError, KeyError, TypeError):
                _remove(path)
        for path in self.folder.glob("bodies/*"):
            if path.name not in used:
                _remove(path)

    def _record_path(self, key: str) -> Path:
        """Return the file of a source's record."""
        return self.folder / "records" / f"{sha256(key.encode('utf-8', 'surrogateescape')).hexdigest()}.json"


def _record(values: Mapping[str, Any]) -> Record:
    """Read a record.

    Raises:
        ValueError, KeyError, TypeError: It is none.
    """
    if values["format"] != _FORMAT:
        raise ValueError("another format")
    parts = tuple(Part(**part) for part in values["parts"])
    words = {
        name: values[name]
        for name in ("source", "final_url", "etag", "last_modified", "commit", "fetched_at")
    }
    texts = [*words.values(), *(value for part in parts for value in asdict(part).values())]
    if not all(isinstance(text, str) for text in texts) or not all(_is_digest(part.sha256) for part in parts):
        raise TypeError("a field is no text")
    return Record(**words, parts=parts)


def _is_digest(text: str) -> bool:
    """Return whether a text can name a body, so that no record leads out of the folder."""
    return not text or (len(text) == 64 and _HEX.issuperset(text))


def _remove(path: Path) -> None:
    """Remove a file; on a read-only disk it stays, which costs room and nothing else."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
