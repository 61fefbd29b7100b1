"""The command line of measuring: `eval`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bot.command import faults, open_searcher
from console.command import index_option


@click.command("eval", short_help="Measure the answers on questions of yours.")
@click.argument("questions", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@index_option
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Compare with a run that --save stored.",
)
@click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Store this run as JSON, to compare a later one with.",
)
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a page with every question, its answer and the figures.",
)
def evaluate(
    questions: Path, index_dir: Path | None, against: Path | None, save: Path | None, html: Path | None
) -> None:
    """Measure the answers to QUESTIONS: which are right, and where the others went wrong.

    QUESTIONS is a file of JSON lines, such as {"question": "…", "evidence": ["words of the notes"]};
    `confnotes help evaluate` describes it and the figures.
    """
    with faults():
        from bot.answering import prepare
        from bot.evaluation.evaluation import evaluate as judge
        from bot.evaluation.questions import read_questions
        from bot.evaluation.report import html_page, print_report, read_run, run_of, write_text
        from console.screen import Screen

        asked = read_questions(questions)
        earlier = read_run(against) if against else None
        searcher = open_searcher(index_dir)
        prepare(searcher)
        outcomes = judge(asked, searcher)
        run = run_of(outcomes, searcher.build.build_id)
        print_report(outcomes, run, earlier, Screen())
        if save:
            write_text(save, json.dumps(run, indent=1, ensure_ascii=False) + "\n")
        if html:
            write_text(html, html_page(outcomes, run, earlier))
