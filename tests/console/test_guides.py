"""`confnotes help`: the pages of docs/ in the terminal."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from confnotes import main
from console.guides import guides, shown_text
from tests.conftest import ROOT

PAGES = sorted(path.stem for path in (ROOT / "docs").glob("*.md") if path.stem != "README")


def helped(*words: str) -> str:
    """Return what `confnotes help` prints into a pipe."""
    result = CliRunner().invoke(main, ["help", *words], prog_name="confnotes")
    assert result.exit_code == 0, result.output
    return result.stdout


def test_every_page_is_a_guide() -> None:
    """The page of contents names every page of docs/, and help lists each with its title."""
    listed = helped()

    assert sorted(guides()) == PAGES
    for path in guides().values():
        assert path.read_text("utf-8").splitlines()[0].removeprefix("# ") in listed


@pytest.mark.parametrize("page", PAGES)
def test_a_guide_is_shown_as_it_is_written(page: str) -> None:
    """In a pipe a guide is the page, without comments, and a link to another page is the command that shows it."""
    text = helped(page)

    assert text.startswith("# ")
    assert "<!--" not in text
    assert ".md)" not in text
    assert text.count("```") == (ROOT / "docs" / f"{page}.md").read_text("utf-8").count("```")


def test_links_lead_on_in_the_terminal() -> None:
    """A link to a page names its command, one to the code its label only, one to the web stays."""
    text = "[slack.md](slack.md#http), [the gate](nightly.md), [a test](../tests/x.py), [Slack](https://slack.com)"

    assert shown_text(text, guides()) == (
        "`confnotes help slack`, the gate (`confnotes help nightly`), a test, [Slack](https://slack.com)"
    )


@pytest.mark.parametrize("columns", [40, 200])
def test_on_a_terminal_a_guide_is_laid_out(columns: int) -> None:
    """A terminal gets lines that fit it, no wider than is easy to read, and no sign of Markdown."""
    pty = pytest.importorskip("pty", reason="no pseudo terminals on this system")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "LINES": "1000", "TERM": "dumb", "PAGER": "cat"}
    command = [sys.executable, "-m", "confnotes", "help", "glossary"]
    done = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=theirs, stderr=theirs)
    os.close(theirs)
    printed = b""
    try:
        while part := os.read(ours, 65536):
            printed += part
    except OSError:  # what Linux says where the other end is closed
        pass
    os.close(ours)
    lines = printed.decode("utf-8").replace("\r", "").split("\n")

    assert done.wait() == 0
    assert max(map(len, lines)) <= min(columns, 100)
    assert "recap" in printed.decode("utf-8")
    assert not any(line.startswith(("# ", "| ")) for line in lines)


def test_help_on_a_command_is_what_the_command_says() -> None:
    """`confnotes help talks` and `confnotes talks --help` are the same."""
    assert helped("talks") == CliRunner().invoke(main, ["talks", "--help"], prog_name="confnotes").stdout


def test_an_unknown_topic_is_one_line_with_the_nearest() -> None:
    """A slip gets the guide that was meant as a suggestion, and status two."""
    result = CliRunner().invoke(main, ["help", "nightli"])

    assert result.exit_code == 2
    assert (
        result.stderr
        == "Cannot find a guide on nightli. Did you mean nightly? `confnotes help` lists the guides.\n"
    )


def test_a_shell_completes_commands_and_guides() -> None:
    """Completion offers commands, and guides behind `help`."""

    def completed(line: str) -> list[str]:
        environment = {
            "COMP_WORDS": line,
            "COMP_CWORD": str(line.count(" ")),
            "_CONFNOTES_COMPLETE": "bash_complete",
        }
        offered = CliRunner().invoke(main, [], env=environment, prog_name="confnotes").stdout
        return [one.removeprefix("plain,") for one in offered.splitlines()]

    assert {"index", "ingest", "init", "inspect"} <= set(completed("confnotes in"))
    assert completed("confnotes help ni") == ["nightly"]
