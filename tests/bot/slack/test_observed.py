"""The bot seen from outside: probes, counts and the log while it answers, waits, and fails."""

from __future__ import annotations

import io
import json
import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.answering.form import AnswerForm
from bot.answering.models import Answer
from bot.live import LiveIndex
from bot.slack.app import watch
from bot.store import Store
from bot.telemetry.health import Health
from bot.telemetry.logs import json_lines
from bot.telemetry.probes import Probes, probing
from index.build.last_run import LastRun, note_run
from index.encoder.base import Encoder
from tests.bot.slack.conftest import Running, Starter, answer
from tests.bot.slack.test_conversations import bot_messages
from tests.bot.slack.test_http import over_http
from tests.bot.slack.test_running import process
from tests.deploy.test_observability import lint, named
from tests.notes import TALKS, Notes, publish_notes
from tests.ports import free_port
from tests.scrape import Scrape
from tests.slack_server import LocalSlack
from tests.slack_server.faults import RATE_LIMITED, SERVER_ERROR, Fault
from tests.slack_server.transcript import message_text

CANARY = "quetzalcanary"
OUTCOMES = {"answered", "absent", "not_covered", "filtered_out", "off_topic"} | {
    "told",
    "refused",
    "silent",
    "put_off",
    "failed",
}


@contextmanager
def seen(running: Running) -> Iterator[tuple[str, Probes]]:
    """Give the address at which a bot's probes answer."""
    with probing("127.0.0.1:0", Health()) as probes:
        assert probes is not None
        watch(running.bot, probes.health, probes, running.sockets)
        yield f"http://127.0.0.1:{probes.port}", probes


def settled(slack: LocalSlack, address: str, sample: str, value: float, **labels: str) -> Scrape:
    """Return a scrape once a sample has reached a value: an answer is posted before it is counted."""
    return slack.wait_for(
        lambda: found if (found := Scrape(address)).value(sample, **labels) >= value else None
    )


def test_questions_are_counted_by_form_and_outcome(slack: LocalSlack, start: Starter) -> None:
    """Each way to ask counts once under what came of it, with its stages and its acknowledgement."""
    with seen(start()) as (address, _):
        before = Scrape(address)
        slack.write("C1NOTES", "U1ADA", "<@BOT> how fast does Mossbank restore a volume?")
        slack.write("C1NOTES", "U1ADA", "<@BOT> what did they say about Zanzibarium?")
        slack.command("C1NOTES", "U2BEN", "events")
        slack.command("C1NOTES", "U2BEN", "watch Quillwort")
        slack.direct("U1ADA", "x" * 3_000)
        done = settled(
            slack, address, "confnotes_questions_total", 5 + before.value("confnotes_questions_total")
        )

    def came(sample: str, **labels: str) -> float:
        return done.value(sample, **labels) - before.value(sample, **labels)

    assert came("confnotes_questions_total", surface="slack", form="quotes", outcome="answered") == 1
    assert came("confnotes_questions_total", outcome="absent") == 1
    assert came("confnotes_questions_total", form="events", outcome="answered") == 1
    assert came("confnotes_questions_total", form="none", outcome="told") == 1
    assert came("confnotes_questions_total", outcome="refused") == 1
    assert came("confnotes_question_seconds_count", surface="slack") == 5
    assert came("confnotes_stage_seconds_count", stage="find") >= 1
    assert {"queue", "read", "find", "write", "deliver"} == {
        sample.labels["stage"] for sample in done.families["confnotes_stage_seconds"].samples
    }
    assert came("confnotes_slack_ack_seconds_count", mode="http") >= 5
    assert came("confnotes_slack_claims_total", outcome="taken") == 5
    assert done.value("confnotes_watches") == 1
    assert done.value("confnotes_questions_in_progress") == 0
    assert done.value("confnotes_open_jobs") == 0


