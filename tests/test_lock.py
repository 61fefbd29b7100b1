"""The lock that the image is installed from: every package by the hash of its files, at the versions that are tested."""

from __future__ import annotations

import re
import tomllib

from tests.conftest import ROOT

LOCK = (ROOT / "requirements.lock").read_text("utf-8")
# A package, its version, and what follows up to the next one.
ENTRY = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


def folded(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_package_has_hashes_and_the_version_that_is_tested() -> None:
    """What the image installs is what the tests ran with, byte for byte."""
    pinned = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text("utf-8").split() if "==" in line
    )
    tested = {folded(name): version for name, version in pinned.items()}
    entries = {folded(name): (version, rest) for name, version, rest in ENTRY.findall(LOCK)}

    assert len(entries) > 30
    assert not [name for name, (_, rest) in entries.items() if "--hash=sha256:" not in rest]
    assert not [name for name, (version, _) in entries.items() if tested.get(name, version) != version]


def test_the_lock_holds_all_that_the_project_asks_for() -> None:
    """A dependency that was added to pyproject.toml stands in the lock: `make lock` writes it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = {folded(re.split(r"[<>=!~;\[ ]", line)[0]) for line in project["dependencies"]}

    assert wanted <= {folded(name) for name, _, _ in ENTRY.findall(LOCK)}


def test_the_image_is_installed_by_hash() -> None:
    """Nothing that the lock does not name comes into the image, and the lock is copied into it."""
    image = (ROOT / "Dockerfile").read_text("utf-8")

    assert "--require-hashes --requirement requirements.lock" in image
    assert "!requirements.lock" in (ROOT / ".dockerignore").read_text("utf-8").split()
    assert "pip install --no-deps ." in image
