"""Whether the live build can be asked: it is opened as the bot opens it, and its files are read again in turn."""

from __future__ import annotations

import stat
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from index.build.layout import (
    FILE_MODE,
    FOLDER_MODE,
    MANIFEST_FILE,
    READ_WHEN_OPENED_BYTES,
    WAY_OUT,
    compare_digests,
    file_sha256,
    reason,
    verify,
)
from index.errors import BuildDamaged
from ingest.nightly.tidying import files_stamp

_ALL_WITHIN_S = 7 * 86_400.0
_LATE_S = 3_600.0  # a scheduler's day is now and then shorter than a day
_READ = 0o555


@dataclass(frozen=True, slots=True)
class Checks:
    """What is known of the live build's files since they were last compared with its manifest."""

    stamp: str = ""  # names, sizes, times and modes of the files
    manifest_sha256: str = ""
    read_to: str = ""  # the last file whose digest was compared; the next night goes on behind it
    at_s: float = 0.0  # since the epoch

    @classmethod
    def of_whole(cls, folder: Path, now_s: float) -> Checks:
        """Return what is known of a build whose every digest was just compared."""
        return cls(files_stamp(folder), file_sha256(folder / MANIFEST_FILE), "", now_s)


def examine(
    index_dir: Path,
    adapter: str | None,
    known: Checks | None,
    now_s: float,
    most_bytes: int = READ_WHEN_OPENED_BYTES,
) -> Checks:
    """Open the live build as the bot does, compare the digests of some files, and return what is known now.

    Small builds are read whole when they are opened. Of others a share is read that grows with the time since
    the last night, so that every file's turn comes within a week; where somebody touched a file, all are.

    Args:
        index_dir: The folder of builds.
        adapter: The encoder's adapter that the settings name.
        known: What the last night found; None: nothing is known of this build.
        now_s: Seconds since the epoch.
        most_bytes: How much is read when the build is opened.

    Raises:
        IndexFault: It cannot be asked; the line says why.
    """
    from index.build.reader import open_build
    from index.search import Searcher

    try:
        build = Searcher(open_build(index_dir, most_bytes=most_bytes), adapter=adapter).build
        folder, manifest = build.folder, build.manifest
        _check_modes(folder)
        found = Checks(files_stamp(folder), file_sha256(folder / MANIFEST_FILE), "", now_s)
        if known is None or known.stamp != found.stamp:
            verify(folder)
            return found
        if known.manifest_sha256 != found.manifest_sha256:
            raise BuildDamaged(f"Cannot trust the build at {folder}: {MANIFEST_FILE} was changed. {WAY_OUT}")
        names = due(manifest.sizes, known.read_to, _share(now_s - known.at_s))
        compare_digests(folder, manifest, names)
        return replace(found, read_to=names[-1] if names else "")
    except OSError as error:
        raise BuildDamaged(f"Cannot read the index at {index_dir}: {reason(error)}. {WAY_OUT}") from error


def due(sizes: Mapping[str, int], read_to: str, share: float) -> list[str]:
    """Return the files whose turn it is, at least one: in the order of their names, round and round.

    Args:
        sizes: The files' sizes.
        read_to: The file that was read last.
        share: How much of all bytes to read; more is read where a file is larger.
    """
    names = sorted(sizes)
    start = bisect_right(names, read_to)
    wanted, taken, read = share * sum(sizes.values()), list[str](), 0
    for name in (*names[start:], *names[:start]):
        if taken and read >= wanted:
            break
        taken.append(name)
        read += sizes[name]
    return taken


def _share(since_s: float) -> float:
    """Return how much to read; a clock that was put back says nothing about how long ago the last night was."""
    return 1.0 if since_s < 0 else min((since_s + _LATE_S) / _ALL_WITHIN_S, 1.0)


def _check_modes(folder: Path) -> None:
    """Check that other accounts than this one, such as the bot's, may read what this one may read.

    Raises:
        BuildDamaged: They may not.
    """
    for path in (folder, *folder.rglob("*")):
        if path.name.startswith(".") or path.suffix == ".lock":
            continue
        mode = path.lstat().st_mode
        wanted = (FOLDER_MODE if stat.S_ISDIR(mode) else FILE_MODE) & _READ
        if mode & wanted != wanted:
            raise BuildDamaged(
                f"Cannot read {path.name} of the build at {folder} from another account: its mode is "
                f"{stat.S_IMODE(mode):03o}. {WAY_OUT}"
            )
