"""The encoder's adapter as a person sets it: ingestion, a question and the doctor keep to it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.settings import Settings
from bot.slack.doctor import examine
from confnotes import main
from index.build.layout import current_build_id, file_sha256, read_manifest
from index.encoder.adapter import SHIPPED
from index.encoder.weights import DEFAULT_WEIGHTS_SHA256
from tests.index.models import small_adapter
from tests.ingest.conftest import DAY_1

QUESTION = "how many crates does the crane lift?"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Write a recap."""
    path = tmp_path / "day1.md"
    path.write_text(DAY_1, encoding="utf-8")
    return path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Make an adapter of the shipped model that is not the shipped one."""
    shapes = {"encoder.layer.5.output.dense": (384, 1536)}
    return small_adapter(tmp_path / "other.safetensors", DEFAULT_WEIGHTS_SHA256, shapes, strength=0.01)


def confnotes(*arguments: object, adapter: object = "") -> Result:
    """Run the command line with an adapter set."""
    return CliRunner().invoke(
        main,
        [str(one) for one in arguments],
        env={"COLUMNS": "160", "CONFNOTES_ENCODER_ADAPTER": str(adapter)},
    )


def stamped(index_dir: Path) -> str:
    """Return the adapter that the live build names."""
    return read_manifest(index_dir / current_build_id(index_dir)).encoder.adapter


def test_another_adapter_embeds_everything_again(notes: Path, other: Path, tmp_path: Path) -> None:
    """Each change of the setting publishes a build of that adapter; the same setting again changes nothing."""
    found = []
    for adapter in ("", "none", other, other):
        done = confnotes("ingest", notes, "--index", tmp_path / "index", adapter=adapter)
        found.append((done.exit_code, done.stdout.startswith("Nothing changed"), stamped(tmp_path / "index")))

    assert found == [
        (0, False, file_sha256(SHIPPED)),
        (0, False, ""),
        (0, False, file_sha256(other)),
        (0, True, file_sha256(other)),
    ]


def test_questions_are_answered_with_the_builds_adapter(notes: Path, other: Path, tmp_path: Path) -> None:
    """The adapter that is set has to be the build's; where it is not, a question ends in one line and the status of no index."""
    confnotes("ingest", notes, "--index", tmp_path / "index", adapter=other)
    right = confnotes("ask", "--json", QUESTION, "--index", tmp_path / "index", adapter=other)
    wrong = [
        confnotes("ask", QUESTION, "--index", tmp_path / "index", adapter=one)
        for one in ("", "none", tmp_path / "nowhere")
    ]

    assert json.loads(right.stdout)["status"] == "answered"
    assert [one.exit_code for one in wrong] == [5, 5, 5]
    assert [len(one.stderr.splitlines()) for one in wrong] == [1, 1, 1]
    assert (
        "Make it anew with `confnotes ingest`, or set CONFNOTES_ENCODER_ADAPTER to the one it was made with"
        in wrong[0].stderr
    )
    assert "CONFNOTES_ENCODER_ADAPTER names no adapter" in wrong[1].stderr
    assert "nowhere: No such file or directory" in wrong[2].stderr


def test_without_a_setting_a_build_without_adapter_is_searched_as_it_is(notes: Path, tmp_path: Path) -> None:
    """A build of before there was an adapter, or made with none, goes on answering."""
    confnotes("ingest", notes, "--index", tmp_path / "index", adapter="none")
    done = confnotes("ask", "--json", QUESTION, "--index", tmp_path / "index")

    assert json.loads(done.stdout)["status"] == "answered"
    assert confnotes("ask", QUESTION, "--index", tmp_path / "index", adapter=SHIPPED).exit_code == 5


def test_ingestion_names_an_adapter_that_cannot_be_used(notes: Path, tmp_path: Path) -> None:
    """Nothing is published with a file that is missing or belongs to other weights; the way out is named."""
    foreign = small_adapter(
        tmp_path / "foreign.safetensors", "0" * 64, {"encoder.layer.0.output.dense": (384, 1536)}
    )
    done = [
        confnotes("ingest", notes, "--index", tmp_path / "index", adapter=one)
        for one in (foreign, tmp_path / "nowhere")
    ]

    assert [one.exit_code for one in done] == [4, 4]
    assert all("set it to none" in one.stderr and len(one.stderr.splitlines()) == 1 for one in done)


def test_the_doctor_looks_at_the_adapter(notes: Path, tmp_path: Path) -> None:
    """A build that the settings do not fit is the first finding."""
    confnotes("ingest", notes, "--index", tmp_path / "index")
    settings = Settings(
        _env_file=None, index_dir=tmp_path / "index", store=tmp_path / "bot.sqlite", encoder_adapter="none"
    )  # type: ignore[call-arg]
    finding = next(examine(settings))

    assert not finding.well
    assert "CONFNOTES_ENCODER_ADAPTER" in finding.said
