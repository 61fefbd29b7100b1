"""The command line of questions: ask, talks, eval, and the two surfaces that run until they are stopped.

What needs the model, Slack or the web is imported inside a command: `confnotes --help` must not wait for it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from bot.command import faults, load_settings, open_searcher, scope_options
from bot.evaluation.cli import evaluate
from bot.slack.cli import commands as slack_commands
from console.command import index_option, leave_behind

if TYPE_CHECKING:
    from index.search import Searcher


@click.command(short_help="Answer a question in the notes' own words.")
@click.argument("question", required=False)
@index_option
@scope_options
@click.option("--json", "as_json", is_flag=True, help="Print the answer as a JSON object.")
@click.option(
    "--jsonl",
    is_flag=True,
    help="Read questions from standard input, a JSON object a line; print an answer object for each.",
)
def ask(  # noqa: PLR0917 one a parameter
    question: str | None,
    index_dir: Path | None,
    event: str | None,
    day: int | None,
    as_json: bool,
    jsonl: bool,
) -> None:
    """Answer a QUESTION in the notes' own words, with the talk and its link.

    Without one you can ask one after the other, follow-ups included. A question has at most 2,000 characters.
    With --jsonl, lines look like {"id": "1", "question": "…", "history": ["…"]}.
    """
    asks_one, converses = question is not None, question is None and not jsonl and sys.stdin.isatty()
    if (jsonl and asks_one) or not (jsonl or asks_one or converses) or (converses and as_json):
        raise click.UsageError(
            'Give one QUESTION; many go through confnotes ask --jsonl < FILE, a line {"question": "…"} each.'
        )
    with faults():
        searcher = open_searcher(index_dir)
        if converses:
            from bot.prompt import converse

            converse(searcher, event, day)
            return
        if jsonl:
            _ask_lines(searcher, event, day, sys.stdin)
        else:
            _ask_once(searcher, str(question), event, day, as_json)


def _ask_once(searcher: Searcher, question: str, event: str | None, day: int | None, as_json: bool) -> None:
    from bot.answering import answer, prepare

    if as_json:
        prepare(searcher)  # before the clock starts: `ms` is the question's own time
    started = time.perf_counter()
    found = answer(question, searcher=searcher, event=event, day=day)
    ms = _ms_since(started)
    if as_json:
        _print_json(found.to_json(ms=ms))
    else:
        from bot.terminal import print_answer

        print_answer(found)


def _ask_lines(searcher: Searcher, event: str | None, day: int | None, lines: TextIO) -> None:
    from bot.answering import prepare
    from bot.answering.question.scope import check_scope
    from bot.heap import hold_little

    hold_little()  # thousands of questions are one long-running process too
    check_scope(searcher, event, day)
    prepare(searcher)
    for line in lines:
        if line.strip():
            _print_json(_answer_line(searcher, line, event, day))


def _answer_line(searcher: Searcher, line: str, event: str | None, day: int | None) -> dict[str, Any]:
    from bot.answering import answer
    from bot.errors import QuestionFault

    started = time.perf_counter()
    question_id: Any = None
    text = ""
    try:
        question_id, text, history = _read_line(line)
        return answer(text, searcher=searcher, history=history, event=event, day=day).to_json(
            question_id, _ms_since(started)
        )
    except (ValueError, QuestionFault) as error:
        question_id = getattr(error, "question_id", question_id)
        return _error_object(question_id, text, str(error), searcher.build.build_id)


def _read_line(line: str) -> tuple[Any, str, list[str]]:
    """Read a question line.

    Raises:
        ValueError: it is not a question; the message says what is expected.
    """
    try:
        row = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(
            f'Cannot read the line as JSON: {error}. A line looks like {{"id": "1", "question": "…"}}.'
        ) from error
    if not isinstance(row, dict) or not isinstance(row.get("question"), str):
        raise _BadLineError(row.get("id") if isinstance(row, dict) else None, 'it has no "question" text')
    history = row.get("history") or []
    if not isinstance(history, list) or not all(isinstance(turn, str) for turn in history):
        raise _BadLineError(row.get("id"), "its history is not a list of texts")
    return row.get("id"), row["question"], history


class _BadLineError(ValueError):
    def __init__(self, question_id: object, defect: str) -> None:
        self.question_id = question_id
        super().__init__(
            f'Cannot answer the line: {defect}. A line looks like {{"id": "1", "question": "…", "history": ["…"]}}.'
        )


def _error_object(question_id: object, question: str, message: str, build: str) -> dict[str, Any]:
    understood: dict[str, Any] = {
        "event": None,
        "day": None,
        "speaker": None,
        "corrections": {},
        "intent": "answer",
    }
    empty: dict[str, Any] = {
        "understood": understood,
        "confidence": 0.0,
        "quotes": [],
        "hits": [],
        "build": build,
        "ms": None,
    }
    return {
        "id": question_id,
        "question": question,
        "status": "error",
        "miss": None,
        "answer": message,
        **empty,
    }


@click.command()
@index_option
@scope_options
@click.option("--jsonl", is_flag=True, help="Print one talk object a line.")
def talks(index_dir: Path | None, event: str | None, day: int | None, jsonl: bool) -> None:
    """List the talks in the notes."""
    with faults():
        from bot.answering.models import talk_json
        from bot.answering.reply.lists import talks_within

        searcher = open_searcher(index_dir)
        found = talks_within(searcher, event, day)
        if jsonl:
            for talk in found:
                _print_json(talk_json(talk))
        else:
            from bot.terminal import print_talks

            print_talks(found, searcher.build.events)


@click.command()
def bot() -> None:
    """Run the Slack bot until it is stopped."""
    with faults():
        from bot.heap import hold_little

        hold_little()
        from bot.slack.app import run

        run(load_settings())
        leave_behind()


@click.command()
@index_option
@click.option("--host", help="Address to listen on (default: CONFNOTES_HOST, 127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port (default: PORT, 8000).")
@click.option("--insecure", is_flag=True, help="Serve other machines without a token.")
def web(index_dir: Path | None, host: str | None, port: int | None, insecure: bool) -> None:
    """Serve the web page, /api and /mcp until stopped."""
    with faults():
        from bot.heap import hold_little

        hold_little()
        from bot.web.serving import run

        run(load_settings(), index_dir, host, port, insecure=insecure)


@click.command(short_help="Serve assistants and editors over MCP.")
@index_option
def mcp(index_dir: Path | None) -> None:
    """Serve assistants and editors over MCP, on standard input and output."""
    with faults():
        from importlib.util import find_spec

        from bot.errors import SettingsFault
        from bot.heap import hold_little

        if not find_spec("mcp"):
            raise SettingsFault(
                "Cannot serve MCP: its package is not installed. Run `pip install 'confnotes[mcp]'`."
            )
        hold_little()
        from bot.mcp.serving import run_stdio

        run_stdio(load_settings(), index_dir)


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def _print_json(content: dict[str, Any]) -> None:
    # Half a surrogate pair, which JSON may name in a question and UTF-8 cannot write, is named again.
    click.echo(json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8"))


commands: tuple[click.Command, ...] = (ask, talks, evaluate, bot, web, mcp, *slack_commands)
