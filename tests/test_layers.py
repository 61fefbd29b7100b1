"""The direction of imports is held: an import that goes up, planted in a copy, breaks its contract."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PLANTED = {
    "inside index imports go down": ("index/files/lines.py", "import index.search"),
    "inside ingest imports go down": ("ingest/talks/models.py", "import ingest.nightly.report"),
    "inside the answers imports go down": (
        "bot/answering/language/spelling.py",
        "import bot.answering.answer",
    ),
    "inside the Slack edge imports go down": ("bot/slack/mrkdwn.py", "import bot.slack.desk.desk"),
    "inside the web page imports go down": ("bot/web/problems.py", "import bot.web.pages"),
    "the page, the tools and Slack do not know each other's making": (
        "bot/mcp/identity.py",
        "import bot.web.problems",
    ),
    "bot and ingest stand on index and console and never meet": ("bot/feedback.py", "import ingest.links"),
}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what import-linter says of each contract, in a copy of the code with one bad import a contract."""
    copy = tmp_path_factory.mktemp("planted")
    for room in ("bot", "console", "ingest", "index", "training"):
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__", "*.onnx"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for path, line in PLANTED.values():
        target = copy / path
        target.write_text(target.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
        "--no-cache",
    ]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False, timeout=120)
    return dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", done.stdout, flags=re.MULTILINE))


@pytest.mark.parametrize("contract", PLANTED)
def test_an_import_that_goes_up_is_noticed(contract: str, verdicts: dict[str, str]) -> None:
    """Each contract is broken by the import that was planted against it."""
    assert verdicts[contract] == "BROKEN"
