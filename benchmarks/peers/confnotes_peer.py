"""confnotes, asked as its own surfaces ask it: one `answer()` a question, on a build that `ingest` published."""

from __future__ import annotations

import json
import os
from pathlib import Path

from benchmarks.peers.desk import Question, Search, Text, serve
from bot.answering import answer, prepare
from index.search import Searcher
from ingest.job import Job
from ingest.nightly.run import run

SOURCES_FILE = "sources.json"
ADAPTER = os.environ.get("CONFNOTES_ENCODER_ADAPTER")
INDEX = f"index-{ADAPTER or 'shipped'}"


def build(_texts: list[Text], _model: str, folder: Path) -> int:
    """Read the recaps from their own folder and publish a build."""
    sources = json.loads((folder / SOURCES_FILE).read_text(encoding="utf-8"))
    catalogue = Path(sources["catalogue"]) if sources["catalogue"] else None
    job = Job(
        paths=(Path(sources["folder"]),), catalogue=catalogue, index_dir=folder / INDEX, adapter=ADAPTER
    )
    return run(job).counts["passages"]


def load(_model: str, folder: Path) -> Search:
    """Open the build."""
    searcher = Searcher.open(folder / INDEX, adapter=ADAPTER)
    prepare(searcher)

    def search(question: Question) -> list[Text]:
        hits = answer(question.text, searcher=searcher, history=question.history).hits
        return [Text(hit.passage.text, hit.talk.recap_id, hit.talk.title) for hit in hits]

    return search


if __name__ == "__main__":
    serve("confnotes", build, load)
