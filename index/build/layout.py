"""Builds on disk: the layout, the manifest, the pointer to the live build, and the checks on opening.

data/index/CURRENT               the live build's id, replaced last and atomically
data/index/<build_id>/           immutable: manifest.json and the files that it lists
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.errors import BuildDamaged, BuildUnusable, FormatMismatch, NoBuild
from index.files.plain import is_folder, open_plain, plain_status, read_plain, remove

FORMAT_VERSION = 3
CURRENT_FILE = "CURRENT"
MANIFEST_FILE = "manifest.json"
TEXTS_FOLDER = "texts"
WRITING_PREFIX = ".writing-"
AUDIENCES_FOLDER = "audiences"
WAY_OUT = "Rebuild it with `confnotes ingest --full`."
# Opening reads so much of a build to check it, the smallest files first: a twentieth of a second. Up to about
# 2,000 passages that is every file; of larger builds the arrays are checked by their size, and by every byte
# when they are published.
READ_WHEN_OPENED_BYTES = 64_000_000
# Whoever may enter the folder of builds may read them: the bot often runs under another account than the job.
FILE_MODE, FOLDER_MODE = 0o644, 0o755
_MOST_MANIFEST_BYTES = 256_000_000  # a million recaps
_MOST_NAME_BYTES = 255  # that file systems take
# Of what type a manifest's values are, by field.
_KINDS: Mapping[str, tuple[type, ...]] = {
    "counts": (int,),
    "lexical": (str,),
    "files": (str,),
    "sizes": (int,),
    "rankers": (str,),
    "encoder_check": (int, float, str),
}
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
        # `os.path.isfile` also says no of what may not be looked at.
        if not path.name.startswith(".") and is_folder(path) and os.path.isfile(path / MANIFEST_FILE)  # noqa: PTH113
    )


def current_build_id(index_dir: Path) -> str:
    """Return the live build's id.

    Raises:
        NoBuild: nothing was published in this folder.
        BuildDamaged: the pointer names no build.
    """
    pointer = index_dir / CURRENT_FILE
    try:
        build_id = read_plain(pointer, _MOST_NAME_BYTES).decode("utf-8").strip()
    except FileNotFoundError as error:
        raise NoBuild(
            f"Cannot open the index at {index_dir}: no build was published there. Run `confnotes ingest PATH` first."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BuildDamaged(f"Cannot read {pointer}: {reason(error)}. {WAY_OUT}") from error
    if not _is_name(build_id) or build_id.startswith(".") or not is_folder(index_dir / build_id):
        raise BuildDamaged(
            f"Cannot open the index at {index_dir}: {CURRENT_FILE} names {build_id!r:.60}, no such build is there. {WAY_OUT}"
        )
    return build_id


def reason(error: BaseException) -> str:
    """Return in a few words on one line what went wrong, for a message."""
    if isinstance(error, OSError) and error.strerror:
        name = Path(os.fsdecode(error.filename)).name if isinstance(error.filename, (str, bytes)) else ""
        return f"{name}: {error.strerror}" if name else error.strerror
    what = " ".join(str(error).split())[:120]
    return f"{type(error).__name__}: {what}".rstrip(": ")


def _is_name(path: str) -> bool:
    """Return whether a path leads to something in the folder that it is put behind."""
    return path not in ("", ".", "..") and "/" not in path and "\0" not in path


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
        Path(temporary).chmod(FILE_MODE)
        if is_folder(index_dir / CURRENT_FILE):  # no file can take a folder's place
            remove(index_dir / CURRENT_FILE)
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
    except (NoBuild, BuildDamaged):
        live = ""
    builds = list_builds(index_dir)
    removed = [
        build_id
        for build_id, successor in itertools.pairwise(builds[: max(len(builds) - keep, 0) + 1])
        if build_id != live
        and time.time() - (index_dir / successor / MANIFEST_FILE).lstat().st_mtime >= grace_s
    ]
    for build_id in removed:
        remove_build(index_dir / build_id)
    for path in index_dir.glob(f"{WRITING_PREFIX}*"):
        if time.time() - path.lstat().st_mtime > _ABANDONED_AFTER_S:
            remove(path)
    return removed


def remove_build(path: Path) -> None:
    """Remove a build, or whatever stands under its name.

    The manifest goes first, so that a removal that is cut short leaves nothing that looks like a build.
    """
    if is_folder(path):
        path.chmod(0o700)
        remove(path / MANIFEST_FILE)
    remove(path)


def read_manifest(folder: Path) -> Manifest:
    """Read a build's manifest.

    Raises:
        BuildDamaged: it is missing or not a manifest.
        FormatMismatch: it has another format version.
    """
    path = folder / MANIFEST_FILE
    try:
        values = json.loads(read_plain(path, _MOST_MANIFEST_BYTES).decode("utf-8"))
        found = values["format"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BuildDamaged(
            f"Cannot open the build at {folder}: {MANIFEST_FILE} is missing or not readable. {WAY_OUT}"
        ) from error
    if found != FORMAT_VERSION:
        later = isinstance(found, int) and found > FORMAT_VERSION
        raise FormatMismatch(
            f"Cannot open the build at {folder}: format {found!r:.20}, this version reads format {FORMAT_VERSION}. "
            + (f"Update confnotes, or {WAY_OUT[0].lower()}{WAY_OUT[1:]}" if later else WAY_OUT)
        )
    try:
        return _manifest(values)
    except (KeyError, TypeError) as error:
        raise BuildDamaged(
            f"Cannot open the build at {folder}: {MANIFEST_FILE} is not as it was written ({error}). {WAY_OUT}"
        ) from error


def _manifest(values: Any) -> Manifest:
    """Make a manifest of what its file says.

    Raises:
        TypeError: A field is missing, unknown, or of another type.
    """
    manifest = Manifest(**{**values, "encoder": EncoderStamp(**values["encoder"])})
    for part in (manifest, manifest.encoder):
        for one in fields(part):
            kind = {"str": str, "int": int}.get(str(one.type))
            _want(kind is None or type(getattr(part, one.name)) is kind, one.name)
    for name, kinds in _KINDS.items():
        mapping = getattr(manifest, name)
        _want(isinstance(mapping, dict) and all(type(value) in kinds for value in mapping.values()), name)
    languages = manifest.languages
    _want(isinstance(languages, list) and all(isinstance(one, str) for one in languages), "languages")
    _want(all(all(map(_is_name, name.split("/"))) for name in manifest.files), "files")
    _want(manifest.files.keys() == manifest.sizes.keys(), "sizes")
    return manifest


def _want(as_written: bool, name: str) -> None:
    if not as_written:
        raise TypeError(name)


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
        BuildUnusable: A file is missing, changed, or cannot be read.
        FormatMismatch: The build has another format version.
    """
    manifest = read_manifest(folder)
    if manifest.build_id != folder.name:
        raise BuildDamaged(
            f"Cannot open the build at {folder}: its manifest is that of {manifest.build_id}. {WAY_OUT}"
        )
    present = set(file_names(folder))
    if missing := sorted(set(manifest.files) - present):
        raise BuildDamaged(f"Cannot open the build at {folder}: {missing[0]} is missing. {WAY_OUT}")
    if more := sorted(present - set(manifest.files)):
        raise BuildDamaged(f"Cannot open the build at {folder}: {more[0]} does not belong to it. {WAY_OUT}")
    _compare_sizes(folder, manifest.sizes)
    compare_digests(folder, manifest, _read_first(manifest.sizes, most_bytes))
    tokenizer = manifest.lexical.get("tokenizer", "")
    if (
        content_sha256(manifest.format, tokenizer, manifest.encoder, manifest.files)
        != manifest.content_sha256
        or build_name(manifest.created_at, manifest.content_sha256) != manifest.build_id
    ):
        raise BuildDamaged(f"Cannot open the build at {folder}: {MANIFEST_FILE} was changed. {WAY_OUT}")
    return manifest


