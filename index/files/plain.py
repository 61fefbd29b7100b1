"""Files opened as what they are: a link is not followed, and a pipe or a device is not waited for."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

# Not every system has all of them. Without O_NONBLOCK a pipe that nobody writes to would be waited for.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)

_MOST_BYTES = 1_000_000_000
_MORE_BYTES = 65_536


def open_plain(path: Path) -> int:
    """Open a file for reading and return its descriptor.

    Raises:
        OSError: It is not there, may not be read, or is a link, a folder, a pipe or a device.
    """
    handle = os.open(path, _FLAGS)
    try:
        _check(os.fstat(handle), path)
    except BaseException:
        os.close(handle)
        raise
    return handle


def read_plain(path: Path, most_bytes: int = _MOST_BYTES) -> bytes:
    """Return a file's content.

    Raises:
        OSError: As `open_plain`; or it has more than `most_bytes` bytes.
    """
    with os.fdopen(open_plain(path), "rb") as stream:
        # Asked for a gigabyte, Python sets one aside, whatever the file has.
        content = stream.read(min(os.fstat(stream.fileno()).st_size, most_bytes) + 1)
        while len(content) <= most_bytes and (more := stream.read(_MORE_BYTES)):  # it has grown
            content += more
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, f"more than {most_bytes:,} bytes", str(path))
    return content


def plain_status(path: Path) -> os.stat_result:
    """Return a file's status without opening it.

    Raises:
        OSError: It is not there, or is a link, a folder, a pipe or a device.
    """
    status = path.lstat()
    _check(status, path)
    return status


def is_folder(path: Path) -> bool:
    """Return whether a path is a folder itself, not a link to one; what cannot be looked at is none."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def remove(path: Path) -> None:
    """Remove a file, a link itself, or a folder with everything in it, even one that somebody closed.

    Raises:
        OSError: Something in it cannot be removed.
    """
    if not is_folder(path):
        path.unlink(missing_ok=True)
        return
    path.chmod(0o700)  # a folder that lets nobody look cannot be emptied
    for entry in list(os.scandir(path)):
        remove(Path(entry.path))
    path.rmdir()


def _check(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "a link, a folder, a pipe or a device instead of a file", str(path))
