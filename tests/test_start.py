"""What answers starts without what embeds: no torch, and nothing that a command does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from index.encoder.load import load_encoder
from tests.bot.answering.conftest import write_notes
from tests.conftest import ROOT

HEAVY = {"torch", "transformers", "sentence_transformers", "onnx", "huggingface_hub", "scipy", "sklearn"}
RUN = f"""
import sys
from confnotes import main
main(sys.argv[1:], standalone_mode=False)
print(sorted({HEAVY | {"numpy", "faiss", "pydantic", "slack_bolt", "starlette"}!r} & set(sys.modules)))
"""
SERVE = f"""
import sys
from pathlib import Path
import bot.slack.app, bot.web.app
from bot.answering import answer
from bot.live import LiveIndex
live = LiveIndex(Path(sys.argv[1]))
answer("how much did Lanternfish save?", searcher=live.searcher)
print(sorted({HEAVY!r} & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a published build; the encoder is exported by now, as after any ingestion."""
    folder = tmp_path_factory.mktemp("start") / "index"
    write_notes(folder, load_encoder())
    return folder


def loaded(code: str, *arguments: str) -> str:
    """Run code in a process of its own and return the last line that it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    "arguments", [("ask", "how much did Lanternfish save?"), ("talks", "--jsonl")], ids=["ask", "talks"]
)
def test_the_command_line_answers_without_torch(index_dir: Path, arguments: tuple[str, ...]) -> None:
    """A question and a list load the vectors' libraries at most: no torch, no Slack, no web, no pydantic."""
    found = loaded(RUN, *arguments, "--index", str(index_dir))

    assert found == "['faiss', 'numpy']"


def test_help_loads_nothing_heavy(index_dir: Path) -> None:
    """The command line's help does not even wait for numpy."""
    code = RUN.replace("main(sys.argv[1:], standalone_mode=False)", "main(['--help'], standalone_mode=False)")

    assert loaded(code) == "[]"


def test_the_bot_and_the_web_page_answer_without_torch(index_dir: Path) -> None:
    """What runs for weeks holds neither torch nor what writes an exported model."""
    assert loaded(SERVE, str(index_dir)) == "[]"
