"""Memory after many questions: of a process that answers them itself, and of the real bot, asked through a Slack on loopback.

python -m benchmarks.bench.memory INDEX QUESTIONS HOW_MANY
"""

from __future__ import annotations

import itertools
import json
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.bench.processes import command, environment
from benchmarks.peers.desk import memory_mb
from bot.answering import answer, prepare
from bot.evaluation.questions import read_questions
from index.search import Searcher
from tests.slack_server import APP_TOKEN, BOT_TOKEN, BOT_USER_ID, LocalSlack

CHANNELS = 10
AT_ONCE = 8  # questions that wait for an answer
PATIENCE_S = 120.0
Row = dict[str, object]


def answering_process(index_dir: Path, questions: Sequence[Mapping[str, Any]], count: int) -> list[Row]:
    """Answer in this process and return a row before and a row after."""
    searcher = Searcher.open(index_dir)
    prepare(searcher)
    rows: list[Row] = [{"process": "answering process, ready", **memory_mb()}]
    for question in itertools.islice(itertools.cycle(questions), count):
        answer(question["question"], searcher=searcher, history=question["history"])
    return [*rows, {"process": f"answering process, after {count:,} questions", **memory_mb()}]


def bot_process(index_dir: Path, questions: Sequence[Mapping[str, Any]], count: int, work: Path) -> list[Row]:
    """Run `confnotes bot` against the local Slack, mention it, and return a row before and a row after the answers.

    Raises:
        AssertionError: the bot did not connect, or an answer did not come.
    """
    with LocalSlack() as slack:
        slack.add_user("U1ADA", "ada")
        for number in range(CHANNELS):
            slack.add_channel(f"C{number}", f"notes{number}", "U1ADA")
        surroundings = environment(
            CONFNOTES_INDEX_DIR=str(index_dir),
            CONFNOTES_STORE=str(work / "bot.sqlite"),
            SLACK_BOT_TOKEN=BOT_TOKEN,
            SLACK_APP_TOKEN=APP_TOKEN,
            SLACK_API_URL=slack.api_url,
        )
        bot = subprocess.Popen([command(), "bot"], cwd=work, env=surroundings, stderr=subprocess.DEVNULL)
        try:
            slack.wait_for(
                lambda: bool(slack.sockets.connections) or bot.poll() is not None, timeout_s=PATIENCE_S
            )
            slack.wait_for(lambda: len(slack.sockets.connections) == 2, timeout_s=PATIENCE_S)
            rows: list[Row] = [{"process": "`confnotes bot`, ready", **memory_mb(bot.pid)}]
            _converse(slack, questions, count)
            return [*rows, {"process": f"`confnotes bot`, after {count:,} questions", **memory_mb(bot.pid)}]
        finally:
            bot.send_signal(signal.SIGTERM)
            bot.wait(timeout=PATIENCE_S)


def _converse(slack: LocalSlack, questions: Sequence[Mapping[str, Any]], count: int) -> None:
    for number, question in enumerate(itertools.islice(itertools.cycle(questions), count)):
        slack.write(f"C{number % CHANNELS}", "U1ADA", f"<@BOT> {question['question']}")
        slack.wait_for(lambda asked=number + 1: asked - _answered(slack) < AT_ONCE, timeout_s=PATIENCE_S)
    slack.wait_for(lambda: _answered(slack) >= count, timeout_s=PATIENCE_S)


def _answered(slack: LocalSlack) -> int:
    return sum(
        message["user"] == BOT_USER_ID
        for channel in slack.space.channels.values()
        for message in channel.messages
    )


if __name__ == "__main__":
    print(
        json.dumps(answering_process(Path(sys.argv[1]), read_questions(Path(sys.argv[2])), int(sys.argv[3])))
    )
