"""Files that stay open and are read anywhere by several threads at once, with and without pread."""

from __future__ import annotations

import os
import threading

_seeking = threading.Lock()


def read_at(handle: int, size_bytes: int, offset: int) -> bytes:
    """Return bytes of a file from an offset on, fewer at its end."""
    if hasattr(os, "pread"):
        return os.pread(handle, size_bytes, offset)
    # Windows: the position belongs to the handle, so one thread at a time moves and reads.
    with _seeking:
        os.lseek(handle, offset, os.SEEK_SET)
        return os.read(handle, size_bytes)


def expect_reads(handle: int, size_bytes: int, offset: int) -> None:
    """Let the system fetch bytes before they are asked for, where it takes such advice."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, offset, size_bytes, os.POSIX_FADV_WILLNEED)


def read_no_further(handle: int) -> None:
    """Keep the system from reading ahead, where it takes such advice: the next read is somewhere else."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_RANDOM)
