"""The writer of shards: a share of what is new in the notes is embedded, and nothing is published."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.build.contents import Contents
from index.build.durable import let_read, sync
from index.build.layout import FORMAT_VERSION, WRITING_PREFIX, file_sha256, sync_folder
from index.build.shards import FILES, KEYS_FILE, SHARD_FILE, ShardRecord, make_place, place
from index.build.share import Share
from index.build.vectors import KEY_BYTES, Embedded, Written, embed, keys_of, new_keys, stamp
from index.encoder.base import Encoder
from index.files.plain import remove
from index.ranking.dense import MOST_SCANNED, DenseWriter
from index.ranking.late import LateWriter


def write_shard(
    index_dir: Path,
    share: Share,
    *,
    notes: str,
    contents: Contents,
    encoder: Encoder,
    previous: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    most_scanned: int = MOST_SCANNED,
) -> tuple[int, int]:
    """Embed a share of what `write_build` would embed of the same contents, and write it beside the builds.

    A shard of the same name is replaced. `notes` is a digest of what was read. Two must not write one shard at
    the same time.

    Returns:
        How many texts are in the shard, and how many are new in all shards together; with none of them no
        shard is written.

    Raises:
        BuildRefused: The records do not fit together.
    """
    contents.check()
    packed = len(contents.passages) > most_scanned
    earlier = Embedded.in_build(index_dir, previous, stamp(encoder), packed)
    new = new_keys(keys_of(contents), [earlier] if earlier else [])
    mine = {key: row for key, row in new.items() if share.has(key)}
    if not new:
        return 0, 0
    shards, prefix = make_place(index_dir), f"{WRITING_PREFIX}{share.name}-"
    for left in shards.glob(f"{prefix}*"):  # by one that was killed
        remove(left)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=shards))
    try:
        with (
            tempfile.TemporaryFile(dir=folder) as waiting,
            LateWriter(folder, encoder.dim, packed=packed) as late,
        ):
            written = Written(DenseWriter(waiting, encoder.dim), late)
            part = replace(contents, passages=[contents.passages[row] for row in mine.values()])
            embed(part, encoder, [], written, progress)
            written.dense.write(folder, most_scanned=len(mine))  # no codes: they follow from all vectors
            late.finish()
        keys = np.frombuffer(b"".join(mine), dtype=np.uint8).reshape(-1, KEY_BYTES)
        np.save(folder / KEYS_FILE, keys, allow_pickle=False)
        record = ShardRecord(
            format=FORMAT_VERSION,
            shard=share.number,
            of=share.count,
            notes=notes,
            encoder=stamp(encoder),
            packed=packed,
            passages=len(mine),
            files={name: file_sha256(folder / name) for name in FILES},
            sizes={name: (folder / name).stat().st_size for name in FILES},
        )
        (folder / SHARD_FILE).write_bytes(record.to_json())
        let_read(folder)
        sync(folder)
        remove(place(index_dir, share))
        folder.rename(place(index_dir, share))
        sync_folder(shards)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return len(mine), len(new)
