"""The bot's memory, the same in a SQLite file and in PostgreSQL: claims, leases, threads, forgetting, faults."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import StoreFault
from bot.feedback import Feedback, Verdict
from bot.slack.desk.watches import Watch, Watches
from bot.store import Store, Turn
from tests.conftest import ROOT
from tests.postgresql import PostgresqlServer

IN_BOTH_DATABASES = True
LEASE_S = 0.6
LONG_S = 5.0  # where somebody has to be seen alive, on a busy machine too
Opener = Callable[..., Store]


@pytest.fixture
def opened(memory: Path | SecretStr) -> Iterator[Opener]:
    """Give a function that opens the memory once more, as another process would."""
    stores: list[Store] = []

    def opener(**more: object) -> Store:
        stores.append(Store(memory, **{"lease_s": LEASE_S, **more}))  # type: ignore[arg-type]
        return stores[-1]

    yield opener
    for store in stores:
        store.close()


def wait_for(condition: Callable[[], object], timeout_s: float = 90.0) -> None:
    """Wait until something holds, on a busy machine for long."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def holder(memory: Path | SecretStr, *lines: str, lease_s: float = LEASE_S) -> subprocess.Popen[str]:
    """Start a process that opens the memory, does something with `store`, says so and waits."""
    address = (
        f"Path({str(memory)!r})" if isinstance(memory, Path) else "SecretStr(sys.stdin.readline().strip())"
    )
    script = [
        "import sys, time; from pathlib import Path; from pydantic import SecretStr; from bot.store import Store",
        f"store = Store({address}, lease_s={lease_s})",
        *lines,
        "print('ready', flush=True); time.sleep(600)",
    ]
    running = subprocess.Popen(
        [sys.executable, "-c", "\n".join(script)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdin is not None
    assert running.stdout is not None
    if isinstance(memory, SecretStr):
        running.stdin.write(f"{memory.get_secret_value()}\n")
        running.stdin.flush()
    assert running.stdout.readline() == "ready\n"
    return running


def ended(running: subprocess.Popen[str]) -> None:
    """End a process that `holder` started."""
    running.kill()
    running.communicate()


def test_a_claim_on_any_of_several_keys_is_taken_once(opened: Opener) -> None:
    """However many processes and threads claim overlapping keys in whatever order, each key has one job."""
    stores = [opened() for _ in range(3)]
    rounds = range(40)

    def claim(number: int, which: int) -> str | None:
        keys = [f"event {number}", f"message {number}", f"client {number}"]
        return stores[which % 3].take(keys[which % 2 :] if which % 4 else keys[::-1], f"{number}")

    with ThreadPoolExecutor(12) as threads:
        taken = [list(threads.map(claim, [number] * 9, range(9))) for number in rounds]
    with stores[0].reading() as db:
        jobs = db.execute("SELECT body, count(*) FROM jobs GROUP BY body").fetchall()

    assert [sum(job is not None for job in found) for found in taken] == [1] * len(rounds)
    assert sorted(jobs) == sorted((str(number), 1) for number in rounds)


def test_a_claim_that_is_refused_leaves_nothing(opened: Opener) -> None:
    """Where one key is taken the others stay free, and there is no job."""
    store = opened()
    store.take(["a"], "first")

    assert store.take(["b", "a"], "second") is None
    assert store.take(["b"], "third") is not None
    assert store.open_jobs() == 2


def test_the_jobs_of_a_process_that_was_killed_are_taken_over_once(
    memory: Path | SecretStr, opened: Opener
) -> None:
    """Once its lease has run out exactly one of the others takes over what it began, oldest first, and nobody sooner."""
    running = holder(memory, "for n in range(5): store.take([f'key {n}'], f'body {n}')", lease_s=LONG_S)
    others = [opened(lease_s=LONG_S) for _ in range(3)]
    with others[0].changing() as db:  # as if all had been there for long
        db.execute("UPDATE processes SET alive_since = alive_since - 100")
    shown_until = _jobs_alive_until(others[0])
    wait_for(lambda: _jobs_alive_until(others[0]) > shown_until)
    early = [job for store in others for job in store.take_over()]
    running.send_signal(signal.SIGKILL)
    running.wait()
    with others[0].changing() as db:  # a lease later
        db.execute("UPDATE processes SET alive_until = 0 WHERE owner IN (SELECT owner FROM jobs)")
    found: list[list[str]] = [[] for _ in others]

    def look(which: int) -> None:
        while sum(map(len, found)) < 5:
            found[which] += [body for _, body in others[which].take_over()]

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(look, range(3)))
    late = [job for store in others for job in store.take_over()]
    ended(running)

    assert early == []
    assert sorted(found) == [[], [], [f"body {number}" for number in range(5)]]
    assert late == []


def _jobs_alive_until(store: Store) -> float:
    """Return until when the process whose jobs there are has shown that it lives."""
    with store.reading() as db:
        [until] = db.execute(
            "SELECT max(alive_until) FROM processes WHERE owner IN (SELECT owner FROM jobs)"
        ).fetchone()
    return float(until)


def test_what_a_process_leaves_in_order_is_taken_over_at_once(opened: Opener) -> None:
    """Who ends in order says so, and nobody waits for its lease."""
    leaving, staying = opened(lease_s=600.0), opened(lease_s=600.0)
    job_id = leaving.take(["key"], "body")
    leaving.close()

    assert staying.take_over() == [(job_id, "body")]
    assert staying.take_over() == []


def test_a_process_that_was_stopped_for_long_finds_its_job_gone(
    memory: Path | SecretStr, opened: Opener
) -> None:
    """A process that sleeps over its lease no longer owns its job when it wakes, the one that took it over does."""
    running = holder(
        memory,
        "job_id = store.take(['key'], 'body')",
        "print('ready', flush=True); sys.stdin.readline(); print(store.owns(job_id), flush=True)",
    )
    other = opened()
    running.send_signal(signal.SIGSTOP)
    taken: list[tuple[str, str]] = []
    wait_for(lambda: taken.extend(other.take_over()) or taken)
    running.send_signal(signal.SIGCONT)
    said = _ask(running)
    ended(running)

    assert [body for _, body in taken] == ["body"]
    assert other.owns(taken[0][0])
    assert said == "False"


def _ask(running: subprocess.Popen[str]) -> str:
    assert running.stdin is not None
    assert running.stdout is not None
    running.stdin.write("wake\n")
    running.stdin.flush()
    return running.stdout.readline().strip()


def test_nobody_is_declared_gone_after_all_slept(opened: Opener) -> None:
    """When all leases ran out together, as after the database was away, those who live are left their jobs."""
    first, second = opened(lease_s=5.0), opened(lease_s=5.0)
    first.take(["key"], "body")
    with first.changing() as db:
        db.execute("UPDATE processes SET alive_since = alive_since - 100, alive_until = alive_until - 100")
    asleep = second.take_over()
    second.check()
    awake = second.take_over()
    first.check()
    with first.changing() as db:  # a lease later
        db.execute("UPDATE processes SET alive_since = alive_since - 5")

    assert asleep == awake == second.take_over() == []


def test_what_was_written_though_it_seemed_to_fail_is_not_lost(opened: Opener) -> None:
    """A job whose connection broke behind its claim is found by the process itself, once."""
    store = opened()
    with store.changing() as db:
        db.execute("INSERT INTO claims VALUES ('key', 0)")
        db.execute("INSERT INTO jobs VALUES ('j', 'body', ?, 0, NULL)", (store.owner,))

    assert store.take_over() == [("j", "body")]
    assert store.take_over() == []
    assert store.open_jobs() == 1


def test_a_job_that_is_finished_is_forgotten_and_may_free_its_key(opened: Opener) -> None:
    """A finished job has no text, is nobody's any more, and with a key of its own can be done again."""
    store = opened()
    job_id = store.take(["key"], "body") or ""
    store.finish(job_id, "key")
    with store.reading() as db:
        kept = db.execute("SELECT body FROM jobs").fetchall()

    assert kept == [(None,)]
    assert not store.owns(job_id)
    assert store.open_jobs() == 0
    assert store.take(["key"], "again") is not None


def test_nothing_is_forgotten_within_a_day(opened: Opener) -> None:
    """What Slack may deliver again for 24 hours stays claimed for so long; open jobs, and threads, for longer."""
    now = [1_000_000.0]
    store = opened(clock=lambda: now[0])
    store.take(["open"], "still to do")
    store.finish(store.take(["done"], "done") or "")
    store.join_thread("T:C:1", "U1", "1")
    now[0] += 25 * 3600
    store.forget(claims_after_s=26 * 3600, questions_after_s=0)
    taken = [store.take([key], "again") for key in ("open", "done")]
    now[0] += 2 * 3600
    store.forget(claims_after_s=26 * 3600, questions_after_s=0)

    assert taken == [None, None]
    assert store.take(["done"], "anew") is not None
    assert store.open_jobs() == 2


def test_old_claims_and_questions_are_forgotten(opened: Opener) -> None:
    """What is no longer needed or may no longer be kept is dropped, the rest stays."""
    now = [1_000_000.0]
    store = opened(clock=lambda: now[0])
    given = Feedback(store)
    store.take(["old"], "{}")
    store.add_turn("thread", "1", "U1", "an old question")
    given.add(Verdict("C1:1", "U1", "down", "an old question", golden={"a": 1}))
    now[0] += 7200
    store.take(["new"], "{}")
    store.add_turn("thread", "2", "U1", "a new question")
    store.forget(claims_after_s=3600, questions_after_s=3600)

    assert store.take(["old"], "{}") is not None
    assert store.take(["new"], "{}") is None
    assert store.turns("thread") == [Turn("U1", "a new question")]
    assert [(one.verdict, one.question, one.golden) for one in given.all()] == [("down", None, {})]


def test_what_is_forgotten_is_gone_from_the_tables_files(
    memory: Path | SecretStr, opened: Opener, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """No file of a table holds a word of a question that was forgotten, while the bot runs on."""
    store = opened()
    for number in range(50):
        job_id = store.take([f"key {number}"], f'{{"text": "quetzalcanary {number}"}}')
        store.add_turn("thread", str(number), "U1ADA", f"quetzalcanary {number}")
        store.finish(str(job_id))
    store.add_turn("thread", "99", "U1ADA", "a question that stays")
    with store.changing() as db:
        db.execute("UPDATE turns SET asked_at = asked_at - 100 WHERE ts != '99'")
    store.forget(claims_after_s=60, questions_after_s=50)
    store.wipe()
    folders = [tmp_path]
    if isinstance(memory, SecretStr):
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        server.execute("CHECKPOINT")
        folders = [server.data / "base", server.data / "global"]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]

    assert [path.name for path in files if b"quetzalcanary" in path.read_bytes()] == []
    assert store.turns("thread") == [Turn("U1ADA", "a question that stays")]


def test_ids_compare_by_their_code_points(opened: Opener) -> None:
    """Messages are in the order of their timestamps, and a place has its own threads only, whatever the collation."""
    store = opened()
    for ts in ("9.5", "10.5", "1700000000.000200", "1700000000.0001"):
        store.add_turn("T1:C1:1", ts, "U1", ts)
    store.add_turn("T1:C1:a", "1700000000.000300", "U1", "small")
    store.add_turn("T1:C1:Ä", "1700000000.000400", "U1", "above the tilde")
    store.add_turn("T1:C11:1", "1700000000.000500", "U1", "of another channel")
    store.join_thread("T1:C1:1", "U1", "10")

    assert [turn.question for turn in store.turns("T1:C1:1", "9.4")] == [
        "10.5",
        "1700000000.0001",
        "1700000000.000200",
    ]
    assert [turn.question for turn in store.last_turns("T1:C1:", "1700000001", 3600)] == ["small"]
    assert store.speaker_before("T1:C1:1", "9", "U2") == ""


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), min_size=1, max_size=5))
def test_texts_of_any_characters_are_kept(
    opened: Opener, shared_store: list[Store], texts: list[str]
) -> None:
    """Whatever people write comes back as it was; PostgreSQL has no null character and shows where one stood."""
    store = shared_store[0] if shared_store else opened()
    shared_store[:] = [store]
    with store.changing() as db:
        db.execute("DELETE FROM turns")
    for number, text in enumerate(texts):
        store.add_turn("thread", str(number), "U1", text)

    for turn, text in zip(store.turns("thread"), texts, strict=True):
        assert turn.question in {text, text.replace("\0", "\ufffd")}


