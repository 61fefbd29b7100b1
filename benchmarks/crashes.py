"""Kill the bot and the nightly job at random moments of nights, and count what people were told.

    python -m benchmarks.crashes --kills 200 --seed 1

A bot listens to a local Slack. A person watches a word, a channel has a daily digest. Each night brings one new
talk with the word, somebody asks meanwhile, and the bot, the job or both are killed: at any moment, or right
behind a message that Slack took. What was killed is started again. Then the question must have one answer, the
person and the channel one message on the talk, and the live build every digest right.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import socket
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

import index.encoder.onnx  # noqa: F401 a child then starts with everything imported
from bot.answering import answer
from bot.settings import Settings
from bot.slack.app import create_app
from bot.slack.sockets import Sockets
from index.build.layout import current_build_id
from index.build.reader import open_build
from ingest.job import Job
from ingest.nightly.contents import verify_quotes
from ingest.nightly.run import run
from tests.slack_server import APP_TOKEN, BOT_TOKEN, BOT_USER_ID, LocalSlack
from tests.slack_server.delivery import Delivery
from tests.slack_server.transcript import message_text

PERSON, CHANNEL, DIRECT = "U1ADA", "C1NOTES", "D1ADA"
_KEPT = 5  # talks in the notes; older ones leave
_LONGEST_S = 1.5  # in which a night and its telling end, on a quiet machine
_UNHEARD_S = 2.0  # after which Slack sends an event again
_PATIENCE_S = 600.0
_LATEST = 12  # messages of a channel that a night can have brought


def be_bot(folder: Path, api_url: str) -> None:
    """Run a bot that looks around more often than the one that ships, until it is killed."""
    settings = Settings.model_construct(
        **{
            **{name: given.default for name, given in Settings.model_fields.items()},
            "index_dir": folder / "index",
            "store": folder / "bot.sqlite",
            "slack_bot_token": SecretStr(BOT_TOKEN),
            "slack_app_token": SecretStr(APP_TOKEN),
            "slack_api_url": api_url,
        }
    )
    bot = create_app(settings, answering=answer)
    bot.desk.start(look_every_s=0.05)
    bot.live.follow(0.05)
    Sockets(bot.app, APP_TOKEN, 1).connect()
    threading.Event().wait()


def be_job(folder: Path) -> None:
    """Do a night's work."""
    run(Job(paths=(folder / "notes",), index_dir=folder / "index", keep_builds=2, grace_s=0.0, wait_s=30.0))


