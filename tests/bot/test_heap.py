"""A process that answers for weeks gives memory back."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

# Eight threads fill and free buffers of 2 MB together, as answers do; what is left resident is printed, in
# MB.
BURST = """
import sys, threading
from bot.heap import hold_little
held = hold_little() if sys.argv[1] == "held" else None
together = threading.Barrier(8)
def work():
    for _ in range(5):
        together.wait()
        buffers = [bytearray(b"x") * 2_000_000 for _ in range(4)]
        together.wait()
        del buffers
    together.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(int(next(line for line in open("/proc/self/status") if line.startswith("RssAnon")).split()[1]) // 1024)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps a heap for each thread")
def test_memory_of_many_threads_is_given_back() -> None:
    """After a burst in eight threads a process that holds little keeps less than one that was left alone."""
    left_alone, held = (
        int(
            subprocess.run(
                [sys.executable, "-c", BURST, how], capture_output=True, text=True, check=True
            ).stdout
        )
        for how in ("not", "held")
    )

    assert held < left_alone