def _compare_sizes(folder: Path, sizes: Mapping[str, int]) -> None:
    """Check that every file is a file, and as long as it was."""
    for name, wanted in sizes.items():
        try:
            size = plain_status(folder / name).st_size
        except OSError as error:
            raise _unreadable(folder, name, error) from error
        if size != wanted:
            raise BuildDamaged(
                f"Cannot open the build at {folder}: {name} has {size} bytes, expected {wanted}. {WAY_OUT}"
            )


def compare_digests(folder: Path, manifest: Manifest, names: Iterable[str]) -> None:
    """Read some files of a build and check that their digests are those of the manifest.

    Raises:
        BuildUnusable: A file was changed, or cannot be read.
    """
    for name in names:
        try:
            found, expected = file_sha256(folder / name), manifest.files[name]
        except OSError as error:
            raise _unreadable(folder, name, error) from error
        if found != expected:
            raise BuildDamaged(
                f"Cannot open the build at {folder}: {name} has sha256 {found[:12]}, expected {expected[:12]}. {WAY_OUT}"
            )


def _unreadable(folder: Path, name: str, error: OSError) -> BuildUnusable:
    return BuildUnusable(
        f"Cannot open the build at {folder}: {name} cannot be read ({error.strerror or error}). Let this account read it, or "
        f"{WAY_OUT[0].lower()}{WAY_OUT[1:]}"
    )


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


def build_name(created_at: str, content: str) -> str:
    """Return a build's name, from the time at which it was made and the digest of its content; empty where that is no time."""
    try:
        return f"{datetime.fromisoformat(created_at).astimezone(UTC):%Y%m%dT%H%M%SZ}-{content[:6]}"
    except (ValueError, OverflowError):
        return ""


def file_names(folder: Path) -> list[str]:
    """Return the paths of a build's files below it, posix separators, sorted, without the manifest and lock files."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if not is_folder(path))
    return sorted(
        name
        for name in found
        if name != MANIFEST_FILE and not name.endswith(".lock") and not Path(name).name.startswith(".")
    )


def file_sha256(path: Path) -> str:
    """Return a file's digest."""
    with os.fdopen(open_plain(path), "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def text_file(folder: Path, text_sha256: str) -> Path:
    """Return where a recap's readable text stands: named by its digest, since a recap's id may be a path."""
    return folder / TEXTS_FOLDER / f"{text_sha256}.txt"


def audience_folder(index_dir: Path, *ids: str) -> Path:
    """Return where the builds lie that only some channels and workspaces may ask.

    Args:
        index_dir: The folder of builds.
        ids: A Slack channel's or workspace's id, or both.
    """
    return index_dir / AUDIENCES_FOLDER / "+".join(sorted(ids))


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
