"""Shards: what several jobs embedded of the same notes, each its share, until one job makes a build of it.

<index>/shards/3-of-8/              one shard, never changed: shard.json and the files that it lists
    shard.json                      which share, of which notes, with which encoder; the sha256 of every other file
    keys.npy                        (n, 16) uint8: what row n was embedded from, see `index.build.vectors.keys_of`
    dense.faiss, tokens.npy ...     the vectors, as a build keeps them

Which share a passage belongs to follows from its words alone, so jobs need not talk to each other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.build.durable import make_folder
from index.build.layout import FORMAT_VERSION, EncoderStamp, file_sha256, reason
from index.build.share import Share
from index.build.vectors import Embedded
from index.errors import ShardsUnusable
from index.files.arrays import load_array
from index.files.plain import is_folder, plain_status, read_plain, remove
from index.ranking.dense import DENSE_FILE, DenseRanker
from index.ranking.late import OFFSETS_FILE, SCALES_FILE, TOKENS_FILE, LateRanker

SHARDS_FOLDER = "shards"
SHARD_FILE = "shard.json"
KEYS_FILE = "keys.npy"
FILES = (DENSE_FILE, KEYS_FILE, OFFSETS_FILE, SCALES_FILE, TOKENS_FILE)
MOST_SHARD_FILE_BYTES = 10_000
_NAMED = 6  # missing shards, in one line


@dataclass(frozen=True, slots=True)
class ShardRecord:
    """What `shard.json` says."""

    format: int  # of builds that can take its vectors
    shard: int
    of: int
    notes: str  # digest of what was read; equal for all shards that belong together
    encoder: EncoderStamp
    packed: bool  # how token vectors are kept
    passages: int
    files: Mapping[str, str]
    sizes: Mapping[str, int]

    def to_json(self) -> bytes:
        """Return it as the file holds it."""
        values = {**asdict(self), "encoder": self.encoder.described()}
        return (json.dumps(values, indent=2, sort_keys=True) + "\n").encode()


@dataclass(frozen=True, slots=True)
class Shards:
    """The shards that a build is made of: how many there have to be, and of which notes."""

    count: int
    notes: str

    def open(self, index_dir: Path, encoder: EncoderStamp, packed: bool) -> list[Embedded]:
        """Open all of them.

        Raises:
            ShardsUnusable: One is missing, damaged, or of something else.
        """
        shares = [Share(number, self.count) for number in range(1, self.count + 1)]
        linked = not is_folder(index_dir / SHARDS_FOLDER)
        missing = [share for share in shares if linked or not is_folder(place(index_dir, share))]
        if missing:
            named = ", ".join(map(str, missing[:_NAMED])) + (", …" if len(missing) > _NAMED else "")
            raise self._refused(
                index_dir, f"{named} {'is' if len(missing) == 1 else 'are'} missing", missing[0]
            )
        return [self._opened(index_dir, share, encoder, packed) for share in shares]

    def _opened(self, index_dir: Path, share: Share, encoder: EncoderStamp, packed: bool) -> Embedded:
        record = read_record(index_dir, share)
        if record.encoder != encoder:
            raise self._refused(index_dir, f"{share} was made with another encoder", share)
        if record.notes != self.notes or record.packed != packed:
            raise self._refused(
                index_dir,
                f"{share} was made of other notes than are read now, or by another version of confnotes",
                share,
            )
        try:
            return _embedded(index_dir, share, record)
        except ShardsUnusable:
            raise
        except Exception as error:  # a damaged file may do anything to the library that reads it
            raise damaged(index_dir, share, reason(error)) from error

    def check_covers(self, index_dir: Path, new: Mapping[bytes, int], known: Sequence[Embedded]) -> None:
        """Check that every new passage was embedded by one of them.

        Raises:
            ShardsUnusable: Some were not.
        """
        lacking = sum(not any(key in one.rows for one in known) for key in new)
        if lacking:
            raise ShardsUnusable(
                f"Cannot merge the shards in {index_dir}: {lacking} passages are in none of them. The live build "
                "is another one than when they were made, or only one side had --full. Make all of them again."
            )

    @staticmethod
    def _refused(index_dir: Path, what: str, share: Share) -> ShardsUnusable:
        return ShardsUnusable(
            f"Cannot merge the shards in {index_dir}: {what}. Run `confnotes ingest --shard {share}` with the same "
            "notes and settings, and merge again."
        )


def _embedded(index_dir: Path, share: Share, record: ShardRecord) -> Embedded:
    """Open a shard's files after comparing them with its record."""
    folder = place(index_dir, share)
    for name in FILES:
        if plain_status(folder / name).st_size != record.sizes[name]:
            raise damaged(index_dir, share, f"{name} has another size")
        if file_sha256(folder / name) != record.files[name]:
            raise damaged(index_dir, share, f"{name} was changed")
    keys = np.asarray(load_array(folder / KEYS_FILE))
    rows = {key.tobytes(): row for row, key in enumerate(keys)}
    found = Embedded(folder, rows, DenseRanker(folder), LateRanker(folder))
    if not len(rows) == len(found.dense) == len(found.late) == record.passages:
        raise damaged(index_dir, share, "its files do not fit together")
    return found


