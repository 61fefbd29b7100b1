"""The lock that the image is installed from: every package by the hash of its files, at the versions that are tested."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.conftest import ROOT

LOCKS = {
    name: (ROOT / name).read_text("utf-8") for name in ("requirements.lock", "requirements-replicated.lock")
}
# What each image has besides what everybody has.
EXTRAS = {
    "requirements.lock": {"mcp"},
    "requirements-replicated.lock": {"mcp", "postgresql", "oauth", "objectstore", "qdrant", "cards"},
}
# A package, its version, and what follows up to the next one.
ENTRY = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


def folded(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_hashes_and_the_version_that_is_tested(lock: str) -> None:
    """What the image installs is what the tests ran with, byte for byte."""
    pinned = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text("utf-8").split() if "==" in line
    )
    tested = {folded(name): version for name, version in pinned.items()}
    entries = {folded(name): (version, rest) for name, version, rest in ENTRY.findall(LOCKS[lock])}

    assert len(entries) > 30
    assert not [name for name, (_, rest) in entries.items() if "--hash=sha256:" not in rest]
    assert not [name for name, (version, _) in entries.items() if tested.get(name, version) != version]


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_holds_all_that_the_project_asks_for(lock: str) -> None:
    """A dependency that was added to pyproject.toml stands in the locks: `make lock` writes them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [
        *project["dependencies"],
        *(line for extra in EXTRAS[lock] & extras.keys() for line in extras[extra]),
    ]
    wanted = {folded(re.split(r"[<>=!~;\[ ]", line)[0]) for line in lines}

    assert wanted <= {folded(name) for name, _, _ in ENTRY.findall(LOCKS[lock])}


def test_the_image_is_installed_by_hash() -> None:
    """Nothing that a lock does not name comes into the image, no pip does, and the locks are copied into the build."""
    image = (ROOT / "Dockerfile").read_text("utf-8")
    [chosen] = re.findall(r"^ARG LOCK=(\S+)$", image, re.MULTILINE)

    assert chosen in LOCKS
    assert "--require-hashes --requirement ${LOCK}" in image
    assert "install --no-compile --no-deps ." in image
    assert "-m venv --without-pip" in image
    assert "!requirements*.lock" in (ROOT / ".dockerignore").read_text("utf-8").split()


def test_the_image_runs_as_a_number() -> None:
    """The account is a number, so that a cluster sees that it is not root, and the image says how its health is asked."""
    image = (ROOT / "Dockerfile").read_text("utf-8")

    assert re.findall(r"^USER (.*)$", image, re.MULTILINE) == ["10001:0"]
    assert re.search(r"^HEALTHCHECK", image, re.MULTILINE)
    assert "org.opencontainers.image.base.name" in image