class Forks:
    """A process without threads that starts the others: what has threads cannot be forked."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self._process = os.fork()
        if self._process == 0:
            ours.close()
            self._serve(theirs)
        theirs.close()
        self._lines = ours.makefile("rw", encoding="utf-8")

    def start(self, what: str, *words: str) -> int:
        """Start a bot or a job and return its process id."""
        return self._ask("start", what, *words)

    def wait(self, child: int) -> int:
        """Wait for a child to end and return its status, negative for a signal."""
        return self._ask("wait", str(child))

    def close(self) -> None:
        """End."""
        self._lines.close()
        os.waitpid(self._process, 0)

    def _ask(self, *words: str) -> int:
        self._lines.write(json.dumps(words) + "\n")
        self._lines.flush()
        return int(self._lines.readline())

    def _serve(self, line: socket.socket) -> None:
        children: set[int] = set()
        with line.makefile("rw", encoding="utf-8") as lines:
            for asked in iter(lines.readline, ""):
                verb, *words = json.loads(asked)
                if verb == "wait":
                    children.discard(int(words[0]))
                    answered = os.waitstatus_to_exitcode(os.waitpid(int(words[0]), 0)[1])
                else:
                    answered = os.fork()
                    if answered == 0:
                        _be(words)
                    children.add(answered)
                lines.write(f"{answered}\n")
                lines.flush()
        for child in children:
            os.kill(child, signal.SIGKILL)
        os._exit(0)


def _be(words: list[str]) -> None:
    """Do what a child is for, and end with it."""
    status = 1
    try:
        (be_bot if words[0] == "bot" else be_job)(Path(words[1]), *words[2:])
        status = 0
    except BaseException as error:  # the child must not go on as its parent
        print(f"  {words[0]}: {type(error).__name__}: {error}", file=sys.stderr)
    finally:
        os._exit(status)


@dataclass
class Nights:
    """A workspace, notes, a bot, and what was seen."""

    folder: Path
    slack: LocalSlack
    forks: Forks
    chance: random.Random
    bot: int = 0
    night: int = 0

    def begin(self) -> None:
        """Publish first notes, start the bot, and ask to be told."""
        self.slack.add_user(PERSON, "ada")
        self.slack.add_channel(CHANNEL, "notes", PERSON)
        self.write_notes()
        assert self.forks.wait(self.forks.start("job", str(self.folder))) == 0
        self.start_bot()
        for words in ("watch crane", "digest daily here"):
            self.slack.command(CHANNEL, PERSON, words)
        self.slack.wait_for(lambda: len(self.slack.space.ephemerals) == 2, timeout_s=_PATIENCE_S)

    def start_bot(self) -> None:
        """Start a bot and wait until it listens."""
        before = self.slack.sockets.opened
        self.bot = self.forks.start("bot", str(self.folder), self.slack.api_url)
        self.slack.wait_for(
            lambda: self.slack.sockets.opened > before and self.slack.sockets.connections,
            timeout_s=_PATIENCE_S,
        )

    def write_notes(self) -> None:
        """Write the notes of this night: one more talk."""
        self.night += 1
        (self.folder / "notes").mkdir(exist_ok=True)
        talks = "".join(
            f"## Lifting Load {number} - Ann Bee\n\nThe crane lifted {number} crates, and every chain was checked.\n\n"
            for number in range(max(1, self.night - _KEPT), self.night + 1)
        )
        (self.folder / "notes" / "day.md").write_text(
            f"# KubeCon Europe 2021 - Day 1\n\n{talks}", encoding="utf-8"
        )

    def told(self, channel_id: str, words: str) -> int:
        """Return how many of the bot's messages in a channel, answers in threads aside, say something."""
        channel = self.slack.space.channels.get(channel_id)
        messages = channel.messages[-_LATEST:] if channel else []
        own = [one for one in messages if one["user"] == BOT_USER_ID and "thread_ts" not in one]
        return sum(words in message_text(one) for one in own)

    def answers(self, asked: list[Delivery]) -> int:
        """Return how many answers a question has."""
        ts = asked[0].payload["event"]["ts"]
        messages = self.slack.space.channels[CHANNEL].messages[-_LATEST:]
        return sum(one["user"] == BOT_USER_ID and one.get("thread_ts") == ts for one in messages)

    def once(self) -> str:
        """Live through a night in which something is killed; return what and when."""
        self.write_notes()
        with contextlib.closing(sqlite3.connect(self.folder / "bot.sqlite", timeout=60)) as memory:
            memory.execute("UPDATE digests SET posted_at = 0")
            memory.commit()
        said = f"crane lifted {self.night} crates"
        job = self.forks.start("job", str(self.folder))
        asked: list[Delivery] = []
        asking = threading.Timer(
            self.chance.uniform(0, _LONGEST_S),
            lambda: asked.extend(self.slack.write(CHANNEL, PERSON, "<@BOT> how many crates did it lift?")),
        )
        asking.start()
        victims = self.chance.choice((("bot",), ("bot",), ("job",), ("bot", "job")))
        moment = self._wait_for_a_moment(said) if "bot" in victims else self._any_moment()
        for victim in victims:
            with contextlib.suppress(ProcessLookupError):  # a job that is done
                os.kill(self.bot if victim == "bot" else job, signal.SIGKILL)
        status = self.forks.wait(job)
        if "bot" in victims:
            self.forks.wait(self.bot)
            self.start_bot()
        asking.join()
        if status != 0:
            assert self.forks.wait(self.forks.start("job", str(self.folder))) == 0
        self._wait_until_told(said, asked)
        live = current_build_id(self.folder / "index")
        open_build(self.folder / "index", live, most_bytes=None)
        verify_quotes(self.folder / "index", live)
        return f"night killed: {' and '.join(victims)}, {moment}"

    def _any_moment(self) -> str:
        time.sleep(self.chance.uniform(0, _LONGEST_S))
        return "at any moment"

    def _wait_for_a_moment(self, said: str) -> str:
        """Wait for any moment, or until Slack took a message on the talk and a little longer."""
        places = self.chance.choice(((), (DIRECT,), (CHANNEL,)))
        if not places:
            return self._any_moment()
        self._patiently(lambda: self.told(places[0], said))
        time.sleep(self.chance.choice((0.0, self.chance.uniform(0, 0.01))))
        return f"behind a {'direct message' if places[0] == DIRECT else 'digest'}"

    def _wait_until_told(self, said: str, asked: list[Delivery]) -> None:
        """Wait until everybody knows, sending again what nobody acknowledged; then count."""
        sent = list(asked)

        def is_done() -> bool:
            for number, one in enumerate(sent):  # the message, and the mention in it
                if one.acked_at is None and time.monotonic() - one.sent_at > _UNHEARD_S:
                    [sent[number]] = self.slack.redeliver(one)
            return bool(
                self.answers(asked) and self.told(DIRECT, said) and self.told(CHANNEL, said) and self._rests()
            )

        self._patiently(is_done)
        counts = self.answers(asked), self.told(DIRECT, said), self.told(CHANNEL, said)
        assert counts == (1, 1, 1), f"night {self.night}: answers, direct messages and digests: {counts}"

    def _rests(self) -> bool:
        """Return whether nothing is left to do."""
        with contextlib.closing(sqlite3.connect(self.folder / "bot.sqlite", timeout=60)) as memory:
            [count] = memory.execute("SELECT count(*) FROM jobs WHERE finished_at IS NULL").fetchone()
        return int(count) == 0

    def _patiently(self, condition: Callable[[], Any]) -> None:
        ends = time.monotonic() + _PATIENCE_S
        while not condition():
            assert time.monotonic() < ends, (
                f"night {self.night}: waited in vain; {self.slack.transcript(CHANNEL)}"
            )
            time.sleep(0.005)


@contextlib.contextmanager
def nights(seed: int) -> Iterator[Nights]:
    """Give a workspace with a bot in it."""
    forks = Forks()  # before there are threads
    try:
        with tempfile.TemporaryDirectory(prefix="confnotes-crashes-") as name, LocalSlack() as slack:
            chance = random.Random(seed)  # noqa: S311 moments, not secrets
            ours = Nights(Path(name), slack, forks, chance)
            try:
                ours.begin()
                yield ours
            finally:
                if ours.bot:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(ours.bot, signal.SIGKILL)
                    forks.wait(ours.bot)
    finally:
        forks.close()


def crashes(kills: int, seed: int, tell: Callable[[str], object] = lambda _: None) -> dict[str, int]:
    """Live through so many nights with a kill, telling what happened in each; return how often which happened."""
    seen: Counter[str] = Counter()
    with nights(seed) as ours:
        for _ in range(kills):
            happened = ours.once()
            seen[happened] += 1
            tell(happened)
    return dict(sorted(seen.items()))


def main() -> None:
    """Kill, and print what was seen as one object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    started = time.monotonic()
    seen = crashes(given.kills, given.seed)
    print(json.dumps({**seen, "s": round(time.monotonic() - started)}))


if __name__ == "__main__":
    main()
