"""Shards in an object store: put there by the jobs that made them, fetched and removed by the job that merges.

<prefix>/shards/3-of-8/                     a shard as it lies on disk, its record written last
<prefix>/audiences/<ids>/shards/3-of-8/     likewise, of private recaps
"""

from __future__ import annotations

import hmac
import tempfile
from collections.abc import Iterable
from pathlib import Path

from index.build.layout import WRITING_PREFIX
from index.build.remote import EVERYBODY, Remote, audiences, place
from index.build.shards import (
    FILES,
    MOST_SHARD_FILE_BYTES,
    SHARD_FILE,
    SHARDS_FOLDER,
    damaged,
    make_place,
    parse_record,
)
from index.build.shards import place as local_place
from index.build.share import Share
from index.errors import BuildUnusable, ShardsUnusable
from index.files.plain import is_folder, remove

_SIGNATURE_FILE = "shard.hmac"


def push_shard(remote: Remote, index_dir: Path, share: Share, private: Iterable[str]) -> None:
    """Upload a shard, and those of the same number for private recaps; what was there under its name is replaced.

    Raises:
        StoreUnusable: The store cannot be used.
    """
    for audience in (EVERYBODY, *private):
        folder = local_place(index_dir / place(audience), share)
        if not is_folder(folder):  # nothing is new there
            continue
        path = _place(audience, share)
        content = (folder / SHARD_FILE).read_bytes()
        for name in FILES:
            remote.put(f"{path}/{name}", folder / name)
        if remote.key:
            remote.put(f"{path}/{_SIGNATURE_FILE}", _signature(remote, audience, content).encode())
        remote.put(f"{path}/{SHARD_FILE}", content)


def pull_shards(remote: Remote, index_dir: Path, count: int) -> None:
    """Download the shards that are there, of so many; whether they are whole and fit is seen when they are opened.

    Raises:
        ShardsUnusable: One is not signed, or is not whole.
        StoreUnusable: The store cannot be used.
    """
    for audience in audiences(remote):
        for number in range(1, count + 1):
            _pull(remote, index_dir, audience, Share(number, count))


def _pull(remote: Remote, index_dir: Path, audience: str, share: Share) -> None:
    path = _place(audience, share)
    content = remote.get(f"{path}/{SHARD_FILE}", MOST_SHARD_FILE_BYTES)
    if content is None:
        return
    _check_signature(remote, path, audience, share, content)
    try:
        record = parse_record(content)
    except ValueError as error:
        raise damaged(remote.address, share, f"{SHARD_FILE} was changed") from error
    target = local_place(index_dir / place(audience), share)
    parent = make_place(index_dir / place(audience))
    with tempfile.TemporaryDirectory(prefix=WRITING_PREFIX, dir=parent) as temporary:
        folder = Path(temporary) / share.name
        folder.mkdir()
        (folder / SHARD_FILE).write_bytes(content)
        for name, size in record.sizes.items():
            try:
                remote.download(f"{path}/{name}", folder / name, size)
            except BuildUnusable as fault:
                what = f"{name} is missing, or longer than {SHARD_FILE} says"
                raise damaged(remote.address, share, what) from fault
        remove(target)
        folder.replace(target)


def forget_shards(remote: Remote, index_dir: Path) -> None:
    """Remove all shards, except those of builds that could not be made: theirs are still in the folder of builds.

    Raises:
        StoreUnusable: The store cannot be used.
    """
    for audience in audiences(remote):
        if not is_folder(index_dir / place(audience) / SHARDS_FOLDER):
            remote.remove(f"{place(audience)}/{SHARDS_FOLDER}".lstrip("/"), first=SHARD_FILE)


def _place(audience: str, share: Share) -> str:
    return "/".join(filter(None, (place(audience), SHARDS_FOLDER, share.name)))


def _signature(remote: Remote, audience: str, record: bytes) -> str:
    """Return a shard's signature, which is none of a build."""
    return remote.signature(f"{audience}/{SHARDS_FOLDER}", record)


def _check_signature(remote: Remote, path: str, audience: str, share: Share, record: bytes) -> None:
    if not remote.key:
        return
    found = (remote.get(f"{path}/{_SIGNATURE_FILE}", 1000) or b"").decode("utf-8", "replace").strip()
    if not hmac.compare_digest(found.encode(), _signature(remote, audience, record).encode()):
        what = "its signature is not by CONFNOTES_BUILD_KEY" if found else "it is not signed"
        raise ShardsUnusable(
            f"Cannot use the shard {share} in {remote.address}: {what}. Give the job that makes it the same key, and run "
            f"`confnotes ingest --shard {share}` again."
        )
