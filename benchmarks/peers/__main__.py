"""Ask confnotes and what a person would pick instead side by side: same weights, same texts, same questions, in one run.

    python -m benchmarks.peers [--environment .venv-peers] [--rounds 5] [--out benchmarks/results]

Every peer indexes the recaps twice: whole, cut by its own recipe, and as the passages that confnotes made of
them, with the talk beside each. All processes stand ready at once and answer in turns, round after round, so
that noise hits all alike.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.bench.machine import RESULTS, ROOT, about, result_name
from benchmarks.bench.material import WITHOUT_SHARED, Material, materials, model_folder
from benchmarks.peers.comparing import Compared, Place, compare
from benchmarks.peers.confnotes_peer import SOURCES_FILE
from benchmarks.peers.desk import TEXTS_FILE, Text
from benchmarks.peers.install import REASONS_FILE
from benchmarks.peers.registry import CONFNOTES, PEERS, PLAIN, Peer
from benchmarks.peers.report import markdown
from index.search import Searcher


def main() -> None:
    """Compare, print the table and write the result."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--environment", type=Path, default=ROOT / ".venv-peers", help="where the peers are installed"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--peer", action="append", help="only this one, by name; may be given several times")
    parser.add_argument("--questions", type=int, help="ask only so many, spread over all: for a quick look")
    given = parser.parse_args()
    material = materials()[-1]
    head = about("make bench-peers")
    python = given.environment / "bin" / "python"
    reasons = json.loads((given.environment / REASONS_FILE).read_text(encoding="utf-8"))
    pythons = {peer: Path(sys.executable) for peer in (CONFNOTES, PLAIN)}
    pythons |= {
        peer: python
        for peer in PEERS
        if peer.name not in reasons and (not given.peer or peer.name in given.peer)
    }
    compared = _compare(material, pythons, given)
    result = {
        **head,
        "material": material.name,
        "rounds": given.rounds,
        "questions": given.questions or len(material.asked()),
        "skipped": {} if material.name == "seeds" else {"seeds": WITHOUT_SHARED},
        "recipes": {peer.name: peer.recipe for peer in pythons},
        "not_installed": reasons,
        "failed": {
            f"{texts}: {name}": reason
            for texts, one in compared.items()
            for name, reason in one.failed.items()
        },
        **{texts: one.rows for texts, one in compared.items()},
    }
    said = markdown(result)
    given.out.mkdir(parents=True, exist_ok=True)
    path = given.out / f"{result_name(head)}-peers.json"
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(said, encoding="utf-8")
    print(f"{said}\nwritten to {path}")


def _compare(material: Material, pythons: dict[Peer, Path], given: argparse.Namespace) -> dict[str, Compared]:
    compared = {}
    questions = material.asked()
    questions = questions[:: max(1, len(questions) // given.questions)] if given.questions else questions
    with tempfile.TemporaryDirectory(prefix="confnotes-peers-") as temporary:
        index_dir = Path(temporary) / "index"
        material.ingest(index_dir)
        for name, texts in _texts(index_dir).items():
            folder = Path(temporary) / name
            folder.mkdir()
            (folder / TEXTS_FILE).write_text(
                "".join(json.dumps(text._asdict()) + "\n" for text in texts), encoding="utf-8"
            )
            sources = {
                "folder": str(material.recaps),
                "catalogue": str(material.catalogue) if material.catalogue else None,
            }
            (folder / SOURCES_FILE).write_text(json.dumps(sources), encoding="utf-8")
            started = time.perf_counter()
            compared[name] = compare(Place(pythons, folder, model_folder()), questions, given.rounds)
            print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)
    return compared


def _texts(index_dir: Path) -> dict[str, Sequence[Text]]:
    """Return what peers index: the recaps' readable text, and the passages that confnotes made of it."""
    build = Searcher.open(index_dir).build
    whole = [Text(build.read_text(recap_id), recap_id) for recap_id in build.recaps]
    passages = [
        Text(passage.text, passage.recap_id, build.talks[passage.talk_id].title) for passage in build.passages
    ]
    return {"recaps": whole, "passages": passages}


if __name__ == "__main__":
    main()
