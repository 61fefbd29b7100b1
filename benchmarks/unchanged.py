"""Say whether two checkouts read and answer alike: every talk and every answer, byte for byte.

    python benchmarks/unchanged.py OLD NEW --texts FOLDER --questions FILE [--catalogue FILE]

OLD and NEW are folders with a checkout. Each one builds an index of the texts with its own code, lists the talks
and answers the questions. What names a run (the build's id, milliseconds) is left out of the comparison.
Ends with status 1 where something differs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

_OF_A_RUN = ("ms", "build")


def main() -> int:
    """Compare, print what differs, and return the exit status."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("checkouts", type=Path, nargs=2)
    options.add_argument("--texts", type=Path, required=True)
    options.add_argument("--questions", type=Path, required=True)
    options.add_argument("--catalogue", type=Path)
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        old, new = (
            outputs(checkout.resolve(), arguments, Path(folder) / str(number))
            for number, checkout in enumerate(arguments.checkouts)
        )
    differing = 0
    for what, before in old.items():
        pairs = list(zip(before, new[what], strict=False))
        differing += sum(one != other for one, other in pairs) + abs(len(before) - len(new[what]))
        print(f"{what}: {len(before)} before, {len(new[what])} after")
        for one, other in [pair for pair in pairs if pair[0] != pair[1]][:3]:
            print(f"- {one[:300]}\n+ {other[:300]}")
    print(f"{differing} lines differ" if differing else "nothing differs")
    return 1 if differing else 0


def outputs(checkout: Path, arguments: argparse.Namespace, index: Path) -> dict[str, list[str]]:
    """Return the lines that a checkout prints for its talks and for the questions."""

    def run(*words: str, feed: str = "") -> str:
        command = [sys.executable, "-c", "from confnotes import main; main()", *words, "--index", str(index)]
        done = subprocess.run(command, cwd=checkout, input=feed, text=True, capture_output=True, check=True)
        return done.stdout

    catalogue = ["--catalogue", str(arguments.catalogue.resolve())] if arguments.catalogue else []
    run("ingest", str(arguments.texts.resolve()), *catalogue)
    questions = arguments.questions.read_text(encoding="utf-8")
    return {"talks": lines(run("talks", "--jsonl")), "answers": lines(run("ask", "--jsonl", feed=questions))}


def lines(printed: str) -> list[str]:
    """Return JSON lines without what names the run."""
    found = [json.loads(line) for line in printed.splitlines()]
    return [
        json.dumps({key: row[key] for key in row if key not in _OF_A_RUN}, ensure_ascii=False)
        for row in found
    ]


if __name__ == "__main__":
    sys.exit(main())
