"""A copy of the builds of an object store on this machine's disk, for whoever answers from them."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from index.build.layout import (
    AUDIENCES_FOLDER,
    FILE_MODE,
    FOLDER_MODE,
    MANIFEST_FILE,
    WRITING_PREFIX,
    current_build_id,
    prune,
    publish,
    read_manifest,
    remove_build,
    verify,
)
from index.build.remote import BESIDE, Pointer, Remote, place
from index.errors import BuildUnusable, IndexFault, NoBuild, StoreUnusable
from index.files.plain import is_folder, remove

# Builds that were replaced stay a while for the questions that began with them.
_KEPT_BUILDS, _GRACE_S = 3, 600.0
_MOST_MANIFEST_BYTES = 256_000_000
_FIRST_WAIT_S = 120.0  # for another process that fills the same folder


class Replica:
    """Keeps a folder of builds as the object store says.

    Args:
        remote: The store.
        index_dir: The folder; made where there is none.
        again_after_s: When a build that was refused is looked at again, in seconds.
    """

    def __init__(self, remote: Remote, index_dir: Path, again_after_s: float = 300.0) -> None:
        self.remote = remote
        self.index_dir = index_dir
        self._again_after_s = again_after_s
        self._seen: str | None = None
        self._refused: tuple[str, float, str] | None = None  # ETag, when, why
        self._beside: dict[str, str] = {}

    def start(self) -> str | None:
        """Fetch what is live, waiting for another process that does so; return why it could not be had.

        Raises:
            IndexFault: It could not, and no earlier build is here.
        """
        try:
            return self._fetched(_FIRST_WAIT_S)
        except IndexFault as fault:
            with suppress(IndexFault):
                current_build_id(self.index_dir)
                return str(fault)
            raise

    def fetch(self) -> str | None:
        """Fetch what was published since the last time; return why it could not be had, and the last one stays."""
        try:
            return self._fetched(0.0)
        except (IndexFault, OSError) as fault:
            return str(fault)

    def _fetched(self, wait_s: float) -> str | None:
        from filelock import FileLock, Timeout

        pointer = self.remote.newer(self._seen)
        if pointer is None and self._seen is None:
            raise NoBuild(
                f"Cannot use {self.remote.address}: no build was published there. Run `confnotes ingest PATH` with the same "
                "CONFNOTES_INDEX first."
            )
        if pointer is not None:
            if self._refused and self._refused[0] == pointer.e_tag and self._too_soon(self._refused[1]):
                return self._refused[2]
            _make_folder(self.index_dir)
            try:
                with FileLock(self.index_dir / ".lock", timeout=wait_s):
                    pull(self.remote, self.index_dir, pointer)
            except Timeout:
                return None  # another process on this disk fetches or makes it
            except OSError as error:
                raise StoreUnusable(
                    f"Cannot write to {self.index_dir}: {error.strerror or error}. Check the disk and permissions."
                ) from error
            except BuildUnusable as fault:
                self._refused = (pointer.e_tag, time.monotonic(), str(fault))
                raise
            self._seen, self._refused = pointer.e_tag, None
        self._fetch_beside()
        return None

    def _too_soon(self, refused_at: float) -> bool:
        return time.monotonic() - refused_at < self._again_after_s

    def _fetch_beside(self) -> None:
        """Fetch how the last run ended and what it doubted; neither is needed to answer."""
        for name, most_bytes in BESIDE.items():
            found = self.remote.changed(name, self._beside.get(name), most_bytes)
            if found is not None:
                _write(self.index_dir / name, found[0])
                self._beside[name] = found[1]


def pull(remote: Remote, index_dir: Path, pointer: Pointer) -> None:
    """Make a folder's live builds those that a pointer names; none is switched before all are here and whole.

    Raises:
        BuildUnusable: A build is not whole, of another format, or not signed; the folder's live builds stay.
        StoreUnusable: The store cannot be used; likewise.
    """
    for audience, build_id in pointer.builds.items():
        _make_folder(index_dir / place(audience))
        _have(remote, index_dir, audience, build_id)
    for audience, build_id in pointer.builds.items():
        folder = index_dir / place(audience)
        if _live(folder) != build_id:
            publish(folder, build_id)
        prune(folder, _KEPT_BUILDS, _GRACE_S)
    others = index_dir / AUDIENCES_FOLDER
    for path in sorted(others.iterdir()) if is_folder(others) else ():
        if path.name not in pointer.builds:  # nobody names this audience any more
            remove(path)


def _have(remote: Remote, index_dir: Path, audience: str, build_id: str) -> None:
    """Download a build that is not here, or not whole, and check it."""
    target = index_dir / place(audience, build_id)
    with suppress(BuildUnusable, OSError):
        verify(target)
        remote.check_signature(audience, build_id, (target / MANIFEST_FILE).read_bytes())
        return
    with tempfile.TemporaryDirectory(prefix=WRITING_PREFIX, dir=target.parent) as temporary:
        folder = Path(temporary) / build_id
        folder.mkdir()
        _download(remote, audience, build_id, folder)
        verify(folder)
        for path in (folder, *(one for one in folder.rglob("*") if one.is_dir())):
            path.chmod(FOLDER_MODE)
        if target.exists():
            remove_build(target)
        folder.replace(target)


def _download(remote: Remote, audience: str, build_id: str, folder: Path) -> None:
    where = place(audience, build_id)
    content = remote.get(f"{where}/{MANIFEST_FILE}", _MOST_MANIFEST_BYTES)
    if content is None:
        raise BuildUnusable(
            f"Cannot use the build {where} in {remote.address}: its manifest is missing. Publish again with "
            "`confnotes ingest --full`."
        )
    remote.check_signature(audience, build_id, content)
    (folder / MANIFEST_FILE).write_bytes(content)
    manifest = read_manifest(folder)
    for name, size in manifest.sizes.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        remote.download(f"{where}/{name}", folder / name, size)


def _live(folder: Path) -> str:
    with suppress(IndexFault):
        return current_build_id(folder)
    return ""


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnusable(
            f"Cannot write to {folder}: {error.strerror or error}. Check the disk and permissions, or CONFNOTES_INDEX_DIR."
        ) from error


def _write(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=WRITING_PREFIX, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(temporary).chmod(FILE_MODE)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
