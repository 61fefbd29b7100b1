"""What people write stands in no log, no error and, where nothing is to be kept, in no file of the bot."""

from __future__ import annotations

import io
import json
import logging
import os
import random
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.answering.models import Answer
from bot.store import Store
from bot.telemetry.logs import SilentAboutText
from tests.bot.slack.conftest import Starter, answer
from tests.slack_server import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, LocalSlack
from tests.slack_server.faults import SERVER_ERROR, SILENCE, Fault

CANARY = "quetzalcanary"
# The whole bar is 1,000 conversations: CONFNOTES_CANARIES=1000 runs it.
CONVERSATIONS = int(os.environ.get("CONFNOTES_CANARIES", "40"))
REFUSED = Fault(error="invalid_blocks")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Give what the process's log would hold, debug lines of all libraries included."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(SilentAboutText())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def moody(question: str, **how: Any) -> Answer:
    """Answer, or fail with a library's words that quote the question."""
    if "moody" in question:
        raise ValueError(f"invalid literal for int(): {question!r}")
    return answer(question, **how)


def talk(slack: LocalSlack, chance: random.Random) -> None:
    """Let somebody say something by one of the ways that there are."""
    words = " ".join(
        chance.sample(["what is", CANARY, "Lanternfish", "moody", "watch", "day 3", "talk", "<#C1|x>"], 4)
    )
    way = chance.choice(["mention", "direct", "follow", "command", "shortcut", "share", "react"])
    if way == "mention":
        slack.write("C1NOTES", "U1ADA", f"<@BOT> {words}")
    elif way == "direct":
        slack.direct("U1ADA", words)
    elif way == "follow":
        thread = chance.choice(slack.space.channels["C1NOTES"].messages)["ts"]
        slack.write("C1NOTES", "U1ADA", words, thread)
    elif way == "command":
        slack.command("C2OTHER", "U1ADA", words)
    elif way == "shortcut":
        message = {"type": "message", "user": "U2BEN", "text": f"{words} {CANARY}", "ts": "1.1"}
        slack.shortcut("ask_notes", message, "U1ADA", "C1NOTES")
    elif way == "react":
        slack.react(slack.space.channels["C1NOTES"].messages[0], "U1ADA", CANARY, "C1NOTES")
    else:
        value = '{"t":"' + CANARY + chance.choice(['"}', "", '","w":"hits","p":1,"h":[]}'])
        block = {"type": "actions", "elements": [{"type": "button", "action_id": "share", "value": value}]}
        slack.click({"ts": "1.1", "for_user": "U1ADA", "blocks": [block]}, "share", "U1ADA", "C1NOTES")


def test_no_word_of_a_conversation_is_written_down(
    slack: LocalSlack, start: Starter, tmp_path: Path, written: io.StringIO
) -> None:
    """Whatever people do and whatever fails, a word of theirs is in no line of the log and, kept for no days, in no file."""
    chance = random.Random(20_261_126)  # noqa: S311  reproducible, not secret
    slack.write_quietly("C1NOTES", "U2BEN", CANARY)
    for method in ("chat.postMessage", "response_url", "conversations.replies"):
        slack.faults.every(method, 5, chance.choice([SERVER_ERROR, REFUSED]))
    slack.faults.next("chat.postMessage", SILENCE)
    running = start(keep_questions_days=0, answering=moody)
    for _ in range(CONVERSATIONS):
        talk(slack, chance)
    slack.wait_for(lambda: running.bot.store.open_jobs() == 0, timeout_s=60 + CONVERSATIONS / 5)
    with running.bot.store.reading() as memory:
        watched = memory.execute("SELECT phrase FROM watches").fetchall()
    running.bot.store.wipe()
    alive = {path.name: path.read_bytes() for path in tmp_path.glob("bot.sqlite*")}
    running.close()
    shown = json.dumps([channel.messages for channel in slack.space.channels.values()])
    everywhere = f"{written.getvalue()} {shown} {running.bot!r} {slack.space.ephemerals}".encode()

    for secret in (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET):
        assert not [1 for content in (everywhere, *alive.values()) if secret.encode() in content]
    assert CANARY not in written.getvalue()
    assert "Traceback" in written.getvalue()
    assert len(alive) >= 2
    if not watched:  # what somebody watches is kept because they ask for it
        assert not [name for name, content in alive.items() if CANARY.encode() in content]


