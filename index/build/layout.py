"""Builds on disk: the layout, the manifest, the pointer to the live build, and the checks on opening.

data/index/CURRENT               the live build's id, replaced last and atomically
data/index/<build_id>/           immutable: manifest.json and the files that it lists
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from index.errors import BuildDamaged, FormatMismatch, NoBuild

FORMAT_VERSION = 3
CURRENT_FILE = "CURRENT"
MANIFEST_FILE = "manifest.json"
TEXTS_FOLDER = "texts"
WRITING_PREFIX = ".writing-"
WAY_OUT = "Rebuild it with `confnotes ingest --full`."
# Opening reads so much of a build to check it, the smallest files first: a twentieth of a second. Up to about
# 2,000 passages that is every file; of larger builds the arrays are checked by their size, and by every byte
# when they are published.
READ_WHEN_OPENED_BYTES = 64_000_000
# A writer that was killed leaves its folder; one that still works is younger than this.
_ABANDONED_AFTER_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class EncoderStamp:
    """Which encoder a build was made with."""

    name: str
    revision: str  # sha256 of the weights
    dim: int
    max_tokens: int
    form: str = "sentence-transformers"  # what ran it; forms differ in the last bits of a vector
    adapter: str = ""  # sha256 of the adapter that the weights were changed by; empty for none

    def described(self) -> dict[str, str | int]:
        """Return what a manifest says of it; no adapter is not named, as builds of before there were any."""
        return {name: value for name, value in asdict(self).items() if value or name != "adapter"}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a build consists of. `files` maps each file's path below the build to its sha256."""

    build_id: str
    format: int
    created_at: str  # ISO 8601, UTC
    content_sha256: str  # of what was indexed and how; equal for equal notes, whenever they were built
    counts: Mapping[str, int]  # events, recaps, talks, passages, tokens
    encoder: EncoderStamp
    lexical: Mapping[str, str]  # tokenizer chain and the engine that wrote it
    files: Mapping[str, str]
    sizes: Mapping[str, int]  # of the same files, in bytes
    rankers: Mapping[str, str]  # how vectors are kept and found, which follows from the number of passages
    languages: Sequence[str]  # of the recaps, ISO 639-1
    encoder_check: Mapping[str, float | int | str] = field(
        default_factory=dict
    )  # how far its form is from the reference


def list_builds(index_dir: Path) -> list[str]:
    """Return the ids of the builds in a folder, oldest first."""
    if not index_dir.is_dir():
        return []
    return sorted(
        path.name
        for path in index_dir.iterdir()
        if not path.name.startswith(".") and (path / MANIFEST_FILE).is_file()
    )


