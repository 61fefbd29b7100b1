"""Let two bots answer for a while in which everything happens that may happen to them, and look what stays.

    python -m benchmarks.soak --minutes 10 --database postgresql

On loopback: people ask, type commands and click; Slack redelivers what was not acknowledged, limits every tenth
post, renews and cuts the sockets; a new build comes every minute; the database is started anew (a SQLite file is
locked for seconds by somebody else). Then every question must have one answer, every command and click that was
acknowledged one reply, and each bot the memory and the descriptors that it had once it was warm. Prints one line
of JSON; ends with 1 where something was lost or doubled, memory or descriptors grew by more than 5 %, or a bot did
not end in order when it was told to. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from index.build.layout import prune
from index.encoder.base import Encoder
from index.encoder.load import load_encoder
from tests.notes import TALKS, Notes, publish_notes
from tests.postgresql import PostgresqlServer, programs
from tests.slack_server import APP_TOKEN, BOT_TOKEN, BOT_USER_ID, LocalSlack
from tests.slack_server.delivery import Delivery
from tests.slack_server.faults import RATE_LIMITED
from tests.slack_server.transcript import message_text

ROOT = Path(__file__).resolve().parent.parent
CHANNELS = 10
QUESTIONS = (
    "what is Mossbank?",
    "what is Lanternfish?",
    "what does Quillwort write?",
    "who spoke about tracing?",
)
COMMANDS = ("what is Mossbank?", "day3", "speaker Kenji Watanabe", "events", "help")
AGAIN_AFTER_S = (5.0, 20.0, 60.0)  # Slack's own pauses are longer, after the first
GROWTH = 0.05
SAMPLE_EVERY_S = 2.0
_WARM, _LAST = (
    0.25,
    0.2,
)  # the parts of the time before measuring, and at either end of the rest that are compared


@dataclass
class Asked:
    """What people did, and how often each thing was delivered."""

    questions: list[str] = field(default_factory=list)  # timestamps
    privately: dict[str, Delivery] = field(default_factory=dict)  # by the one person who did it
    waiting: list[tuple[float, int, Delivery]] = field(default_factory=list)  # due, tries, delivery


@dataclass(frozen=True)
class Sample:
    """What a process held at a time."""

    at: float
    rss_kb: int
    descriptors: int
    threads: int


def soak(minutes: float, database: str, seed: int) -> dict[str, Any]:
    """Run the bots and the people and return the figures."""
    chance = random.Random(seed)  # noqa: S311  reproducible, not secret
    encoder = load_encoder()
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        builds = _Builds(folder / "index", encoder)
        slack = held.enter_context(LocalSlack())
        slack.add_user("U1ADA", "ada")
        for number in range(CHANNELS):
            slack.add_channel(f"C{number}", f"soak{number}", "U1ADA")
        slack.faults.every("chat.postMessage", 10, RATE_LIMITED)
        store, restart = _database(database, folder, held, chance)
        bots = [
            held.enter_context(_bot(slack, folder / f"bot{n}", builds.index_dir, store)) for n in range(2)
        ]
        slack.wait_for(lambda: len(slack.sockets.connections) == 4 or any(bot.poll() for bot in bots), 120)
        people = _People(slack, chance)
        reconnect = partial(_reconnect, slack, chance)
        acts = [
            (0.5, people.act),
            (2.0, people.hear_again),
            (45.0, reconnect),
            (60.0, builds.next),
            (75.0, restart),
        ]
        began = time.monotonic()
        samples = _go_on(began + minutes * 60, acts, bots)
        figures = people.settle()
        told = time.monotonic()
        for bot in bots:
            bot.send_signal(signal.SIGTERM)
        return {
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
            "minutes": minutes,
            "database": database,
            "builds": builds.count,
            "statuses": [_ended(bot) for bot in bots],
            "ended_s": round(time.monotonic() - told, 1),
            "load": os.getloadavg()[1],
            **figures,
            "bots": [_trend(found, began, began + minutes * 60) for found in samples],
        }


def _go_on(
    ends: float, acts: Sequence[tuple[float, Callable[[], None]]], bots: Sequence[subprocess.Popen[bytes]]
) -> list[list[Sample]]:
    """Do each act every so many seconds until the end; return what each bot held meanwhile."""
    due = {act: time.monotonic() + every_s for every_s, act in acts}
    samples: list[list[Sample]] = [[] for _ in bots]
    while time.monotonic() < ends:
        for every_s, act in acts:
            if time.monotonic() >= due[act]:
                due[act] = time.monotonic() + every_s
                act()
        for bot, found in zip(bots, samples, strict=True):
            if not found or time.monotonic() - found[-1].at > SAMPLE_EVERY_S:
                found.append(_sample(bot.pid))
        time.sleep(0.05)
    return samples


class _Builds:
    """Publishes one build after the other, each with one more talk than the first."""

    def __init__(self, index_dir: Path, encoder: Encoder) -> None:
        self.index_dir = index_dir
        self.count = 0
        self._encoder = encoder
        publish_notes(index_dir, encoder)

    def next(self) -> None:
        """Publish another build, as the nightly job does, and remove those that nobody goes back to."""
        self.count += 1
        said = (f"Ada Quay counted {self.count} ships in the harbour.",)
        made = datetime(2026, 11, 20, 2, 15, tzinfo=UTC) + timedelta(minutes=self.count)
        publish_notes(
            self.index_dir, self._encoder, [*TALKS, Notes("Counting Ships", ("Ada Quay",), said)], made
        )
        prune(self.index_dir, keep=3)


def _reconnect(slack: LocalSlack, chance: random.Random) -> None:
    slack.drop_sockets(chance.choice(["refresh_requested", None]))


class _People:
    """People who do things, and Slack that delivers them again where nobody acknowledged."""

    def __init__(self, slack: LocalSlack, chance: random.Random) -> None:
        self._slack = slack
        self._chance = chance
        self._asked = Asked()
        self._number = 0

    def act(self) -> None:
        """Let somebody ask, type a command or click."""
        self._number += 1
        channel = f"C{self._number % CHANNELS}"
        what = self._chance.random()
        answers = [one for one in self._slack.space.channels[channel].messages[-6:] if _has_button(one)]
        if what < 0.7 or (what >= 0.85 and not answers):
            deliveries = self._slack.write(channel, "U1ADA", f"<@BOT> {self._chance.choice(QUESTIONS)}")
            self._asked.questions.append(str(deliveries[0].payload["event"]["ts"]))
            self._asked.waiting += [(time.monotonic() + AGAIN_AFTER_S[0], 0, one) for one in deliveries]
            return
        person = f"U{self._number}P"
        self._slack.add_user(person, person.lower())
        self._slack.space.channels[channel].members.add(person)
        if what < 0.85:
            self._asked.privately[person] = self._slack.command(
                channel, person, self._chance.choice(COMMANDS)
            )
        else:
            self._asked.privately[person] = self._slack.click(
                self._chance.choice(answers), "page:hits", person, channel
            )

    def hear_again(self) -> None:
        """Send again what nobody acknowledged in time, three times at most."""
        now, later = time.monotonic(), []
        for due, tries, delivery in self._asked.waiting:
            if delivery.acked_at is not None:
                continue
            if now < due:
                later.append((due, tries, delivery))
            elif tries < len(AGAIN_AFTER_S):
                [again] = self._slack.redeliver(delivery)
                pause = AGAIN_AFTER_S[min(tries + 1, len(AGAIN_AFTER_S) - 1)]
                later.append((now + pause, tries + 1, again))
        self._asked.waiting = later

    def settle(self) -> dict[str, Any]:
        """Wait until all is answered and count."""
        patience = time.monotonic() + 180
        while time.monotonic() < patience and not self._is_settled():
            self.hear_again()
            time.sleep(0.5)
        time.sleep(5)  # in which something doubled would come
        answers, replies = self._answers(), self._replies()
        private = self._asked.privately
        refused = [person for person, one in private.items() if one.acked_at is None]
        for person, one in private.items():
            if person not in refused and not replies[person]:
                print(f"no reply to {one.kind} of {person}: {one.payload}", file=sys.stderr)
        return {
            "questions": len(self._asked.questions),
            "answered_once": sum(answers[ts] == 1 for ts in self._asked.questions),
            "lost": sum(answers[ts] == 0 for ts in self._asked.questions),
            "doubled": sum(answers[ts] > 1 for ts in self._asked.questions),
            "apologies": sum("went wrong" in message_text(one) for one in self._own_messages()),
            "commands_and_clicks": len(private),
            "not_acknowledged": len(refused),
            "replied_once": sum(replies[person] == 1 for person in private),
            "replies_lost": sum(replies[person] == 0 for person in private if person not in refused),
            "replies_doubled": sum(replies[person] > 1 for person in private),
        }

    def _is_settled(self) -> bool:
        answers, replies = self._answers(), self._replies()
        private = self._asked.privately.items()
        return all(answers[ts] for ts in self._asked.questions) and all(
            replies[person] for person, one in private if one.acked_at is not None
        )

    def _own_messages(self) -> list[dict[str, Any]]:
        channels = list(self._slack.space.channels.values())
        return [one for channel in channels for one in channel.messages if one["user"] == BOT_USER_ID]

    def _answers(self) -> Counter[str]:
        return Counter(str(one.get("thread_ts")) for one in self._own_messages())

    def _replies(self) -> Counter[str]:
        direct = Counter(
            person
            for channel in list(self._slack.space.channels.values())
            for one in channel.messages
            if channel.kind == "im" and one["user"] == BOT_USER_ID
            for person in channel.members
        )
        return Counter(str(one["for_user"]) for one in self._slack.space.ephemerals) + direct


def _has_button(message: dict[str, Any]) -> bool:
    return any(
        element.get("action_id") == "page:hits"
        for block in message.get("blocks", [])
        for element in block.get("elements", [])
    )


def _database(
    kind: str, folder: Path, held: ExitStack, chance: random.Random
) -> tuple[str, Callable[[], None]]:
    """Return the address of the bots' memory, and what takes it away for a while."""
    if kind == "postgresql":
        found = programs()
        if found is None:
            raise SystemExit("PostgreSQL's server is not installed here.")
        server = held.enter_context(PostgresqlServer(found))
        how = ["fast", "immediate"]
        return server.database(), lambda: server.restart(chance.uniform(0, 3), chance.choice(how))
    path = folder / "bot.sqlite"

    def lock() -> None:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=20)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(chance.uniform(0, 3))
            other.execute("ROLLBACK")

    return str(path), lock


