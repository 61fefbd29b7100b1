"""The nightly job's part in an object store: it begins from what is live there, and publishes there at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import BuildUnusable, IndexFault, OthersPublished
from index.files.plain import read_plain
from ingest.errors import AnotherJob, PublishError

if TYPE_CHECKING:
    from index.build.remote import Pointer, Remote
    from index.build.share import Share
    from ingest.settings import IngestSettings


class Sharing:
    """An object store that this job publishes to; without one, nothing happens."""

    def __init__(self, given: IngestSettings, index_dir: Path | None) -> None:
        """Read the settings; a folder that was named on the command line is meant alone.

        Raises:
            PublishError: The store's address cannot be used, or its client is missing.
        """
        self._remote: Remote | None = None
        self._before: Pointer | None = None
        self._keep = given.keep_builds
        self._shards = 0
        if given.index and index_dir is None:
            from index.build.remote import connect

            try:
                self._remote = connect(
                    given.index, given.build_key.get_secret_value() if given.build_key else ""
                )
            except IndexFault as fault:
                raise PublishError(str(fault)) from fault

    def begin(self, index_dir: Path, wait_s: float, complain: Callable[[str], None], shards: int = 0) -> None:
        """Bring the folder to what is live in the store, so that the night is compared with what people ask.

        With `shards`, that many of them are fetched too, as far as they are there.

        Raises:
            PublishError: The store cannot be used, or another job is at work in the folder.
        """
        if self._remote is None:
            return
        from filelock import FileLock, Timeout

        from index.build.durable import make_folder
        from index.build.remote_shards import pull_shards
        from index.build.replica import pull

        try:
            self._before, self._shards = self._remote.live(), shards
            make_folder(index_dir)
            with FileLock(index_dir / ".lock", timeout=wait_s):
                if shards:
                    pull_shards(self._remote, index_dir, shards)
                if self._before:
                    pull(self._remote, index_dir, self._before)
        except BuildUnusable as fault:
            complain(f"{fault} This run makes a new build.")
        except Timeout as error:
            raise AnotherJob(
                f"Cannot write to {index_dir}: another job is at work there. Let it end, or wait for it with --wait SECONDS."
            ) from error
        except (IndexFault, OSError) as fault:
            raise self._given_up(fault) from fault

    def publish(self, index_dir: Path, complain: Callable[[str], None]) -> None:
        """Publish the folder's live builds; what cannot be tidied up afterwards is only told.

        Raises:
            AnotherJob: One published there since this one began.
            PublishError: The store cannot be used; what is live there stays.
        """
        if self._remote is None:
            return
        from index.build.remote import push
        from index.build.remote_shards import forget_shards

        try:
            if trouble := push(self._remote, index_dir, self._before, self._keep):
                complain(trouble)
            if self._shards:
                forget_shards(self._remote, index_dir)
        except OthersPublished as fault:
            raise AnotherJob(str(fault)) from fault
        except (IndexFault, OSError) as fault:
            raise self._given_up(fault) from fault

    def hand_over(self, index_dir: Path, share: Share, private: Iterable[str]) -> None:
        """Put a shard there, with those of the same number for private recaps.

        Raises:
            PublishError: The store cannot be used.
        """
        if self._remote is None:
            return
        from index.build.remote_shards import push_shard

        try:
            push_shard(self._remote, index_dir, share, private)
        except (IndexFault, OSError) as fault:
            raise self._given_up(fault) from fault

    def _given_up(self, fault: Exception) -> PublishError:
        self._remote = None  # what failed is not waited for a second time, to note how the run ended
        return PublishError(str(fault))

    def note(self, index_dir: Path, complain: Callable[[str], None]) -> None:
        """Put beside the pointer how the run ended and what it doubted; a failure is only told."""
        if self._remote is None:
            return
        from index.build.remote import BESIDE

        for name, most_bytes in BESIDE.items():
            try:
                self._remote.put(name, read_plain(index_dir / name, most_bytes))
            except FileNotFoundError:
                continue
            except (IndexFault, OSError) as fault:
                complain(str(fault))