@pytest.fixture
def shared_store() -> list[Store]:
    """Give a place for the one store of all examples."""
    return []


def test_watches_are_a_persons_own(opened: Opener) -> None:
    """A watch that is set again is replaced, and a person's are told from everybody's."""
    watches = Watches(opened())
    for team, user, phrase in (("T1", "U1", "b"), ("T1", "U1", "a"), ("T1", "U2", "a"), ("T2", "U1", "a")):
        watches._keep(Watch(team, user, phrase, frozenset({"x"})))

    assert [(one.team_id, one.user_id, one.phrase) for one in watches.all()] == [
        ("T1", "U1", "b"),
        ("T1", "U2", "a"),
        ("T2", "U1", "a"),
    ]
    assert [one.phrase for one in watches.all("U2")] == ["a"]


def test_many_processes_make_the_tables_once(memory: Path | SecretStr) -> None:
    """Whoever opens an empty memory at the same time finds it whole."""
    with ThreadPoolExecutor(6) as threads:
        stores = list(threads.map(lambda _: Store(memory), range(6)))
    taken = [store.take(["key"], "") for store in stores]
    with stores[0].reading() as db:
        numbers = [number for (number,) in db.execute("SELECT number FROM migrations ORDER BY number")]
    for store in stores:
        store.close()

    assert sum(job is not None for job in taken) == 1
    assert numbers == sorted(set(numbers))


def test_a_memory_of_a_later_version_is_refused(memory: Path | SecretStr) -> None:
    """What this version cannot read it leaves alone, and says so."""
    store = Store(memory)
    with store.changing() as db:
        db.execute("INSERT INTO migrations VALUES (99, 0)")
    store.close()

    with pytest.raises(StoreFault, match=r"format 99, this version reads \d+\. Update confnotes") as fault:
        Store(memory)
    assert "\n" not in str(fault.value)


def test_what_there_is_can_be_counted(opened: Opener) -> None:
    """Whoever looks after the bot learns how much is open, since when, and how much is kept."""
    now = [1000.0]
    store = opened(clock=lambda: now[0])
    empty = store.counts()
    store.take(["a"], "")
    now[0] += 60
    store.finish(store.take(["b"], "") or "")
    store.take(["c"], "")
    Feedback(store).add(Verdict("C1:1", "U1", "up"))

    assert set(empty.values()) == {0}
    assert store.counts() == {
        "open_jobs": 2,
        "oldest_open_job_s": 60.0,
        "watches": 0,
        "digests": 0,
        "feedback_up": 1,
        "feedback_down": 0,
    }
