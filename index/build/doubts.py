"""What a person should look at in the notes of a build, as the job that made it found it; a file beside the builds."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from index.build.layout import FILE_MODE, WRITING_PREFIX
from index.files.plain import read_plain

DOUBTS_FILE = "doubts.json"
_MOST_BYTES = 8_000_000


@dataclass(frozen=True, slots=True)
class Doubts:
    """What is uncertain in the recaps of a build, and how many are not in it; names only what the build holds."""

    build_id: str
    uncertain: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by recap, a line each
    unlinked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by recap, a line a talk
    failed: int = 0  # sources that could not be read
    withheld: int = 0  # recaps that say they are private
    twins: int = 0  # recaps that are there in another form


def write_doubts(index_dir: Path, doubts: Doubts) -> None:
    """Put them in the place of those of the build before.

    Raises:
        OSError: The file cannot be written.
    """
    handle, temporary = tempfile.mkstemp(prefix=WRITING_PREFIX, dir=index_dir)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as stream:
            json.dump(asdict(doubts), stream, ensure_ascii=False)
        Path(temporary).chmod(FILE_MODE)
        Path(temporary).replace(index_dir / DOUBTS_FILE)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_doubts(index_dir: Path, build_id: str) -> Doubts | None:
    """Return what was found when a build was made; None where that is not known, as of a build that somebody went back to."""
    try:
        values = json.loads(read_plain(index_dir / DOUBTS_FILE, _MOST_BYTES))
        found = Doubts(
            str(values["build_id"]),
            _by_recap(values["uncertain"]),
            _by_recap(values["unlinked"]),
            *(int(values[name]) for name in ("failed", "withheld", "twins")),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return found if found.build_id == build_id else None


def _by_recap(value: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {str(recap_id): tuple(map(str, lines)) for recap_id, lines in value.items()}
