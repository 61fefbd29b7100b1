"""Nothing reports home: onnxruntime is imported with its telemetry off, and by one door only."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def test_importing_onnxruntime_writes_no_device_identifier(tmp_path: Path) -> None:
    """A fresh home stays empty, also where the variable says otherwise."""
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "ORT_DISABLE_TELEMETRY": "0"}
    code = "from index.encoder.runtime import load_onnxruntime; load_onnxruntime()"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env={**os.environ, **home})

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_no_other_module_imports_it() -> None:
    """Every import of onnxruntime goes through the door that turns its telemetry off."""
    sources = [path for room in ("bot", "ingest", "index") for path in (ROOT / room).rglob("*.py")]
    importing = {
        path.name
        for path in sources
        if re.search(r"^\s*(import|from) onnxruntime", path.read_text(encoding="utf-8"), re.M)
    }

    assert importing == {"runtime.py"}
