"""What is private stays private, what is left out is told, and a recap in two forms counts once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import index
import ingest
from index.search import Searcher
from ingest.catalogue.catalogue import Catalogue
from ingest.cli import commands
from ingest.nightly.cache import READ_BY
from ingest.nightly.report import Report
from ingest.nightly.workers import read_one
from ingest.sources.listing import gather
from tests.conftest import ROOT
from tests.ingest.conftest import DAY_1

Night = Callable[..., Report]
SECRET = "\n# KubeCon Europe 2021 - Day 3\n\n## Fog Signals - Ida Jay, Horn Ltd\n\nA horn is heard two miles out.\n"


def titles(index_dir: Path) -> set[str]:
    """Return the titles of the live build's talks."""
    return {talk.title for talk in Searcher.open(index_dir).build.talks.values()}


@pytest.mark.parametrize(
    "front",
    [
        "---\npublish: false\n---",
        "---\npublished: no\n---",
        "---\ndraft: true\n---",
        "---\nprivate: yes\n---",
        "---\ntags: [talk, '#private']\n---",
        "---\nvisibility: private\n---",
        "+++\ndraft = true\n+++",
    ],
)
def test_a_recap_that_says_it_is_private_is_not_published(
    night: Night, harbour: Path, tmp_path: Path, front: str
) -> None:
    """Front matter withholds it, also when it was published before; that is no failure, and it is told."""
    (harbour / "day3.md").write_text(SECRET, encoding="utf-8")
    night()
    before = titles(tmp_path / "index")
    (harbour / "day3.md").write_text(front + SECRET, encoding="utf-8")
    report = night()

    assert "Fog Signals" in before
    assert "Fog Signals" not in titles(tmp_path / "index")
    assert report.exit_status == 0
    assert report.withheld[0].startswith("day3.md is not published: ")


def test_published_with_a_date_is_a_date(night: Night, harbour: Path) -> None:
    """`published: 2021-05-09` and `publish: true` withhold nothing."""
    (harbour / "day3.md").write_text(
        f"---\npublished: 2021-05-09\npublish: true\n---{SECRET}", encoding="utf-8"
    )

    assert night().withheld == ()


def test_templates_and_daily_notes_are_told(night: Night, harbour: Path) -> None:
    """What lies among notes and is none is named, with the way out."""
    (harbour / "templates").mkdir()
    (harbour / "templates" / "talk.md").write_text("# {{title}}\n\nWords to be written.\n", encoding="utf-8")
    (harbour / "2021-05-06.md").write_text("Bought rope. Called the pier.\n", encoding="utf-8")
    said = night().uncertain

    assert any("looks like a template" in line for line in said["templates/talk.md"])
    assert any("looks like a daily note" in line for line in said["2021-05-06.md"])
    assert not any("looks like" in line for line in said.get("day1.md", ()))


def test_a_page_and_its_source_count_once(night: Night, harbour: Path, tmp_path: Path) -> None:
    """Of two forms of a recap one is in the build, and a line says so; recaps of one name that differ are both read."""
    words = DAY_1.replace("## ", "<h2>").replace("# ", "<h1>")
    page = "".join(
        f"{line}</h{line[2]}>" if line.startswith("<h") else f"<p>{line}</p>"
        for line in words.split("\n")
        if line
    )
    (harbour / "day1.html").write_text(f"<html><body>{page}</body></html>", encoding="utf-8")
    (harbour / "day2.html").write_text(
        f"<html><body><h1>KubeCon Europe 2021</h1>{SECRET}</body></html>", encoding="utf-8"
    )
    report = night()

    assert report.twins == ("day1.html is day1.md in another form: its talks are counted once",)
    assert [line.recap_id for line in report.recaps] == ["day1.md", "day2.html", "day2.md"]
    assert len(titles(tmp_path / "index") & {"Lifting Crates with Robots", "Tides for Beginners"}) == 2


def invoke(*arguments: object) -> tuple[int, str, str]:
    """Run `confnotes ingest` here."""
    [command] = [one for one in commands if one.name == "ingest"]
    done = CliRunner().invoke(command, [str(one) for one in arguments])
    return done.exit_code, done.stdout, done.stderr


def test_a_dry_run_says_what_would_be_published_and_writes_nothing(harbour: Path, tmp_path: Path) -> None:
    """It lists recaps with who may see them, what is left out and what failed, and leaves with the run's status."""
    (harbour / "day3.md").write_text(f"---\npublish: false\n---{SECRET}", encoding="utf-8")
    (harbour / "mine.md").write_text(SECRET, encoding="utf-8")
    (harbour / "trip.pdf").write_bytes(b"%PDF-1.4")
    (harbour / "gone.md").symlink_to(harbour / "nothing.md")
    (harbour / ".confnotesignore").write_text("mine.md\n", encoding="utf-8")
    (harbour / "sources.yaml").write_text(
        "sources:\n- {path: day2.md, visible_in: C0QUAY}\n- url: https://quay.example/notes?key=secret\n",
        encoding="utf-8",
    )
    status, out, err = invoke(harbour, "--index", tmp_path / "index", "--dry-run")
    as_json = json.loads(invoke(harbour, "--index", tmp_path / "index", "--dry-run", "--json")[1])

    assert status == 3
    for words in (
        "day1.md",
        "day2.md: C0QUAY",
        "day3.md is not published",
        "trip.pdf: PDF files are not read",
        "  - mine.md",
    ):
        assert words in out
    assert "Would publish 2 recaps with 3 talks. Nothing was written." in out
    assert "secret" not in out
    assert "gone.md: it is a link to nothing" in err
    assert [line["recap_id"] for line in as_json["recaps"]] == ["day1.md", "day2.md"]
    assert as_json["ignored"] == ["mine.md"]
    assert not (tmp_path / "index").exists()


def test_a_recap_has_its_time(tmp_path: Path) -> None:
    """One that takes longer is a line, and the next one is read."""
    path = tmp_path / "long.md"
    path.write_text(
        "".join(f"## Talk {n} about ropes - Ada Byron\n\nRopes {n} held.\n\n" for n in range(20_000)),
        encoding="utf-8",
    )
    [source] = gather([path]).recaps
    outcome = read_one(source, Catalogue(), most_cpu_s=0.05)

    assert isinstance(outcome, str)
    assert "took more than 0.05 s" in outcome


def test_readings_depend_on_all_that_reads() -> None:
    """Every module of ours that reading a recap imports is in the digest, so that a change of it reads again."""
    code = "import sys, ingest.recap.reading; print(*[m for m in sys.modules if m.split('.')[0] in ('index', 'ingest')])"
    named = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    inside = {index: "index", ingest: "ingest"}
    covered = {
        f"{inside[package]}.{name.removesuffix('.py').replace('/', '.')}"
        for package, names in READ_BY.items()
        for name in names
    }
    packages = {name.rpartition(".")[0] for name in named} | {"index", "ingest"}
    missing = [
        name for name in named
        if name not in packages and not any(name == one or name.startswith(f"{one}.") for one in covered)
    ]  # fmt: skip

    assert sorted(missing) == [
        "index.errors", "index.files.arrays", "index.files.handles", "index.files.lines", "index.files.plain", "ingest.errors",
    ]  # fmt: skip