def current_build_id(index_dir: Path) -> str:
    """Return the live build's id.

    Raises:
        NoBuild: nothing was published in this folder.
        BuildDamaged: the pointer names no build.
    """
    pointer = index_dir / CURRENT_FILE
    try:
        build_id = pointer.read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise NoBuild(
            f"Cannot open the index at {index_dir}: no build was published there. Run `confnotes ingest PATH` first."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BuildDamaged(f"Cannot read {pointer}: {type(error).__name__}. {WAY_OUT}") from error
    if (
        not build_id
        or Path(build_id).name != build_id
        or build_id.startswith(".")
        or not (index_dir / build_id).is_dir()
    ):
        raise BuildDamaged(
            f"Cannot open the index at {index_dir}: {CURRENT_FILE} names {build_id!r:.60}, no such build is there. {WAY_OUT}"
        )
    return build_id


def publish(index_dir: Path, build_id: str) -> None:
    """Make a build the live one: whoever opens the index sees the old build or this one, never anything between.

    Raises:
        BuildDamaged: the build is not there, or not whole.
    """
    verify(index_dir / build_id)
    handle, temporary = tempfile.mkstemp(prefix=".current-", dir=index_dir)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(build_id + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp's 0600 would lock out a bot that runs under another user.
        Path(temporary).chmod(0o644)
        Path(temporary).replace(index_dir / CURRENT_FILE)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(index_dir)


def prune(index_dir: Path, keep: int = 3, grace_s: float = 0.0) -> list[str]:
    """Remove all but the newest builds, and folders of writers that died; the live build always stays.

    A build whose successor is younger than `grace_s` stays too: readers look at the pointer only now and
    then, and quote from the texts of the build that they have open.

    Returns:
        The ids of the builds that were removed, oldest first.
    """
    try:
        live = current_build_id(index_dir)
    except NoBuild:
        live = ""
    builds = list_builds(index_dir)
    removed = [
        build_id
        for build_id, successor in itertools.pairwise(builds[: max(len(builds) - keep, 0) + 1])
        if build_id != live
        and time.time() - (index_dir / successor / MANIFEST_FILE).stat().st_mtime >= grace_s
    ]
    for build_id in removed:
        # The manifest goes first: a removal that is cut short leaves no folder that looks like a build.
        (index_dir / build_id / MANIFEST_FILE).unlink(missing_ok=True)
        shutil.rmtree(index_dir / build_id)
    for path in index_dir.glob(f"{WRITING_PREFIX}*"):
        if time.time() - path.stat().st_mtime > _ABANDONED_AFTER_S:
            shutil.rmtree(path, ignore_errors=True)
    return removed


def read_manifest(folder: Path) -> Manifest:
    """Read a build's manifest.

    Raises:
        BuildDamaged: it is missing or not a manifest.
        FormatMismatch: it has another format version.
    """
    path = folder / MANIFEST_FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        found = values["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BuildDamaged(
            f"Cannot open the build at {folder}: {MANIFEST_FILE} is missing or not readable. {WAY_OUT}"
        ) from error
    if found != FORMAT_VERSION:
        raise FormatMismatch(
            f"Cannot open the build at {folder}: format {found}, this version reads format {FORMAT_VERSION}. {WAY_OUT}"
        )
    try:
        return Manifest(**{**values, "encoder": EncoderStamp(**values["encoder"])})
    except (KeyError, TypeError) as error:
        raise BuildDamaged(
            f"Cannot open the build at {folder}: {MANIFEST_FILE} lacks a field or has one too many. {WAY_OUT}"
        ) from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write a build's manifest, its last file."""
    text = json.dumps(
        {**asdict(manifest), "encoder": manifest.encoder.described()},
        ensure_ascii=False,
        indent=2,
        sort_keys=True,
    )
    (folder / MANIFEST_FILE).write_text(text + "\n", encoding="utf-8")


def verify(folder: Path, *, most_bytes: int | None = None) -> Manifest:
    """Check that every file of a build is the one that was written, and return its manifest.

    Every file's size is compared, and its digest, unless `most_bytes` is given: then digests are compared
    from the smallest file on, until so many bytes were read.

    Raises:
        BuildDamaged: a file is missing or changed.
        FormatMismatch: the build has another format version.
    """
    manifest = read_manifest(folder)
    if manifest.build_id != folder.name:
        raise BuildDamaged(
            f"Cannot open the build at {folder}: its manifest is that of {manifest.build_id}. {WAY_OUT}"
        )
    present = set(file_names(folder))
    if missing := sorted(set(manifest.files) - present):
        raise BuildDamaged(f"Cannot open the build at {folder}: {missing[0]} is missing. {WAY_OUT}")
    for name in manifest.files:
        if (size := (folder / name).stat().st_size) != manifest.sizes.get(name):
            wanted = manifest.sizes.get(name)
            raise BuildDamaged(
                f"Cannot open the build at {folder}: {name} has {size} bytes, expected {wanted}. {WAY_OUT}"
            )
    for name in _read_first(manifest.sizes, most_bytes):
        found, expected = file_sha256(folder / name), manifest.files.get(name, "")
        if found != expected:
            raise BuildDamaged(
                f"Cannot open the build at {folder}: {name} has sha256 {found[:12]}, expected {expected[:12]}. {WAY_OUT}"
            )
    tokenizer = manifest.lexical.get("tokenizer", "")
    if (
        content_sha256(manifest.format, tokenizer, manifest.encoder, manifest.files)
        != manifest.content_sha256
    ):
        raise BuildDamaged(f"Cannot open the build at {folder}: {MANIFEST_FILE} was changed. {WAY_OUT}")
    return manifest


def _read_first(sizes: Mapping[str, int], most_bytes: int | None) -> list[str]:
    """Return the names of the files whose digests are compared: all, or from the smallest on as many as stay within a limit."""
    names = sorted(sizes, key=lambda name: (sizes[name], name))
    if most_bytes is None:
        return names
    read = itertools.accumulate(sizes[name] for name in names)
    return [name for name, total in zip(names, read, strict=True) if total <= most_bytes]


def content_sha256(version: int, tokenizer: str, encoder: EncoderStamp, files: Mapping[str, str]) -> str:
    """Return the digest of what was indexed and how: equal notes give an equal one, whenever they are built."""
    described = json.dumps(
        [version, tokenizer, encoder.described(), dict(sorted(files.items()))],
        ensure_ascii=False,
        sort_keys=True,
    )
    return hashlib.sha256(described.encode()).hexdigest()


def file_names(folder: Path) -> list[str]:
    """Return the paths of a build's files below it, posix separators, sorted, without the manifest and lock files."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if name != MANIFEST_FILE and not name.endswith(".lock"))


def file_sha256(path: Path) -> str:
    """Return a file's digest."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def text_file(folder: Path, text_sha256: str) -> Path:
    """Return where a recap's readable text stands: named by its digest, since a recap's id may be a path."""
    return folder / TEXTS_FOLDER / f"{text_sha256}.txt"


def sync_folder(folder: Path) -> None:
    """Make a folder's entries durable, where the system lets folders be synced."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
