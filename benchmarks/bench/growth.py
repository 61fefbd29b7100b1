"""Growth: small sizes measured now, large ones by `make bench-scale`, whose rows are stored and shown with their date."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.bench.machine import RESULTS, ROOT
from benchmarks.bench.processes import environment

SCALE = ROOT / "benchmarks" / "scale.py"
SMALL = (1_000, 10_000)
STORED = "*-scale.jsonl"


def measured(sizes: Sequence[int], work: Path) -> list[dict[str, Any]]:
    """Run the scale benchmark at some sizes and return its rows."""
    out = work / "scale.jsonl"
    arguments = [
        sys.executable,
        str(SCALE),
        "--folder",
        str(work / "scale"),
        "--out",
        str(out),
        "--sizes",
        *map(str, sizes),
    ]
    subprocess.run(arguments, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, check=True)
    return read_rows(out)


def stored(results: Path = RESULTS) -> list[dict[str, Any]]:
    """Return the newest stored row of each size, smallest first."""
    newest = {row["passages"]: row for path in sorted(results.glob(STORED)) for row in read_rows(path)}
    return [newest[size] for size in sorted(newest)]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