@contextmanager
def _bot(slack: LocalSlack, folder: Path, index_dir: Path, store: str) -> Iterator[subprocess.Popen[bytes]]:
    folder.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "CONFNOTES_INDEX_DIR": str(index_dir),
        "CONFNOTES_STORE": store,
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": slack.api_url,
        "OMP_NUM_THREADS": "1",
        "PYTHONFAULTHANDLER": "1",
    }
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "confnotes", "bot"], cwd=folder, env=environment, stderr=log
        )
        try:
            yield running
        finally:
            running.kill()
            running.wait()
            print((folder / "log").read_text("utf-8"), file=sys.stderr)


def _ended(bot: subprocess.Popen[bytes]) -> int | None:
    """Return a bot's status; of one that does not end, None, with the stacks of its threads in its log."""
    try:
        return bot.wait(timeout=90)
    except subprocess.TimeoutExpired:
        bot.send_signal(signal.SIGABRT)
        bot.wait()
        return None


def _sample(pid: int) -> Sample:
    status = dict(
        line.split(":", 1)
        for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
        if ":" in line
    )
    return Sample(
        time.monotonic(),
        int(status["VmRSS"].split()[0]),
        sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
        int(status["Threads"]),
    )


def _trend(samples: list[Sample], began: float, ends: float) -> dict[str, Any]:
    """Compare what a process held once it was warm with what it held in the end, by medians."""
    warm = began + (ends - began) * _WARM
    first = [one for one in samples if warm <= one.at < warm + (ends - began) * _LAST]
    last = [one for one in samples if one.at >= ends - (ends - began) * _LAST]

    def both(name: str) -> tuple[float, float]:
        return tuple(statistics.median(getattr(one, name) for one in some) for some in (first, last))  # type: ignore[return-value]

    before, after = both("rss_kb")
    return {
        "rss_mb": [round(before / 1024, 1), round(after / 1024, 1)],
        "growth": round(after / before - 1, 4),
        "descriptors": both("descriptors"),
        "threads": both("threads"),
    }


def main() -> None:
    """Read the command line, soak and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    figures = soak(given.minutes, given.database, given.seed)
    print(json.dumps(figures))
    bad = sum(figures[name] for name in ("lost", "doubled", "apologies", "replies_lost", "replies_doubled"))
    grown = any(
        bot["growth"] > GROWTH or bot["descriptors"][1] > bot["descriptors"][0] * (1 + GROWTH)
        for bot in figures["bots"]
    )
    sys.exit(1 if bad or grown or any(status != 0 for status in figures["statuses"]) else 0)


if __name__ == "__main__":
    main()
