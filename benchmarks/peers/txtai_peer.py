"""txtai: an embeddings database with a hybrid index; texts are kept beside it, so that a search does not read a database."""

from __future__ import annotations

import json
from pathlib import Path

from txtai import Embeddings

from benchmarks.peers.desk import HITS, Question, Search, Text, serve


def build(texts: list[Text], model: str, folder: Path) -> int:
    """Index paragraphs."""
    pieces = [
        Text(part.strip(), text.source, text.talk)
        for text in texts
        for part in text.text.split("\n\n")
        if part.strip()
    ]
    embeddings = Embeddings(path=model, hybrid=True)
    embeddings.index(piece.text for piece in pieces)
    embeddings.save(str(folder / "txtai"))
    (folder / "pieces.json").write_text(json.dumps(pieces), encoding="utf-8")
    return len(pieces)


def load(_model: str, folder: Path) -> Search:
    """Open the index."""
    pieces = [Text(*piece) for piece in json.loads((folder / "pieces.json").read_text(encoding="utf-8"))]
    embeddings = Embeddings()
    embeddings.load(str(folder / "txtai"))

    def search(question: Question) -> list[Text]:
        return [pieces[int(number)] for number, _ in embeddings.search(question.joined, HITS)]

    return search


if __name__ == "__main__":
    serve("txtai", build, load)
