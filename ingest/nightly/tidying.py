"""The folder of builds after jobs that were killed: what they left half done is removed by the next one, while it holds the lock."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from index.build.layout import MANIFEST_FILE, WRITING_PREFIX, current_build_id
from index.errors import IndexFault

_BUILD_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")
_POINTER_PREFIX = ".current-"


def tidy(index_dir: Path) -> list[str]:
    """Remove half-written builds and pointers, removals that were cut short, and builds that no check let through.

    Names of builds grow with time, so one that is newer than the live one was either never made live, or
    somebody went back from it.

    Returns:
        The names that were removed.
    """
    try:
        live = current_build_id(index_dir)
    except IndexFault:
        live = ""
    removed = []
    for path in sorted(index_dir.iterdir()):
        if _left_over(path, live):
            remove(path)
            removed.append(path.name)
    return removed


def _left_over(path: Path, live: str) -> bool:
    """Say whether nobody needs a path of the folder of builds any more."""
    if path.name.startswith((WRITING_PREFIX, _POINTER_PREFIX)):
        return True
    if not _BUILD_ID.fullmatch(path.name) or path.name == live:
        return False
    return not (path / MANIFEST_FILE).is_file() or bool(live and path.name > live)


def remove(path: Path) -> None:
    """Remove a build or a file; a build's manifest goes first, so that a removal cut short leaves no build."""
    if path.is_dir():
        (path / MANIFEST_FILE).unlink(missing_ok=True)
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def files_stamp(folder: Path) -> str:
    """Return a digest of the names, sizes and times of a build's files: while it stays, nobody touched them."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            status = path.stat()
            digest.update(
                f"{path.relative_to(folder).as_posix()} {status.st_size} {status.st_mtime_ns}\n".encode(
                    "utf-8", "replace"
                )
            )
    return digest.hexdigest()