def test_forgotten_questions_are_gone_from_the_files(tmp_path: Path) -> None:
    """A question that is forgotten is gone from the file and from its write-ahead log while the bot still runs."""
    store = Store(tmp_path / "bot.sqlite")
    for number in range(50):
        job_id = store.take([f"key {number}"], f'{{"text": "{CANARY} {number}"}}')
        store.add_turn("thread", str(number), "U1ADA", f"{CANARY} {number}")
        store.finish(str(job_id))
    store.forget(claims_after_s=60, questions_after_s=-1)
    store.wipe()
    found = [path.name for path in tmp_path.glob("*") if CANARY.encode() in path.read_bytes()]
    store.close()

    assert found == []


def test_wiping_waits_for_nobody(tmp_path: Path) -> None:
    """While another process reads, nothing is held up and nothing breaks."""
    store = Store(tmp_path / "bot.sqlite")
    other = sqlite3.connect(tmp_path / "bot.sqlite", isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM claims").fetchone()
    store.take(["key"], "{}")
    store.wipe()
    other.close()

    assert store.take(["another"], "{}") is not None
    store.close()


def test_only_the_owner_reads_the_memory(tmp_path: Path) -> None:
    """The memory and the files beside it are nobody else's to read, also one that was made with another mode."""
    path = tmp_path / "bot.sqlite"
    path.touch(mode=0o644)
    store = Store(path)
    store.take(["key"], "{}")
    modes = {
        stat.S_IMODE(found.stat().st_mode) for found in tmp_path.glob("bot.sqlite*") if found.stat().st_size
    }
    store.close()

    assert modes == {0o600}


BLANK = "it has a blank, a line end or a letter that no token has"
SECRET = "s3cretquetzal"
# Those that fail before Slack is asked: benchmarks/canaries.py.
STARTS = [
    ({"SLACK_SIGNING_SECRET": f"{SECRET}\x00é", "PORT": "3000"}, BLANK),
    ({"SLACK_BOT_TOKEN": f"xoxb-{SECRET}", "SLACK_APP_TOKEN": APP_TOKEN}, "invalid_auth"),
    ({"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": f"xapp-{SECRET}"}, "invalid_auth"),
    ({"CONFNOTES_STORE": "/dev/null/x/bot.sqlite"}, "Cannot open the bot's memory"),
    ({"CONFNOTES_STORE": "/proc/x/bot.sqlite"}, "Cannot open the bot's memory"),
]


@pytest.mark.parametrize(("given", "said"), STARTS)
def test_a_start_that_fails_is_one_line_without_the_secret(
    slack: LocalSlack, tmp_path: Path, published: Path, given: dict[str, str], said: str
) -> None:
    """What cannot be used is named in one line that says the way out and never shows the value."""
    environment = {
        "PATH": os.environ["PATH"],
        "CONFNOTES_INDEX_DIR": str(published),
        "CONFNOTES_STORE": str(tmp_path / "bot.sqlite"),
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": slack.api_url,
        **given,
    }
    if "\x00" in "".join(given.values()):  # no variable of an environment holds one, a file may
        (tmp_path / ".env").write_text("\n".join(f'{name}="{value}"' for name, value in given.items()))
        environment = {name: value for name, value in environment.items() if name not in given}
    ended = subprocess.run(
        [sys.executable, "-m", "bot"],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )

    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1), ended.stderr
    assert said in ended.stderr
    assert SECRET not in ended.stdout + ended.stderr
