"""What README and docs tell a reader to type works, in the order in which it stands there, in a fresh copy of the project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.blocks import DOCUMENTS, GOES_ON, INSTALLS, NOT_RUN, Block, Clone, blocks, tracked
from tests.conftest import ROOT

NAMES = ("pycon-day-1.md", "typing-at-the-edges.md", "devops-days-quayside.md")
SHOWN = {
    "text",
    "markdown",
    "powershell",
    "ini",
    "nginx",
    "python",
}  # python: tests/index/build/test_golden_build.py
RUN = [one for one in DOCUMENTS if any(block.runs for block in blocks(one))]
EVERY = [(document, block) for document in DOCUMENTS for block in blocks(document)]
FIRST = next(block for block in blocks(ROOT / "README.md") if block.language == "sh")
FRESH = bool(os.environ.get("CONFNOTES_FRESH_CLONE"))


def names(value: object) -> str:
    """Name a page, or a page with the line of a block."""
    return value.name if isinstance(value, Path) else f"line-{value.line}" if isinstance(value, Block) else ""


def home(folder: Path) -> Path:
    """Make the home of somebody who has written notes, the three that docs/notes.md shows."""
    written = [block.text for block in blocks(ROOT / "docs" / "notes.md") if block.language == "markdown"]
    (folder / "conference-notes").mkdir(parents=True)
    for name, text in zip(NAMES, written, strict=True):
        (folder / "conference-notes" / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the project."""
    copy = tmp_path_factory.mktemp("clone") / "confnotes"
    tracked(copy)
    Clone(copy, copy).borrow_environment()
    return copy


@pytest.fixture(scope="module")
def demo(folder: Path) -> str:
    """Run the README's first block of commands, on which all others stand, and return what it prints."""
    printed = Clone(folder, folder.parent).run(FIRST)
    shutil.copytree(folder / "data", folder.parent / "data")
    return printed


@pytest.fixture
def clone(folder: Path, demo: str, tmp_path: Path) -> Iterator[Clone]:
    """Give the copy as `make demo` left it, to somebody with notes of their own."""
    shutil.rmtree(folder / "data")
    shutil.copytree(folder.parent / "data", folder / "data")
    made = Clone(folder, home(tmp_path / "home"))
    yield made
    made.stop()


def test_demo_answers_three_questions_with_quotes_and_links(demo: str) -> None:
    """The demo prints three answers, each with a quote and a link that stands in notes or catalogue, and what to do next."""
    known = "\n".join(path.read_text("utf-8") for path in (ROOT / "notes").iterdir())
    answers = demo.split("❯ ")[1:]

    assert len(answers) == 3
    assert FIRST.text.startswith("make demo\n")
    for text in answers:
        links = re.findall(r"https?://\S+", text.partition("What now?")[0])
        assert "“" in text
        assert links
        assert all(link.split("#:~:text=")[0] in known for link in links)
    assert "docs/slack.md" in answers[-1]


@pytest.mark.skipif(FRESH, reason="a fresh clone runs its own blocks")
@pytest.mark.parametrize("document", RUN, ids=names)
def test_what_a_page_tells_to_type_works(document: Path, clone: Clone) -> None:
    """All blocks of commands of a page end with 0, one after the other, and print what is shown below them."""
    for block in blocks(document):
        if block.language == "console":
            compare(block, clone)
        elif block.runs and block != FIRST:
            clone.run(block)


def compare(block: Block, clone: Clone) -> None:
    """Run each command of a block and compare; a line of three dots stands for what is left out."""
    for command, shown in re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n?)*)", block.text, re.MULTILINE):
        printed = " ".join(clone.run(Block("sh", command, block.line)).split())
        parts = [" ".join(part.split()) for part in re.split(r"^\s*…$", shown, flags=re.MULTILINE)]
        at = 0
        for part in filter(None, parts):
            found = printed.find(part, at)
            assert found >= 0, f"{command}\nshows:   {part}\nprinted: {printed}"
            at = found + len(part)


@pytest.mark.skipif(
    not FRESH, reason="installs from the network: continuous integration sets CONFNOTES_FRESH_CLONE"
)
def test_what_the_readme_installs_answers(tmp_path: Path) -> None:
    """The README's commands without make, the installation included, lead from a fresh clone to an answer."""
    folder = tmp_path / "confnotes"
    tracked(folder)
    section = ROOT.joinpath("README.md").read_text(encoding="utf-8").partition("Without make")[2]
    steps = [
        block
        for block in blocks(ROOT / "README.md")
        if block.text in section and (block.mark == INSTALLS or ".venv/bin/confnotes" in block.text)
    ]
    path = os.environ["PATH"].split(":", 1)[1] if os.environ.get("VIRTUAL_ENV") else os.environ["PATH"]
    for block in steps:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.text],
            cwd=folder,
            env={**os.environ, "PATH": path, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    assert len(steps) == 2
    assert "“" in done.stdout
    assert "https://" in done.stdout


@pytest.mark.parametrize(("document", "block"), EVERY, ids=names)
def test_every_block_says_what_it_is(document: Path, block: Block) -> None:
    """A block is run, or read by a parser, or shown; one that is not run says why."""
    if block.language == "sh":
        assert block.mark is None or block.reason
    elif block.language == "yaml":
        assert yaml.safe_load(block.text)
    elif block.language == "json":
        rest = block.text.strip()
        while rest:  # one object after the other, each on one line or on several
            _, end = json.JSONDecoder().raw_decode(rest)
            rest = rest[end:].lstrip()
    else:
        assert block.language in {*SHOWN, "console"}, (
            f"{document.name}, line {block.line}: {block.language!r}"
        )


def test_marks_stand_only_where_they_mean_something() -> None:
    """Every mark in a document belongs to a block."""
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        marked = re.findall(rf"<!-- (?:{INSTALLS}|{NOT_RUN}|{GOES_ON}): ", text)

        assert len(marked) == sum(block.mark is not None for block in blocks(document)), document.name
