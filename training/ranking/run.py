"""Learn the weights of the ranking's features, and write them with their card.

    python -m training.ranking.run --corpus INDEX --texts FOLDER [--texts FOLDER ...] [--quoted QUESTIONS.jsonl ...]

INDEX holds a build of the texts that the pairs ask about, made with the encoder that ships. Every answerable
question is searched as the product does; what is learnt is to put the candidates that answer before the
others. All figures are of conferences that the weights have not seen; those that ship are learnt from all.
Nothing is drawn by chance: the same pairs and build give the same weights.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from index.ranking.fusion import WEIGHTS_FILE
from index.search import Searcher
from training.pairs import Texts, read_all, run
from training.ranking.fitting import brought_to_scale, fit
from training.ranking.measuring import difference, hold_out, measure, summary
from training.ranking.observing import Candidates, observe

ROOT = Path(__file__).resolve().parents[2]
# Whoever wrote the pairs was shown passages of a talk's body: nothing of them asks who spoke or for a link,
# which a talk's heading answers. So a heading loses a third less than is learnt.
HEADING_SHARE = 2 / 3


def main() -> None:
    """Search, learn, measure and write."""
    arguments = _arguments()
    pairs = read_all(arguments.pairs, arguments.quoted, Texts(arguments.texts))
    names, found = observe(pairs, Searcher.open(arguments.corpus))
    learnt = fit(found, names, names)
    learnt["heading"] *= HEADING_SHARE
    weights = brought_to_scale(learnt, found, names)
    report = _report(found, names)
    content = {
        "weights": {name: round(weight, 5) for name, weight in weights.items()},
        "source": f"training.ranking.run, {date.today().isoformat()}, {len(found)} questions",
    }
    arguments.out.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    arguments.results.parent.mkdir(parents=True, exist_ok=True)
    arguments.results.write_text(json.dumps({**content, **report}, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({**content, **report}, indent=1))


def _report(found: Sequence[Candidates], names: Sequence[str]) -> Mapping[str, Any]:
    """Return the figures before and after, held out by conference, and what each feature brings."""
    before = measure(found, [one.before.astype(float) for one in found])
    after = measure(found, hold_out(found, names, names))
    without = {
        name: difference(
            found, after, measure(found, hold_out(found, names, [n for n in names if n != name]))
        )
        for name in names
    }
    return {
        "before": summary(found, before),
        "after": summary(found, after),
        "gain": difference(found, after, before),
        "gain_of": without,
    }


def _arguments() -> argparse.Namespace:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--corpus", type=Path, required=True, help="folder with a build of the texts")
    options.add_argument(
        "--texts", type=Path, action="append", required=True, help="folder of texts that pairs point into"
    )
    options.add_argument(
        "--pairs", type=Path, default=ROOT / "training" / "pairs", help="pairs as offsets: a file or a folder"
    )
    options.add_argument(
        "--quoted", type=Path, action="append", default=[], help="pairs that quote their passage"
    )
    options.add_argument("--out", type=Path, default=ROOT / "index" / "ranking" / WEIGHTS_FILE)
    options.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results" / "ranking.json")
    return options.parse_args()


if __name__ == "__main__":
    run(main)
