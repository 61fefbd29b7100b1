"""Ingestion: passages a second against sentence-transformers, and nights on which nothing changed.

python -m benchmarks.bench.rates INDEX FORM
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

from benchmarks.bench.figures import medians
from benchmarks.bench.material import Material, model_folder
from benchmarks.bench.processes import command, measure, wall_s
from benchmarks.nights import write_recaps
from index.build.contents import context_text
from index.encoder.load import load_encoder
from index.search import Searcher

OURS, THEIRS, WHOLE = (
    "confnotes' encoder",
    "sentence-transformers `encode`",
    "`confnotes ingest --full`, whole command",
)
MADE_UP_RECAPS, TALKS, PASSAGES = 200, 2, 2


def rates(material: Material, index_dir: Path, rounds: int, work: Path) -> list[dict[str, object]]:
    """Return passages a second of both encoders on the texts that ingestion embeds, and of a whole ingestion, taking turns."""
    runs: dict[str, list[dict[str, float]]] = {OURS: [], THEIRS: [], WHOLE: []}
    for _ in range(rounds):
        for form in (OURS, THEIRS):
            runs[form].append(measure("benchmarks.bench.rates", index_dir, form, work=work))
        started = time.perf_counter()
        material.ingest(work / "again", "--full")
        taken = time.perf_counter() - started
        passages = runs[OURS][0]["passages"]
        runs[WHOLE].append({"passages": passages, "s": taken, "passages_per_s": passages / taken})
    return [{"what": name, **medians(some)} for name, some in runs.items()]


def encode_once(index_dir: Path, form: str) -> dict[str, float]:
    """Embed a build's passages, in their context as ingestion does, and return the rate; loading and one text are not counted.

    The rate per second of processor time is what a busy neighbour disturbs least.
    """
    build = Searcher.open(index_dir).build
    texts = [context_text(passage, *build.around(passage)) + passage.text for passage in build.passages]
    if form == THEIRS:
        from sentence_transformers import SentenceTransformer

        encode = SentenceTransformer(str(model_folder()), device="cpu").encode
    else:
        encode = load_encoder().encode_tokens
    encode(texts[:1])
    started, cpu = time.perf_counter(), time.process_time()
    encode(texts)
    taken, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    return {
        "passages": len(texts),
        "s": taken,
        "passages_per_s": len(texts) / taken,
        "passages_per_cpu_s": len(texts) / cpu_s,
    }


def unchanged_nights(material: Material, index_dir: Path, rounds: int, work: Path) -> list[dict[str, object]]:
    """Return how long the whole command takes where nothing changed: on the material, and on made-up recaps."""
    made_up = work / "made-up"
    write_recaps(made_up, MADE_UP_RECAPS, TALKS, PASSAGES)
    catalogue = ["--catalogue", str(material.catalogue)] if material.catalogue else []
    nights = {
        material.name: [command(), "ingest", str(material.recaps), *catalogue, "--index", str(index_dir)],
        f"{MADE_UP_RECAPS} made-up recaps": [
            command(),
            "ingest",
            str(made_up),
            "--index",
            str(work / "made-up-index"),
        ],
    }
    rows: list[dict[str, object]] = []
    for name, arguments in nights.items():
        first_s = wall_s(arguments, work)
        taken = [wall_s(arguments, work) for _ in range(rounds)]
        first = None if name == material.name else first_s
        rows.append({"recaps": name, "first_s": first, "unchanged_s": statistics.median(taken)})
    return rows


if __name__ == "__main__":
    print(json.dumps(encode_once(Path(sys.argv[1]), sys.argv[2])))
