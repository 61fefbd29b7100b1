"""Questions one after the other on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.prompt import converse
from index.encoder.base import Encoder
from index.search import Searcher
from tests.bot.answering.conftest import write_notes


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Searcher:
    """Open a build of small notes."""
    folder = tmp_path_factory.mktemp("prompt") / "index"
    write_notes(folder, encoder)
    return Searcher.open(folder, encoder)


def typed(*lines: str) -> Iterator[str]:
    """Return lines as a person types them."""
    return iter(lines)


def test_questions_are_answered_until_an_empty_line(
    searcher: Searcher, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each question has its answer, a question that is too long is one line, and what comes after the end is not read."""
    lines = typed("how much did Lanternfish save?", "x" * 3000, "", "never read")
    converse(searcher, None, None, read=lambda mark: next(lines))
    printed = capsys.readouterr().out

    assert "38% of its machines" in printed
    assert "Cannot answer a question of 3,000 characters" in printed
    assert next(lines) == "never read"


def test_the_end_of_the_input_ends_it(searcher: Searcher, capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-D is no traceback."""

    def read(_mark: str) -> str:
        raise EOFError

    converse(searcher, None, None, read=read)

    assert capsys.readouterr().out.startswith("Ask the notes")
