"""The folder of builds after jobs that were killed: what they left half done is removed by the next one, while it holds the lock."""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Set
from pathlib import Path

from index.build.layout import WRITING_PREFIX, current_build_id, list_builds, remove_build
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
    whole = set(list_builds(index_dir))
    for path in sorted(index_dir.iterdir()):
        if _left_over(path.name, live, whole):
            remove_build(path)
            removed.append(path.name)
    return removed


def _left_over(name: str, live: str, builds: Set[str]) -> bool:
    """Return whether nobody needs something in the folder of builds any more; links are never builds."""
    if name.startswith((WRITING_PREFIX, _POINTER_PREFIX)):
        return True
    if not _BUILD_ID.fullmatch(name) or name == live:
        return False
    return name not in builds or bool(live and name > live)


def files_stamp(folder: Path) -> str:
    """Return a digest of the names, sizes, times and modes of a build's files: while it stays, nobody touched them."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        if not stat.S_ISDIR(status.st_mode):
            name = path.relative_to(folder).as_posix()
            digest.update(
                f"{name} {status.st_size} {status.st_mtime_ns} {status.st_mode}\n".encode("utf-8", "replace")
            )
    return digest.hexdigest()
