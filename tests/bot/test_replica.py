"""What answers follows an object store: from an empty disk, from build to build, and past a build that is damaged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.doctor import examine_machine
from bot.live import LiveIndex
from bot.settings import Settings
from bot.telemetry.health import Health
from index.build.last_run import LastRun, note_run, read_run
from index.build.layout import current_build_id
from index.build.remote import BESIDE, connect, push
from index.encoder.base import Encoder
from index.errors import BuildUnusable
from tests.notes import publish_notes
from tests.s3_server import ADDRESS, S3Server


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Say where the store is and where the copies go."""
    return Settings(_env_file=None, index=ADDRESS, index_dir=tmp_path / "copy")  # type: ignore[call-arg]


def published(folder: Path, encoder: Encoder, day: int) -> str:
    """Publish a build of some day, as the nightly job does."""
    publish_notes(folder, encoder, created_at=datetime(2026, 11, day, 2, 15, tzinfo=UTC))
    remote = connect(ADDRESS)
    assert not push(remote, folder, remote.live(), keep=3)
    return current_build_id(folder)


def test_an_empty_disk_becomes_ready_and_follows(
    object_store: S3Server, settings: Settings, encoder: Encoder, tmp_path: Path
) -> None:
    """A new replica answers from the live build, takes the next one without a restart, and knows how the job's runs ended."""
    folder, health = tmp_path / "job", Health()
    first = published(folder, encoder, 1)
    note_run(folder, LastRun(5.0, 1.0, 0), published=True, succeeded=True)
    for name in BESIDE:
        if (folder / name).exists():
            connect(ADDRESS).put(name, folder / name)

    assert not health.state()[0]
    live = LiveIndex.of(settings)
    health.serves(live)
    assert health.state()[0]
    assert live.searcher.build.build_id == first
    assert live.refresh() is False

    second = published(folder, encoder, 2)
    assert live.refresh() is True
    assert (live.searcher.build.build_id, live.trouble) == (second, None)
    assert read_run(settings.index_dir) == read_run(folder)


def test_a_damaged_build_is_a_warning_and_the_last_one_answers(
    object_store: S3Server, settings: Settings, encoder: Encoder, tmp_path: Path
) -> None:
    """What is wrong is said as for a build on disk, also after a restart, and is gone with the next good build."""
    folder = tmp_path / "job"
    good = published(folder, encoder, 1)
    live = LiveIndex.of(settings)
    bad = published(folder, encoder, 2)
    name = f"builds/{bad}/talks.jsonl"
    content, changed = object_store.objects[name]
    object_store.objects[name] = (content[:-2] + b" \n", changed)

    assert live.refresh() is False
    again = LiveIndex.of(settings)
    for one in (live, again):
        assert one.searcher.build.build_id == good
        assert "talks.jsonl" in str(one.trouble)
    [finding] = [one for one in examine_machine(settings) if one.what == "index and model"]
    assert good in finding.said

    third = published(folder, encoder, 3)
    for one in (live, again):
        assert one.refresh() is True
        assert (one.searcher.build.build_id, one.trouble) == (third, None)


def test_a_key_is_demanded(
    object_store: S3Server, settings: Settings, encoder: Encoder, tmp_path: Path
) -> None:
    """With CONFNOTES_BUILD_KEY a build that nobody signed is not served."""
    published(tmp_path / "job", encoder, 1)
    settings = settings.model_copy(update={"build_key": SecretStr("a key that nobody else has")})

    with pytest.raises(BuildUnusable, match="not signed"):
        LiveIndex.of(settings)


def test_a_folder_that_is_named_is_meant_alone(
    object_store: S3Server, settings: Settings, encoder: Encoder, tmp_path: Path
) -> None:
    """Whoever names a folder on the command line asks that one, whatever the store holds."""
    published(tmp_path / "job", encoder, 1)
    own = publish_notes(tmp_path / "own", encoder, created_at=datetime(2026, 11, 9, 2, 15, tzinfo=UTC))

    live = LiveIndex.of(settings, tmp_path / "own")
    live.refresh()
    assert live.searcher.build.build_id == own
