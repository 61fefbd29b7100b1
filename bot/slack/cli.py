"""The command line of the Slack edge beside `confnotes bot`: `doctor`, and `feedback export`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from bot.command import faults, load_settings
from console.command import Status, index_option


@click.command(short_help="Check the set-up and say what to fix.")
@index_option
def doctor(index_dir: Path | None) -> None:
    """Check index, model, the bot's memory, tokens, scopes and socket, and say what to fix."""
    with faults():
        from bot.slack.doctor import examine

        findings = []
        settings = load_settings()
        for finding in examine(
            settings.model_copy(update={"index_dir": index_dir}) if index_dir else settings
        ):
            click.echo(f"{'ok ' if finding.well else 'FIX'}  {finding.what}: {finding.said}")
            findings.append(finding)
    sys.exit(0 if all(finding.well for finding in findings) else Status.DEFECT)


@click.group(short_help="Work with the thumbs that people gave.")
def feedback() -> None:
    """Work with the thumbs that people gave."""


@feedback.command(short_help="Print what got 👍 as questions for eval.")
@click.option(
    "--store",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The bot's memory (default: CONFNOTES_STORE).",
)
@click.option(
    "--review",
    is_flag=True,
    help='Print what got 👎 as well; such a question has the type "review" and no evidence yet.',
)
def export(store: Path | None, review: bool) -> None:
    """Print what got 👍 as questions for `confnotes eval`, a JSON object a line.

    The question, its talk, and the quotes as its evidence.
    """
    with faults():
        from bot.evaluation.golden import golden_line
        from bot.feedback import Feedback
        from bot.store import Store

        memory = Store(store or load_settings().store)
        for number, given in enumerate(Feedback(memory).all(), start=1):
            if given.question and (review or (given.verdict == "up" and given.golden)):
                click.echo(json.dumps(golden_line(number, given), ensure_ascii=False))
        memory.close()


@feedback.command(short_help="Print what people asked in vain.")
@click.option(
    "--days", type=click.FloatRange(min=0), default=7, show_default=True, help="How far to look back."
)
@click.option(
    "--store",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The bot's memory (default: CONFNOTES_STORE).",
)
def report(days: float, store: Path | None) -> None:
    """Print what people asked and the notes could not answer, grouped by name, most often first."""
    with faults():
        from bot.feedback import Feedback
        from bot.store import Store

        memory = Store(store or load_settings().store)
        lacking = Feedback(memory).lacking(days)
        memory.close()
    click.echo(
        f"{sum(one.times for one in lacking)} questions in {days:g} days that the notes could not answer."
    )
    for one in lacking:
        click.echo(f"{one.times:4}  {one.topic}")
        for question in one.questions[:3]:
            click.echo(f"      {' '.join(question.split())[:120]}")


commands: tuple[click.Command, ...] = (doctor, feedback)
