"""Run confnotes as on a system without POSIX: `python tests/elsewhere.py ARGUMENTS`, those of the command line.

What Windows' Python lacks is taken out of the standard library's modules as ours import them, and files that this
process holds open cannot be removed or replaced, as there.
"""

from __future__ import annotations

import builtins
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

# By their documentation, "Availability: Unix".
LACKING: dict[ModuleType, str] = {
    os: """O_NOFOLLOW O_NONBLOCK O_CLOEXEC O_DIRECTORY O_SYNC O_DSYNC O_NOATIME O_PATH O_TMPFILE chown chroot ctermid
        eventfd fchdir fchmod fchown fdatasync fork forkpty fpathconf fstatvfs getegid geteuid getgid getgrouplist getgroups
        getloadavg getpgid getpgrp getpriority getresgid getresuid getsid getuid getxattr initgroups killpg lchown
        listxattr lockf major makedev memfd_create minor mkfifo mknod nice openpty pathconf pidfd_open pipe2 posix_fadvise
        posix_fallocate posix_spawn posix_spawnp pread preadv pwrite pwritev readv register_at_fork removexattr
        sched_getaffinity sched_getparam sched_getscheduler sched_setaffinity sched_yield sendfile setegid seteuid setgid
        setgroups setpgid setpriority setregid setresgid setresuid setreuid setsid setuid setxattr statvfs sync sysconf
        tcgetpgrp tcsetpgrp ttyname uname wait wait3 wait4 waitid writev POSIX_FADV_WILLNEED POSIX_FADV_RANDOM""",
    signal: """SIGALRM SIGCHLD SIGCONT SIGHUP SIGKILL SIGPIPE SIGPROF SIGQUIT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGUSR1
        SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ ITIMER_PROF ITIMER_REAL ITIMER_VIRTUAL alarm getitimer pause pthread_kill
        setitimer siginterrupt sigpending sigtimedwait sigwait sigwaitinfo""",
    socket: "AF_UNIX AF_NETLINK AF_PACKET SO_REUSEPORT CMSG_LEN CMSG_SPACE recv_fds send_fds",
    time: "clock_getres clock_gettime clock_settime pthread_getcpuclockid tzset",
}
MODULES = ("fcntl", "grp", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty")


OURS = {"bot", "confnotes", "console", "index", "ingest"}


def hide() -> None:
    """Take away what the other system lacks; libraries, which choose by the system that they find, keep it."""
    for name in ("symlink", "link"):
        setattr(os, name, refusing(getattr(os, name)))
    for name in ("unlink", "remove", "replace", "rename", "rmdir"):
        setattr(os, name, minding_open_files(getattr(os, name)))
    poorer = {module.__name__: without(module, names.split()) for module, names in LACKING.items()}
    everything = builtins.__import__

    def chosen(name: str, where: Mapping[str, Any] | None = None, *others: Any, **named: Any) -> ModuleType:
        if where and str(where.get("__name__")).partition(".")[0] in OURS:
            if name in MODULES:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
            if name in poorer:
                return poorer[name]
        return everything(name, where, *others, **named)

    builtins.__import__ = chosen


def without(module: ModuleType, names: Collection[str]) -> ModuleType:
    """Return a module that has all but some of another's names."""
    poorer = ModuleType(module.__name__)
    vars(poorer).update({name: value for name, value in vars(module).items() if name not in names})
    return poorer


def refusing(_call: Callable[..., None]) -> Callable[..., None]:
    """Return what happens to a person who may make no links."""

    def refused(*_arguments: Any, **_options: Any) -> None:
        raise OSError(1314, "A required privilege is not held by the client")

    return refused


def minding_open_files(call: Callable[..., None]) -> Callable[..., None]:
    """Return a call that takes no file away which this process has open or mapped."""

    def minding(*paths: Any, dir_fd: int | None = None, **options: Any) -> None:
        if dir_fd is None:
            held = held_files()
            for path in paths:
                if os.path.realpath(os.fsdecode(path)) in held:
                    raise PermissionError(
                        13, "The process cannot access the file, it is being used", os.fsdecode(path)
                    )
        call(*paths, **({"dir_fd": dir_fd} if dir_fd is not None else {}), **options)

    return minding


def held_files() -> set[str]:
    """Return the files that this process has open or mapped, where the system tells."""
    own = Path("/proc/self")
    if not own.is_dir():
        return set()
    held = {line.split(maxsplit=5)[-1].strip() for line in (own / "maps").read_text("utf-8").splitlines()}
    for descriptor in (own / "fd").iterdir():
        with contextlib.suppress(OSError):
            held.add(str(descriptor.readlink()))
    return held


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    hide()
    from confnotes import main

    main()