def test_stages_add_up_to_what_a_question_took(slack: LocalSlack, start: Starter) -> None:
    """No time is counted twice: a question's stages together are no longer than the question."""
    with seen(start()) as (address, _):
        before = Scrape(address)
        slack.write("C1NOTES", "U1ADA", "<@BOT> compare Lanternfish and Mossbank")
        counted = before.value("confnotes_questions_total") + 1
        done = settled(slack, address, "confnotes_questions_total", counted)

    stages = done.value("confnotes_stage_seconds_sum") - before.value("confnotes_stage_seconds_sum")
    whole = done.value("confnotes_question_seconds_sum") - before.value("confnotes_question_seconds_sum")
    assert 0 < stages <= whole


def test_a_bot_that_is_busy_answers_probes(slack: LocalSlack, start: Starter) -> None:
    """While every search hangs the process lives, is ready, and shows what is in progress."""
    go_on = threading.Event()

    def hanging(question: str, **how: Any) -> Answer:
        assert go_on.wait(90)
        return answer(question, **how)

    with seen(start(answering=hanging, answers_at_once=1)) as (address, _):
        for number in range(4):
            slack.write("C1NOTES", "U1ADA", f"<@BOT> what is Mossbank? ({number})")
        busy = settled(slack, address, "confnotes_questions_in_progress", 4, surface="slack")
        lives, ready = httpx.get(f"{address}/livez"), httpx.get(f"{address}/readyz")
        go_on.set()
        slack.wait_for(lambda: len(bot_messages(slack, "C1NOTES")) == 4)

    assert lives.text == "ok\n"
    assert ready.status_code == 200
    assert busy.value("confnotes_open_jobs") == 4


def test_slacks_refusals_are_counted(slack: LocalSlack, start: Starter) -> None:
    """429s, server errors and refusals of Slack show, each under the method that met it."""
    with seen(start()) as (address, _):
        before = Scrape(address)
        slack.faults.next("chat.postMessage", RATE_LIMITED, Fault(error="invalid_blocks"))
        slack.write("C1NOTES", "U1ADA", "<@BOT> how fast does Mossbank restore?")
        slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
        slack.faults.next("conversations.replies", *[SERVER_ERROR] * 5)
        top = slack.write_quietly("C1NOTES", "U2BEN", "look at this")[0]
        slack.write("C1NOTES", "U1ADA", "<@BOT> what is Quillwort?", top)
        sample, labels = "confnotes_slack_calls_total", {"method": "conversations.replies"}
        away = before.value(sample, outcome="away", **labels) + 1
        done = settled(slack, address, sample, away, outcome="away", **labels)

    def came(name: str, **labels: str) -> float:
        return done.value(name, **labels) - before.value(name, **labels)

    assert came("confnotes_slack_rate_limited_total") == 1
    assert came(sample, method="chat.postMessage", outcome="refused") == 1
    assert came(sample, method="chat.postMessage", outcome="ok") >= 1


def test_a_refused_build_is_a_warning_and_not_the_end(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder
) -> None:
    """A new build that cannot be opened shows as a metric and in the reply; the process stays ready with the old one."""
    following = LiveIndex(index_dir, encoder)
    with seen(start(index=following)) as (address, _):
        well = Scrape(address)
        broken = publish_notes(
            index_dir, encoder, [*TALKS, Notes("Tugs", ("Cy Dune",), ("Tugs pull Brackwater.",))]
        )
        (index_dir / broken / "talks.jsonl").write_text("{}")
        following.refresh()
        reply, warned = httpx.get(f"{address}/readyz"), Scrape(address)

    assert well.value("confnotes_build_refused") == 0
    assert warned.value("confnotes_build_refused") == 1
    assert reply.status_code == 200
    assert reply.json()["build"] == following.searcher.build.build_id
    assert broken in reply.json()["trouble"]


