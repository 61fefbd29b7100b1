"""What a result depends on: commit, versions, machine, and how busy it was."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results"
LIBRARIES = ("onnxruntime", "tokenizers", "faiss-cpu", "tantivy", "numpy", "sentence-transformers", "torch")


def about(command: str) -> dict[str, Any]:
    """Return what stands at the head of every result; `load_average` is that of the moment."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "changed_since_commit": _is_changed(),
        "command": command,
        "cpus": os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "load_average": [round(value, 2) for value in os.getloadavg()],
        "versions": {name: found for name in LIBRARIES if (found := _version(name))},
    }


def commit() -> str:
    """Return the short name of the commit, `unknown` outside a checkout."""
    return _git("rev-parse", "--short", "HEAD") or "unknown"


def result_name(head: dict[str, Any]) -> str:
    """Return `<date>-<commit>`, with which the files of a result begin."""
    return f"{head['measured_at'][:10]}-{head['commit']}"


def _is_changed() -> bool:
    return bool(
        _git("status", "--porcelain", "--untracked-files=no", "--", "bot", "ingest", "index", "confnotes.py")
    )


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if not done.returncode else ""


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.processor(),
    )
