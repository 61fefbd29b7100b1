"""The builds in a folder as a person looks after them: list, examine, check, go back, remove."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.build.layout import Manifest, current_build_id, list_builds, prune, publish, read_manifest
from index.build.reader import open_build
from index.build.shards import remove_shards
from index.errors import BuildUnusable, IndexFault
from ingest.errors import PublishError, SourcesError
from ingest.nightly.cache import Readings
from ingest.nightly.contents import verify_quotes
from ingest.nightly.health import Checks
from ingest.nightly.tidying import tidy


@dataclass(frozen=True, slots=True)
class BuildLine:
    """One build in the list."""

    build_id: str
    live: bool
    mb: float
    manifest: Manifest | None  # None: it cannot be read
    trouble: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give everything as plain values."""
        manifest = asdict(self.manifest) if self.manifest else {}
        return {
            **manifest,
            "build_id": self.build_id,
            "live": self.live,
            "mb": self.mb,
            "trouble": self.trouble,
        }


def builds(index_dir: Path) -> list[BuildLine]:
    """List the builds, oldest first."""
    try:
        live = current_build_id(index_dir)
    except IndexFault:
        live = ""
    return [describe(index_dir, build_id, live) for build_id in list_builds(index_dir)]


def describe(index_dir: Path, build_id: str, live: str) -> BuildLine:
    """Describe one build without reading its files."""
    folder = index_dir / build_id
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    try:
        manifest, trouble = read_manifest(folder), ""
    except BuildUnusable as error:
        manifest, trouble = None, str(error)
    return BuildLine(build_id, build_id == live, round(size / 1e6, 1), manifest, trouble)


def named(index_dir: Path, build_id: str | None) -> str:
    """Return the id of the build that is meant: the live one, or the one whose id starts with what was typed.

    Raises:
        NoBuild: Nothing was published there.
        SourcesError: No build has this id, or several start like this.
    """
    if not build_id:
        return current_build_id(index_dir)
    found = [one for one in list_builds(index_dir) if one.startswith(build_id)]
    if len(found) != 1:
        what = "there is no such build" if not found else f"{len(found)} builds start like this"
        raise SourcesError(
            f"Cannot use the build {build_id} in {index_dir}: {what}. See `confnotes index list`."
        )
    return found[0]


def check(index_dir: Path, build_id: str) -> Manifest:
    """Check everything of a build: digests, counts, that every engine opens its files, and every passage's offsets.

    Raises:
        IndexFault, PublishError: Something is not as it was written.
    """
    build = open_build(index_dir, build_id, most_bytes=None)
    verify_quotes(index_dir, build_id)
    return build.manifest


def go_back(index_dir: Path, build_id: str | None) -> tuple[str, str]:
    """Make an earlier build the live one, by default the one before; it stays so until the notes change.

    Returns:
        The ids of the build that was live, and of the one that is now.

    Raises:
        PublishError: There is none to go back to, or another job is at work.
        IndexFault: The build is not whole; the live one stays.
    """
    with held(index_dir):
        live = current_build_id(index_dir)
        if build_id:
            target = named(index_dir, build_id)
        else:
            earlier = [one for one in list_builds(index_dir) if one < live]
            if not earlier:
                raise PublishError(
                    f"Cannot go back in {index_dir}: {live} is the oldest build. See `confnotes index list`."
                )
            target = earlier[-1]
        check(index_dir, target)
        publish(index_dir, target)
        store = Readings(index_dir)
        # The state's notes count as published: an unchanged night must not bring back what somebody went back
        # from.
        store.save_state(store.state().standing_for(target, Checks.of_whole(index_dir / target, time.time())))
    return live, target


def clear(index_dir: Path, keep: int) -> list[str]:
    """Remove all but the newest builds, what killed jobs left and shards that nobody merged; return what was removed.

    Raises:
        PublishError: Another job is at work.
    """
    with held(index_dir):
        current_build_id(index_dir)
        return [*tidy(index_dir), *remove_shards(index_dir), *prune(index_dir, keep)]


@contextmanager
def held(index_dir: Path) -> Iterator[None]:
    """Keep other jobs out.

    Raises:
        PublishError: One is at work, or the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    try:
        with FileLock(index_dir / ".lock", timeout=0):
            yield
    except Timeout as error:
        raise PublishError(
            f"Cannot change {index_dir}: another job is at work there. Let it end and try again."
        ) from error
    except OSError as error:
        raise PublishError(
            f"Cannot change {index_dir}: {error.strerror or error}. Check the disk and permissions."
        ) from error
