"""Hold what was reached: measure quality on the shared questions and fail where a figure fell below its floor.

    python -m benchmarks.floors [--shared FOLDER] [--raise]

Builds are kept in data/floors, named by their content and by the code that made them. `--raise` writes every
figure that rose into benchmarks/floors.json; nothing writes one that fell: lowering a floor is an edit by
hand, with a decision that says why.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FLOORS = Path(__file__).with_name("floors.json")
_KEPT = ROOT / "data" / "floors"
_READERS = ("index", "ingest")  # what decides how a build comes out
_SLACK = 0.0005  # figures are printed with three digits

Figures = dict[str, float]


def main() -> int:
    """Measure, compare, print, and return the exit status: 1 where a figure is below its floor."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    options.add_argument("--raise", dest="raised", action="store_true", help="write the figures that rose")
    arguments = options.parse_args()
    floors: Figures = json.loads(FLOORS.read_text(encoding="utf-8"))
    found = measure(arguments.shared.resolve())
    fallen = sorted(name for name, floor in floors.items() if found.get(name, 0.0) < floor - _SLACK)
    for name, value in found.items():
        floor = floors.get(name)
        print(f"{name:42} {value:7.3f}  {_verdict(value, floor)}")
    if arguments.raised:
        higher = {name: max(value, floors.get(name, value)) for name, value in found.items()}
        FLOORS.write_text(json.dumps({**floors, **higher}, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    for name in fallen:
        print(
            f"Below its floor: {name} {found.get(name, 0.0):.3f}, floor {floors[name]:.3f}", file=sys.stderr
        )
    return 1 if fallen else 0


def _verdict(value: float, floor: float | None) -> str:
    if floor is None:
        return "new"
    change = value - floor
    return "as its floor" if abs(change) <= _SLACK else f"{'rose' if change > 0 else 'FELL'} from {floor:.3f}"


def measure(shared: Path) -> Figures:
    """Return every figure by its name; a larger one is always the better one."""
    seeds = build(shared / "seeds", shared / "seeds" / "catalogue.csv")
    recaps = build(shared / "recaps" / "texts")
    found: Figures = {}
    for name, questions, index in (
        ("golden", shared / "golden" / "dev.jsonl", seeds),
        ("recaps", shared / "recaps" / "questions.jsonl", recaps),
    ):
        row = score(shared / "tools" / "score_answers.py", questions, ask(questions, index))
        found |= {f"{name} {key}": row[key] for key in ("answered@800", "shown", "talk@1")}
        if name == "golden":
            found |= {f"{name} list_f1": row["list_f1"], f"{name} kept": 1 - row["false_abstain"]}
            absent, of = map(int, row["abstain_absent"].split("/"))
            found[f"{name} absent"] = absent / of
    for name, index in (("seeds", seeds), ("recaps", recaps)):
        questions = shared / "everyday" / f"{name}.jsonl"
        row = score(shared / "tools" / "score_everyday.py", questions, ask(questions, index))
        found |= {f"everyday {name} {key}": row[key] for key in ("satisfied", "nugget_recall")}
    for name, gold, index in (
        ("seeds", shared / "golden" / "talks.jsonl", seeds),
        ("recaps", shared / "recaps" / "talks.jsonl", recaps),
    ):
        row = score(
            shared / "tools" / "score_talks.py",
            gold,
            _keep("talks.jsonl", confnotes("talks", "--jsonl", "--index", index)),
        )
        found |= {
            f"talks {name} {key}": row[key]
            for key in ("f1", "speakers", "day", "url")
            if row[key] is not None
        }
    row = last_object(run(sys.executable, shared / "cases" / "check.py", "--confnotes", _command()))
    found["wild cases"] = row["pass"] / row["cases"]
    return found


def build(texts: Path, catalogue: Path | None = None) -> Path:
    """Return an index of some texts, made by this code; one that is there already is used."""
    inputs = [*sorted(texts.rglob("*")), *([catalogue] if catalogue else [])]
    code = (path for room in _READERS for path in sorted((ROOT / room).rglob("*")) if path.suffix != ".pyc")
    folder = _KEPT / _digest([*inputs, *code])
    if not (folder / "CURRENT").is_file():
        confnotes("ingest", texts, "--index", folder, *(("--catalogue", catalogue) if catalogue else ()))
    return folder


def ask(questions: Path, index: Path) -> Path:
    """Return a file with the answers to a file of questions."""
    answers = confnotes("ask", "--jsonl", "--index", index, feed=questions.read_text(encoding="utf-8"))
    return _keep("answers.jsonl", answers)


def score(tool: Path, gold: Path, answers: Path) -> dict[str, Any]:
    """Return what a tool of the shared folder says of answers: its last line."""
    return last_object(run(sys.executable, tool, gold, answers))


def last_object(printed: str) -> dict[str, Any]:
    """Return the object on the last line of what a tool printed."""
    row: dict[str, Any] = json.loads(printed.strip().splitlines()[-1])
    return row


def confnotes(*words: object, feed: str = "") -> str:
    """Run a command of this checkout and return what it printed."""
    return run(*_command().split(), *words, feed=feed)


def run(*words: object, feed: str = "") -> str:
    """Run a command in this checkout and return what it printed; its status is not looked at."""
    command = [str(word) for word in words]
    return subprocess.run(
        command, cwd=ROOT, input=feed, text=True, stdout=subprocess.PIPE, check=False
    ).stdout


def _command() -> str:
    return str(Path(sys.executable).with_name("confnotes"))


def _keep(name: str, printed: str) -> Path:
    _KEPT.mkdir(parents=True, exist_ok=True)
    path = _KEPT / name
    path.write_text(printed, encoding="utf-8")
    return path


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        if path.is_file():
            digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())