def place(index_dir: Path, share: Share) -> Path:
    """Return a shard's folder."""
    return index_dir / SHARDS_FOLDER / share.name


def make_place(index_dir: Path) -> Path:
    """Make the folder of shards, and return it; a link in its place goes, since what it leads to would be tidied."""
    folder = index_dir / SHARDS_FOLDER
    if not is_folder(folder):
        remove(folder)
    make_folder(folder)
    return folder


def read_record(index_dir: Path, share: Share) -> ShardRecord:
    """Read a shard's record.

    Raises:
        ShardsUnusable: It is missing, not as it was written, of another format, or that of another shard.
    """
    try:
        record = parse_record(read_plain(place(index_dir, share) / SHARD_FILE, MOST_SHARD_FILE_BYTES))
    except (OSError, ValueError) as error:
        raise damaged(index_dir, share, f"{SHARD_FILE} is missing or was changed") from error
    if record.format != FORMAT_VERSION:
        raise damaged(index_dir, share, f"it is of format {record.format}, not {FORMAT_VERSION}")
    if (record.shard, record.of) != (share.number, share.count):
        raise damaged(index_dir, share, f"it is shard {record.shard}/{record.of}")
    return record


def parse_record(content: bytes) -> ShardRecord:
    """Read what `shard.json` says.

    Raises:
        ValueError: It is not as it was written.
    """
    try:
        values: dict[str, Any] = json.loads(content)
        record = ShardRecord(**{**values, "encoder": EncoderStamp(**values["encoder"])})
        as_written = record.to_json() == content
        fits = record.files.keys() == record.sizes.keys() == set(FILES)
        numbers = (record.format, record.shard, record.of, record.passages, *record.sizes.values())
        if as_written and fits and all(type(number) is int for number in numbers):
            return record
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    raise ValueError("not as it was written")


def damaged(where: Path | str, share: Share, what: str) -> ShardsUnusable:
    """Return the fault of a shard that cannot be read."""
    return ShardsUnusable(
        f"Cannot use the shard {share} in {where}: {what}. Run `confnotes ingest --shard {share}` again, and merge again."
    )


def remove_shards(index_dir: Path) -> list[str]:
    """Remove all shards of a folder of builds, finished or not, and return their names.

    Raises:
        OSError: Something cannot be removed.
    """
    folder = index_dir / SHARDS_FOLDER
    names = [path.name for path in sorted(folder.iterdir())] if is_folder(folder) else []
    remove(folder)
    return [f"{SHARDS_FOLDER}/{name}" for name in names if not name.startswith(".")]
