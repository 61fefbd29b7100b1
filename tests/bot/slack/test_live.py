"""A nightly build is served without a restart, and a bad one never takes the place of a good one."""

from __future__ import annotations

import gc
import logging
import re
import threading
import time
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bot.answering import answer
from bot.live import LiveIndex
from index.build.layout import FORMAT_VERSION, current_build_id
from index.encoder.base import Encoder
from index.errors import FormatMismatch, NoBuild
from tests.bot.slack.conftest import Starter
from tests.notes import TALKS, Notes, publish_notes
from tests.slack_server import LocalSlack
from tests.slack_server.transcript import message_text

NEWS = Notes(
    "Ferries of the Control Plane", ("Nadia Sund",), ("Nadia Sund named her scheduler Brackwater.",), day=2
)


@pytest.fixture
def following(index_dir: Path, encoder: Encoder) -> LiveIndex:
    """Give a live index on a folder of the test's own."""
    return LiveIndex(index_dir, encoder)


def test_a_new_build_is_asked_without_a_restart(
    slack: LocalSlack, start: Starter, following: LiveIndex, encoder: Encoder
) -> None:
    """What the next build holds is answered a moment after it was published."""
    start(index=following)
    following.follow(poll_s=0.05)
    slack.command("C1NOTES", "U1ADA", "talk ferries of the control plane")
    slack.wait_for(lambda: slack.space.ephemerals)
    before = following.searcher
    build_id = publish_notes(following.index_dir, encoder, [*TALKS, NEWS])
    slack.wait_for(lambda: following.searcher is not before)
    slack.command("C1NOTES", "U1ADA", "talk ferries of the control plane")
    slack.wait_for(lambda: len(slack.space.ephemerals) == 2)
    following.stop()

    assert following.searcher.build.build_id == build_id
    assert "Brackwater" not in message_text(slack.space.ephemerals[0])
    assert "Brackwater" in message_text(slack.space.ephemerals[1])


