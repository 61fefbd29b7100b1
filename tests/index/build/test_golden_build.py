"""Format 3 stays readable: a build that was stored once, and the page that says how to read it."""

from __future__ import annotations

import re
from pathlib import Path

from index.build.layout import current_build_id, file_names, file_sha256
from index.encoder.base import Encoder
from index.search import Query, Searcher
from tests.conftest import ROOT
from tests.index.conftest import ORCHARD, small_notes

GOLDEN = Path(__file__).parent / "golden" / "v3"


def test_the_stored_build_still_answers() -> None:
    """A build of format 3 opens, gives its records and finds its passages, and is not touched by it."""
    before = {path: path.stat().st_mtime_ns for path in GOLDEN.rglob("*")}
    searcher = Searcher.open(GOLDEN)
    notes = small_notes({"orchard.txt": ORCHARD})

    assert list(searcher.build.passages) == list(notes.passages)
    assert list(searcher.build.talks.values()) == list(notes.talks)
    assert (
        searcher.search(Query("when does the sap rise?"))[0].passage.text
        == "Graft in March, when the sap rises."
    )
    assert [hit.rank for hit in searcher.mentions("policy")] == [1]
    assert {path: path.stat().st_mtime_ns for path in GOLDEN.rglob("*")} == before


def test_the_same_notes_still_give_the_same_records(encoder: Encoder, tmp_path: Path) -> None:
    """What does not hang on a processor's rounding is written today as it was then, to the byte."""
    build_id = small_notes({"orchard.txt": ORCHARD}).write(tmp_path, encoder)
    stored = GOLDEN / current_build_id(GOLDEN)
    exact = [
        name
        for name in file_names(stored)
        if name.endswith((".jsonl", ".tsv", ".txt", "offsets.npy", "ids.npy", "talk_facts.npy", "places.npy"))
    ]

    assert file_names(tmp_path / build_id) == file_names(stored)
    assert len(exact) == 26
    assert [file_sha256(tmp_path / build_id / name) for name in exact] == [
        file_sha256(stored / name) for name in exact
    ]


def test_the_format_page_reads_it_without_this_project() -> None:
    """The examples of docs/index-format.md, put together, read the stored build, and import nothing of ours."""
    page = (ROOT / "docs" / "index-format.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
    read: dict[str, object] = {}
    exec(code.replace('Path("data/index")', f"Path({str(GOLDEN)!r})"), read)  # noqa: S102  our own page

    assert not re.search(r"(from|import) (index|bot|ingest)\b", code)
    assert sorted(read["rows"]) == [0, 1]  # type: ignore[call-overload]
    assert read["vectors"].shape == (3, 384)  # type: ignore[attr-defined]
    assert abs(float((read["first_tokens"] ** 2).sum(axis=1).mean()) - 1) < 0.01  # type: ignore[operator]
