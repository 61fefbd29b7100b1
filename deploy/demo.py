"""Read the recaps that ship with the project, answer three questions on the terminal, and say what to do next.

usage: python deploy/demo.py [--index DIR]

What it makes is the default index, so that every command works right afterwards. An index of somebody's own notes is
left alone: the demo then makes its own beside it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = (
    "what did they say about Karpenter?",
    "which expanders does the cluster autoscaler have, and which one is the default?",
    "who talked about zombie workloads, and how do we get rid of them?",
)
DEFAULT, BESIDE = ROOT / "data" / "index", ROOT / "data" / "demo"
NEXT = """
What now?
  ask          .venv/bin/confnotes ask{index} "which talks covered GitOps?"
  own notes    .venv/bin/confnotes init FOLDER, then: .venv/bin/confnotes ingest FOLDER
  how it read  .venv/bin/confnotes inspect FILE
  in a browser .venv/bin/confnotes web{index}
  in Slack     docs/slack.md: five minutes, two tokens in .env, then: make bot
               without any Slack, on this terminal: make slack-demo
"""


def main() -> int:
    """Run the demo and return the exit status of the step that failed, else 0."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--index", type=Path)
    index_dir = options.parse_args().index or (BESIDE if holds_other_notes(DEFAULT) else DEFAULT)

    ingest = [sys.executable, "-m", "ingest", str(ROOT / "notes"), "--index", str(index_dir)]
    status = subprocess.run(ingest, cwd=ROOT, check=False).returncode  # noqa: S603
    if status:
        return status

    from bot.answering import answer
    from bot.terminal import print_answer
    from index.search import Searcher

    searcher = Searcher.open(index_dir)
    for question in QUESTIONS:
        print(f"\n❯ confnotes ask {question!r}\n")
        print_answer(answer(question, searcher=searcher))
    print(NEXT.format(index="" if index_dir == DEFAULT else f" --index {index_dir}"))
    return 0


def holds_other_notes(index_dir: Path) -> bool:
    """Say whether an index was made of other notes than those that ship."""
    from index.build.reader import open_build
    from index.errors import IndexFault

    try:
        names = set(open_build(index_dir).recaps)
    except IndexFault:
        return False
    return not names <= {path.name for path in (ROOT / "notes").iterdir()}


if __name__ == "__main__":
    sys.exit(main())
