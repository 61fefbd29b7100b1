"""Install the peers into an environment of their own, one after the other; one that cannot be installed is named with pip's reason.

python -m benchmarks.peers.install FOLDER [OPTION OF PIP ...]
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.peers.registry import COMMON, PEERS

REASONS_FILE = "not-installed.json"


def install(folder: Path, options: list[str]) -> dict[str, str]:
    """Install every peer at its latest version and return, by name, why one is missing."""
    if not (folder / "bin" / "python").exists():
        venv.create(folder, with_pip=True)
    reasons = {}
    for peer in PEERS:
        print(f"installing {peer.name}", flush=True)
        pip = [
            str(folder / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            *options,
        ]
        done = subprocess.run([*pip, *COMMON, *peer.packages], capture_output=True, text=True, check=False)
        if done.returncode:
            lines = (
                [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
                or done.stderr.splitlines()
                or ["pip gave no reason"]
            )
            reasons[peer.name] = lines[-1].removeprefix("ERROR: ")[:300]
            print(f"  not installed: {reasons[peer.name]}", flush=True)
    (folder / REASONS_FILE).write_text(json.dumps(reasons, indent=1) + "\n", encoding="utf-8")
    return reasons


if __name__ == "__main__":
    install(Path(sys.argv[1]), sys.argv[2:])