def test_a_store_that_does_not_answer_is_not_ready(
    slack: LocalSlack, start: Starter, caplog: pytest.LogCaptureFixture
) -> None:
    """Without its memory the bot is not ready, says what it lacks, logs why once, and is ready again when it is back."""
    running = start()
    running.bot.desk.close()
    with seen(running) as (address, _):
        with running.bot.store.changing() as memory:
            for table in ("processes", "jobs"):
                memory.execute(f"ALTER TABLE {table} RENAME TO {table}_gone")
        lacking = [httpx.get(f"{address}/readyz") for _ in range(3)]
        down = Scrape(address)
        with running.bot.store.changing() as memory:
            for table in ("processes", "jobs"):
                memory.execute(f"ALTER TABLE {table}_gone RENAME TO {table}")
        back = httpx.get(f"{address}/readyz")

    assert [reply.status_code for reply in lacking] == [503] * 3
    assert lacking[0].json()["lacking"] == ["store"]
    assert down.value("confnotes_store_reachable") == 0
    assert caplog.text.count("not ready, store") == 1
    assert back.status_code == 200
    assert "store is back" in caplog.text


def test_without_a_socket_the_bot_is_not_ready(slack: LocalSlack, start: Starter) -> None:
    """By Socket Mode the bot is ready while a connection is open, and not when all are gone."""
    running = start(sockets=2)
    with seen(running) as (address, _):
        ready, sockets = httpx.get(f"{address}/readyz"), Scrape(address).value("confnotes_slack_sockets")
        slack.write("C1NOTES", "U1ADA", "<@BOT> what is Mossbank?")
        slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
        timed = Scrape(address).value("confnotes_slack_ack_seconds_count", mode="socket")
        running.close()
        gone = httpx.get(f"{address}/readyz")

    assert ready.status_code == 200
    assert sockets == 2
    assert timed >= 1
    assert gone.status_code == 503
    assert "socket" in gone.json()["lacking"]


@pytest.mark.parametrize("mode", ["sockets", "http"])
def test_the_process_is_seen_from_start_to_end(
    slack: LocalSlack, tmp_path: Path, published: Path, mode: str
) -> None:
    """It lives before it is ready, becomes ready in both modes, and every line that it writes is an object."""
    port = free_port()
    more = {"CONFNOTES_PROBES": f"127.0.0.1:{port}", "CONFNOTES_LOG": "json"}
    address = f"http://127.0.0.1:{port}"

    def status(path: str) -> int:
        try:
            return httpx.get(f"{address}{path}").status_code
        except httpx.TransportError:
            return 0

    own = free_port()
    started = (
        process(slack, tmp_path, published, **more)
        if mode == "sockets"
        else over_http(slack, tmp_path, published, own, **more)
    )
    with started as running:
        slack.wait_for(lambda: status("/livez") == 200 or running.poll() is not None)
        early = status("/readyz")
        slack.wait_for(lambda: status("/readyz") == 200 or running.poll() is not None)
        slack.write("C1NOTES", "U1ADA", f"<@BOT> how fast does Mossbank restore a volume? {CANARY}")
        [message] = slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
        scrape = Scrape(address)
        on_slacks_port = httpx.get(f"http://127.0.0.1:{own}/metrics").status_code if mode == "http" else 404
        running.send_signal(signal.SIGTERM)
        _, said = running.communicate(timeout=90)
    lines = [json.loads(line) for line in said.splitlines()]
    [question] = [line for line in lines if "stages_ms" in line]

    assert early in {200, 503}
    assert message_text(message)
    assert on_slacks_port == 404
    assert running.returncode == 0
    assert scrape.value("process_resident_memory_bytes") > 0
    assert scrape.value("confnotes_build_holds", what="talks") == len(TALKS)
    assert question["question"] in question["event"]
    assert {"time", "level", "logger", "surface", "form", "outcome", "ms"} <= question.keys()
    assert CANARY not in said + scrape.text


