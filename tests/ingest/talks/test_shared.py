"""Figures on the shared material, taken with its own scorer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingest.loaders import load
from ingest.talks import find_talks


def score(files: list[Path], gold: Path, scorer: Path, out: Path) -> dict[str, Any]:
    """Read the recaps without any catalogue and give the scorer's last line."""
    lines = []
    for path in files:
        for talk in find_talks(load(path, path.name)).talks:
            url = talk.links.get("video") or talk.links.get("schedule") or talk.links.get("slides")
            lines.append(
                {
                    "recap": path.name,
                    "title": talk.title,
                    "speakers": talk.speakers,
                    "day": talk.day,
                    "kind": talk.kind,
                    "url": url,
                }
            )
    out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    printed = subprocess.run(
        [sys.executable, str(scorer), str(gold), str(out)], capture_output=True, text=True, check=True
    ).stdout
    total: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return total


@pytest.mark.shared
def test_seeds_are_read_without_the_catalogue(shared: Path, tmp_path: Path) -> None:
    """The five recaps that the project began with are read nearly without a miss."""
    total = score(
        sorted((shared / "seeds").glob("*.txt")),
        shared / "golden/talks.jsonl",
        shared / "tools/score_talks.py",
        tmp_path / "found.jsonl",
    )

    assert total["f1"] >= 0.96
    assert total["speakers"] >= 0.97
    assert total["day"] >= 0.95


@pytest.mark.shared
def test_other_recaps_are_read(shared: Path, tmp_path: Path) -> None:
    """Recaps by other authors in other shapes are read as well."""
    files = sorted(path for path in (shared / "recaps/texts").iterdir() if path.suffix in {".md", ".html"})
    total = score(
        files, shared / "recaps/talks.jsonl", shared / "tools/score_talks.py", tmp_path / "found.jsonl"
    )

    assert total["f1"] >= 0.88
    assert total["speakers"] >= 0.90
    assert total["url"] >= 0.95