def test_a_damaged_build_is_refused_loudly(
    slack: LocalSlack,
    start: Starter,
    following: LiveIndex,
    encoder: Encoder,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A build with a changed file is not taken: the old one answers, the log and the status say why; a good one is taken again."""
    start(index=following)
    before = following.searcher
    broken = publish_notes(following.index_dir, encoder, [*TALKS, NEWS])
    (following.index_dir / broken / "talks.jsonl").write_text("{}")
    with caplog.at_level(logging.ERROR):
        taken = [following.refresh() for _ in range(3)]
    slack.command("C1NOTES", "U1ADA", "status")
    [status] = slack.wait_for(lambda: slack.space.ephemerals)

    assert taken == [False, False, False]
    assert following.searcher is before
    assert caplog.text.count("the new build is not taken") == 1
    assert "A newer build could not be opened" in message_text(status)
    publish_notes(following.index_dir, encoder, [*TALKS[:2], NEWS])
    assert following.refresh()
    assert following.trouble is None


def test_a_folder_without_a_build_is_refused_at_the_start(tmp_path: Path, encoder: Encoder) -> None:
    """Without a published build there is nothing to answer from."""
    with pytest.raises(NoBuild, match="confnotes ingest"):
        LiveIndex(tmp_path, encoder)


def test_a_pointer_that_vanishes_keeps_the_build(following: LiveIndex) -> None:
    """When the pointer is gone the build stays, and when it is back the trouble is over."""
    pointer = following.index_dir / "CURRENT"
    name = pointer.read_text()
    pointer.unlink()
    following.refresh()
    trouble = following.trouble
    pointer.write_text(name)
    following.refresh()

    assert trouble
    assert following.trouble is None


def test_a_build_that_is_no_longer_served_is_let_go(following: LiveIndex, encoder: Encoder) -> None:
    """After the switch nothing keeps the old build in memory: a bot that runs for months holds one."""
    answer("who names schedulers?", searcher=following.searcher)
    old = weakref.ref(following.searcher)
    publish_notes(following.index_dir, encoder, [*TALKS, NEWS])
    taken = following.refresh()
    gc.collect()

    assert taken
    assert old() is None


def test_builds_that_were_replaced_are_closed_without_being_asked_for(
    following: LiveIndex, encoder: Encoder
) -> None:
    """While a bot follows the pointer, however many builds come, the files of at most the live one stay open."""

    def open_files() -> int:
        found = 0
        for link in list(Path("/proc/self/fd").iterdir()):
            with suppress(OSError):  # the one by which the folder was read
                found += str(following.index_dir) in str(link.readlink())
        return found

    answer("who names schedulers?", searcher=following.searcher)
    one_build = open_files()
    gc.disable()  # it would hide for how long nobody else lets go
    following.follow(poll_s=0.02)
    for number in range(3):
        said = (f"The almanac has {number} pages.",)
        build_id = publish_notes(following.index_dir, encoder, [*TALKS, Notes("Almanac", ("Jo Bek",), said)])
        wait_for_build(following, build_id)
        answer("who names schedulers?", searcher=following.searcher)
    deadline = time.monotonic() + 90
    while open_files() > one_build and time.monotonic() < deadline:
        time.sleep(0.02)
    left = open_files()
    following.stop()
    gc.enable()

    assert one_build > 0
    assert left == one_build


def wait_for_build(following: LiveIndex, build_id: str) -> None:
    """Wait until a build is served, for long on a busy machine."""
    deadline = time.monotonic() + 90
    while following.searcher.build.build_id != build_id and time.monotonic() < deadline:
        time.sleep(0.01)


def test_every_answer_is_one_builds(following: LiveIndex, encoder: Encoder) -> None:
    """While builds are published, one of them corrupt, no answer fails and none quotes another build than it names."""
    editions = {following.searcher.build.build_id: 0}
    seen: list[dict[str, Any]] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            seen.append(answer("which edition of the almanac is it?", searcher=following.searcher).to_json())

    askers = [threading.Thread(target=ask) for _ in range(2)]
    following.follow(poll_s=0.02)
    for one in askers:
        one.start()
    for number in range(1, 5):
        almanac = Notes(
            "The Almanac",
            ("Nadia Sund",),
            (f"Nadia Sund says that this is edition {number} of the almanac.",),
            day=2,
        )
        before = following.searcher
        build_id = publish_notes(following.index_dir, encoder, [*TALKS, almanac])
        editions[build_id] = number
        if number == 2:
            (following.index_dir / build_id / "tokens.npy").unlink()
        deadline = time.monotonic() + 90
        while following.searcher is before and following.trouble is None and time.monotonic() < deadline:
            time.sleep(0.01)
    wait_for_build(following, build_id)  # the trouble with the corrupt one ends the waiting above early
    done.set()
    for one in askers:
        one.join()
    following.stop()
    said = [(set(re.findall(r"edition (\d+) of", one["answer"])), editions[one["build"]]) for one in seen]

    assert len({edition for _, edition in said}) > 2
    assert all(words <= {str(edition)} for words, edition in said)
    assert all(words for words, edition in said if edition)
    assert following.searcher.build.build_id == build_id


def as_format(index_dir: Path, build_id: str, version: int) -> None:
    """Let a build have the format of another version of confnotes."""
    manifest = index_dir / build_id / "manifest.json"
    manifest.write_text(
        manifest.read_text("utf-8").replace(f'"format": {FORMAT_VERSION}', f'"format": {version}'), "utf-8"
    )


def test_a_version_that_is_upgraded_starts_again_while_the_next_ones_build_is_live(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder
) -> None:
    """A bot that restarts during an upgrade answers from the last build that it reads, says so, and takes the next good one."""
    own = current_build_id(index_dir)
    later = publish_notes(index_dir, encoder, [*TALKS, NEWS])
    as_format(index_dir, later, FORMAT_VERSION + 1)
    following = LiveIndex(index_dir, encoder)
    start(index=following)
    slack.command("C1NOTES", "U1ADA", "how fast does Mossbank restore a volume?")
    [reply] = slack.wait_for(lambda: slack.space.ephemerals)
    trouble = following.trouble
    publish_notes(index_dir, encoder, [*TALKS[:2], NEWS])

    assert "14 seconds" in message_text(reply)
    assert trouble is not None
    assert f"format {FORMAT_VERSION + 1}" in trouble
    assert "Update confnotes" in trouble
    assert following.refresh()
    assert following.searcher.build.build_id != own
    assert following.trouble is None


def test_what_was_gone_back_from_is_not_served_at_a_start(index_dir: Path, encoder: Encoder) -> None:
    """Where the live build has another format, builds that are newer than it are left alone; with none before it, it is told."""
    live = current_build_id(index_dir)
    publish_notes(index_dir, encoder, [*TALKS, NEWS])
    (index_dir / "CURRENT").write_text(live + "\n", encoding="utf-8")
    as_format(index_dir, live, FORMAT_VERSION - 1)

    with pytest.raises(FormatMismatch, match="confnotes ingest --full"):
        LiveIndex(index_dir, encoder)
