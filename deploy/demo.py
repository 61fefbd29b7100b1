"""Read the recaps that ship with the project, answer three questions on the terminal, and say what to do next.

usage: python deploy/demo.py [--index DIR]
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
NEXT = """
What now?
  ask          .venv/bin/confnotes ask --index {index} "which talks covered GitOps?"
  own notes    put Markdown, text or HTML files in a folder, then: .venv/bin/confnotes ingest FOLDER
  how it read  .venv/bin/confnotes inspect FILE
  in a browser .venv/bin/confnotes web --index {index}
  in Slack     docs/slack.md: five minutes, two tokens in .env, then: make ingest bot
               without any Slack, on this terminal: make slack-demo
"""


def main() -> int:
    """Run the demo and return the exit status of the step that failed, else 0."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--index", type=Path, default=ROOT / "data" / "demo")
    index_dir = options.parse_args().index

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
    print(NEXT.format(index=index_dir))
    return 0


if __name__ == "__main__":
    sys.exit(main())