def test_an_apologys_id_leads_to_the_questions_lines(slack: LocalSlack, start: Starter) -> None:
    """The id in the message to the person is that of the one line of the question and of its traceback, without its words."""

    def broken(question: str, **_: Any) -> Answer:
        raise ValueError(f"cannot parse {question}")

    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(json_lines())
    logger = logging.getLogger()
    before, _ = logger.level, logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        running = start(answering=broken)
        slack.write("C1NOTES", "U1ADA", f"<@BOT> what is {CANARY}?")
        [message] = slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
        slack.wait_for(lambda: running.bot.store.open_jobs() == 0)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    shown = message_text(message).rsplit(" ", 1)[1].rstrip(".")
    [question] = [line for line in lines if "stages_ms" in line]
    [problem] = [line for line in lines if "exception" in line]

    assert question["question"] == problem["question"] == shown
    assert question["outcome"] == "failed"
    assert problem["exception"].splitlines()[-1] == "ValueError"
    assert CANARY not in stream.getvalue()


def test_labels_take_no_word_of_anybody(slack: LocalSlack, start: Starter) -> None:
    """Whatever is asked, labels have values of a fixed list: the number of series does not grow with the questions."""
    asked = [
        f"<@BOT> what is {CANARY}{number}?" if number % 2 else f"<@BOT> who is {CANARY} {number}"
        for number in range(12)
    ]
    with seen(start()) as (address, _):
        begun = Scrape(address).value("confnotes_questions_total")
        for text in asked:
            slack.write("C1NOTES", "U1ADA", text)
        done = settled(slack, address, "confnotes_questions_total", begun + len(asked))

    questions = done.families["confnotes_questions"].samples
    assert {sample.labels["form"] for sample in questions if "form" in sample.labels} <= {
        "none",
        *(form.value for form in AnswerForm),
    }
    assert {sample.labels["outcome"] for sample in questions if "outcome" in sample.labels} <= OUTCOMES
    assert CANARY not in done.text
    for family in done.families.values():
        for sample in family.samples:
            assert len(sample.labels.get("method", "")) < 40


def test_taking_over_is_counted(slack: LocalSlack, start: Starter, tmp_path: Path) -> None:
    """What a process that is gone left open counts as taken over by the one that answers it."""
    from bot.slack.intake.jobs import Job

    [ts] = slack.write_quietly("C1NOTES", "U1ADA", "what is Mossbank?")
    dead = Store(tmp_path / "bot.sqlite")
    dead.take(
        ["event:1"], Job("mention", "T0LOCAL", "C1NOTES", "U1ADA", "what is Mossbank?", ts=ts).to_json()
    )
    dead.close()
    with probing("127.0.0.1:0", Health()) as probes:
        assert probes is not None
        before = Scrape(f"http://127.0.0.1:{probes.port}").value("confnotes_slack_takeovers_total")
        start()
        slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
        after = Scrape(f"http://127.0.0.1:{probes.port}").value("confnotes_slack_takeovers_total")

    assert after - before == 1


def test_a_build_that_fails_under_a_question_counts(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder
) -> None:
    """A text that was changed behind the bot's back ends in an apology and counts as an engine error of its kind."""
    with seen(start(index=LiveIndex(index_dir, encoder))) as (address, _):
        before = Scrape(address)
        for text in index_dir.glob("*/texts/*.txt"):
            text.write_text("nothing of the kind", encoding="utf-8")
        slack.write("C1NOTES", "U1ADA", "<@BOT> how fast does Mossbank restore a volume?")
        slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
        after = Scrape(address)

    kind = {"kind": "BuildDamaged"}
    assert (
        after.value("confnotes_engine_errors_total", **kind)
        == before.value("confnotes_engine_errors_total", **kind) + 1
    )
    assert (
        after.value("confnotes_questions_total", outcome="failed")
        == before.value("confnotes_questions_total", outcome="failed") + 1
    )
    assert 'confnotes_engine_errors_total{kind="NoBuild"}' in before.text


def test_dashboard_and_alerts_name_metrics_that_there_are(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder
) -> None:
    """Every metric of the dashboard and of the alert rules is among those of a bot that runs."""
    note_run(index_dir, LastRun(time.time(), 1.5, 0, 12), published=True, succeeded=True)
    with seen(start(sockets=1, index=LiveIndex(index_dir, encoder))) as (address, _):
        shown = Scrape(address)
        linted = lint(shown.text)

    assert sorted(named() - shown.names()) == []
    assert linted == ""
