"""Quality beside each speed-up: the same questions with the reference encoder, with the exported weights, and as shipped.

python -m benchmarks.bench.quality INDEX QUESTIONS FORM
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import MethodType

from benchmarks.bench.material import Material
from benchmarks.bench.processes import measure
from bot.evaluation.evaluation import evaluate, summary
from bot.evaluation.questions import read_questions
from index.encoder.load import REFERENCE_PREFIX, load_encoder
from index.search import Searcher

REFERENCE, EXPORTED, SHIPPED = (
    "reference (sentence-transformers)",
    "exported, all in fp32",
    "shipped: questions in 8 bits",
)
FIGURES = ("answered@800", "shown", "talk@1", "list_f1", "abstain", "auroc")
ALLOWED = 0.005  # how far a figure may lie below the reference's


def quality(material: Material, index_dir: Path, reference_dir: Path, work: Path) -> list[dict[str, object]]:
    """Return a row of figures for each form, and for each form that is not the reference how far it is from it."""
    found = {
        form: measure("benchmarks.bench.quality", folder, material.questions, form, work=work)
        for form, folder in ((REFERENCE, reference_dir), (EXPORTED, index_dir), (SHIPPED, index_dir))
    }
    rows = [{"encoder": form, **figures} for form, figures in found.items()]
    differences = [
        {
            "encoder": f"{form}: difference",
            **{name: round(figures[name] - found[REFERENCE][name], 3) for name in figures},
        }
        for form, figures in found.items()
        if form != REFERENCE
    ]
    return [*rows, *differences]


def judge(index_dir: Path, questions: Path, form: str) -> dict[str, float]:
    """Ask every question of a build whose vectors the same form made, and return the figures that tell."""
    encoder = load_encoder(REFERENCE_PREFIX if form == REFERENCE else None)
    if form == EXPORTED:
        vars(encoder)["encode_question"] = MethodType(
            lambda self, text: self.encode_tokens([text])[0], encoder
        )
    searcher = Searcher.open(index_dir, encoder)
    figures = summary(evaluate(read_questions(questions), searcher))
    return {name: figures[name] for name in FIGURES if name in figures}


if __name__ == "__main__":
    print(json.dumps(judge(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])))
