"""Folders of files that outlast a crash and that other accounts may read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from index.build.layout import FILE_MODE, FOLDER_MODE, sync_folder


def make_folder(folder: Path) -> None:
    """Make the folder of builds, and those above it, so that the bot's account may enter them; others stay as they are."""
    if not folder.is_dir():
        if folder.parent != folder:
            make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(FOLDER_MODE)


def let_read(folder: Path) -> None:
    """Let every account read that may enter the folder of builds: a job's umask must not lock the bot out."""
    folder.chmod(FOLDER_MODE)
    for path in folder.rglob("*"):
        mode = FOLDER_MODE if path.is_dir() else FILE_MODE
        if stat.S_IMODE(path.stat().st_mode) & mode != mode:
            path.chmod(mode)


def sync(folder: Path) -> None:
    """Make a folder and everything in it durable."""
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            sync_folder(path)
        elif path.stat().st_nlink == 1:  # a text that is shared was synced with the earlier build
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
    sync_folder(folder)
