"""What is released: built twice to the same bytes, whole, and enough by itself in a clean environment.

Minutes and a network: run where CONFNOTES_FRESH=1 is set, as `.ci/run` does, on what is committed.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from deploy.licences import names
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(
    not os.environ.get("CONFNOTES_FRESH"), reason="builds and installs a release: CONFNOTES_FRESH=1"
)
MOST_BYTES = 500e6


def make(target: str, folder: Path, umask: int) -> Path:
    """Make a release in a folder as a person with this umask would, and return where it lies."""
    places = [f"DIST={folder / 'dist'}", f"EXPORT={folder / 'export'}", f"CLEAN={folder / 'clean'}"]
    done = subprocess.run(
        ["make", target, *places], cwd=ROOT, capture_output=True, text=True, check=False, umask=umask
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "dist"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build wheel and source archive."""
    return make("wheel", tmp_path_factory.mktemp("first"), 0o022)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build them again, install the wheel with what the lock names and nothing else, and list that."""
    return make("sbom", tmp_path_factory.mktemp("second"), 0o077)


def only(folder: Path, pattern: str) -> Path:
    """Return the one file that a pattern finds."""
    [found] = folder.glob(pattern)
    return found


def test_a_wheel_is_built_to_the_same_bytes(first: Path, second: Path) -> None:
    """Two builds of one commit, in other folders and under another umask, are one file."""
    digests = {hashlib.sha256(only(folder, "*.whl").read_bytes()).hexdigest() for folder in (first, second)}

    assert len(digests) == 1


def test_the_source_archive_is_whole(first: Path) -> None:
    """Everything that is committed and part of the project stands in it, documents, notes and manifests too."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    wanted = {
        path
        for path in listed.stdout.splitlines()
        if path.split("/")[0]
        in {"bot", "console", "deploy", "docs", "index", "ingest", "notes", "tests", "benchmarks"}
        or "/" not in path
    }
    with tarfile.open(only(first, "*.tar.gz")) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}

    assert wanted - held <= {".dockerignore", ".gitignore"}


def test_a_clean_installation_is_small_and_answers(second: Path, tmp_path: Path) -> None:
    """The wheel and its lock take less than 500 MB with the weights, have no torch, and answer from somebody's own notes."""
    clean = second.parent / "clean"
    assert sum(path.lstat().st_size for path in clean.rglob("*")) < MOST_BYTES
    assert not list(clean.glob("lib/*/site-packages/torch"))
    assert list(clean.glob("lib/*/site-packages/console/pages/notes.md"))  # what `confnotes help` shows
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "day.md").write_text(
        "# KubeCon Europe 2021\n\n## Piers without Tears - Ann Bee, Quay\n\nThe quay grew by 40 metres.\n",
        encoding="utf-8",
    )
    for words in (["ingest"], ["ask", "--json", "how much did the quay grow?"]):
        done = subprocess.run(
            [clean / "bin" / "confnotes", *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PIP_NO_INDEX": "1"},
        )
        assert done.returncode == 0, done.stderr

    assert "grew by 40 metres" in json.loads(done.stdout)["answer"]


def test_the_bill_of_materials_names_what_is_installed(second: Path) -> None:
    """CycloneDX lists the packages of the lock, each with its version, its address as a package and a licence."""
    bill = json.loads(only(second, "*.cdx.json").read_text("utf-8"))
    parts = {part["name"].lower().replace("_", "-").replace(".", "-"): part for part in bill["components"]}
    unlicensed = {name for name, part in parts.items() if not part.get("licenses")}

    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "confnotes"
    assert parts.keys() - {"confnotes"} == {name.replace(".", "-") for name in names("requirements.lock")}
    assert all(part["version"] and part.get("purl") for name, part in parts.items() if name != "confnotes")
    assert unlicensed <= {"protobuf", "pyromark"}  # docs/licences.md says it of these two
