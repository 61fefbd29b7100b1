"""Lexical search: BM25 by tantivy over a passage's terms, the headings above it, its talk's title, speakers and event.

tantivy is given the terms of `index.vocabulary.terms`, a blank between them, and stems them.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import tantivy

from index.encoder.base import Vectors
from index.errors import BuildDamaged, BuildRefused
from index.files.lines import Remembered
from index.ranking.dense import Allowed, Rows
from index.vocabulary.terms import Unit, terms, units
from index.vocabulary.words import join

LEXICAL_FOLDER = "lexical"
META_FILE = "meta.json"  # tantivy's name for it
TOKENIZER = "index.vocabulary.terms, ascii_fold, stopword(english), stemmer(english)"
BOOSTS = {"text": 1.0, "headings": 1.0, "title": 1.0, "speakers": 1.0, "event": 0.5}
CONTEXT_BOOST = 0.6  # of the words of the turn before
_ANALYZER = "notes"
_REMEMBERED = 8_192  # terms
_HEAP_BYTES = 64_000_000
_MARGIN = 1.5  # times as many hits are fetched as a limit is expected to leave enough of


@dataclass(frozen=True, slots=True)
class LexicalRow:
    """What is searched of one passage."""

    text: str
    title: str
    speakers: str
    event: str
    talk_row: int
    headings: str = ""


def write_lexical(folder: Path, rows: Iterable[LexicalRow]) -> int:
    """Write the lexical index into a new folder and return the number of rows.

    Raises:
        BuildRefused: tantivy did not keep every row.
    """
    folder.mkdir()
    schema = _schema()
    written = tantivy.Index(schema, path=str(folder), reuse=False)
    written.register_tokenizer(_ANALYZER, _analyzer())
    # One thread gives one segment, in which documents stand in the order of rows: ties are broken by row.
    writer = written.writer(heap_size=_HEAP_BYTES, num_threads=1)
    count = 0
    for row, content in enumerate(rows):
        document = tantivy.Document()
        document.add_integer("row", row)
        document.add_integer("talk", content.talk_row)
        for field in BOOSTS:
            document.add_text(field, " ".join(terms(getattr(content, field))))
        writer.add_document(document)
        count += 1
    writer.commit()
    writer.wait_merging_threads()
    del writer, written  # their threads would put a lock back after it was removed
    _name_segments(folder)
    if (kept := len(LexicalRanker(folder))) != count:
        raise BuildRefused(
            f"Cannot write the lexical index in {folder}: kept {kept} of {count} rows. Run `confnotes ingest --full` again."
        )
    return count


def _name_segments(folder: Path) -> None:
    """Number the segments, which tantivy names at random: equal notes give equal files. Its locks and its list of files go."""
    described = json.loads((folder / META_FILE).read_text(encoding="utf-8"))
    for number, segment in enumerate(described["segments"], start=1):
        name = uuid.UUID(int=number)
        for path in folder.glob(f"{uuid.UUID(segment['segment_id']).hex}.*"):
            path.rename(path.with_stem(name.hex))
        segment["segment_id"] = str(name)
    (folder / META_FILE).unlink()  # tantivy's own file only its owner could read
    (folder / META_FILE).write_text(json.dumps(described, sort_keys=True) + "\n", encoding="utf-8")
    for path in folder.glob(".*"):
        path.unlink()


def _put(path: Path, place: Path) -> None:
    """Let a file stand in a second place: by a link, or as a copy where the system lets nobody make links."""
    for link in (place.symlink_to, place.hardlink_to):
        with suppress(OSError, NotImplementedError):  # Windows: only by developers, and on one volume
            link(path)
            return
    shutil.copyfile(path, place)


def _open(view: Path, folder: Path) -> tantivy.Index:
    """Open the files of a build's folder where they can be locked."""
    try:
        opened = tantivy.Index.open(str(view))
        opened.config_reader("manual")  # the default polls the folder for commits, all day
    except (ValueError, OSError) as error:
        raise BuildDamaged(
            f"Cannot open {folder}: tantivy does not read it. Rebuild it with `confnotes ingest --full`."
        ) from error
    return opened


class LexicalRanker:
    """A build's lexical index, memory-mapped by tantivy."""

    def __init__(self, folder: Path) -> None:
        # tantivy writes a lock file even to read, but a build is immutable and may be mounted read-only: it
        # gets a folder of links, which it no longer needs once the files are mapped.
        view = Path(tempfile.mkdtemp(prefix="confnotes-lexical-"))
        try:
            for path in folder.iterdir():
                _put(path.resolve(), view / path.name)
            self._opened = _open(view, folder)
            self._opened.register_tokenizer(_ANALYZER, _analyzer())
            self._searcher = self._opened.searcher()
        finally:
            # Where copies had to be made, Windows keeps them as long as they are mapped. And a thread of tantivy's
            # may make its lock file anew while the folder is being removed: once more.
            for _ in range(2):
                shutil.rmtree(view, ignore_errors=True)
        self._analyzer = _analyzer()
        self._stems: Remembered[str] = Remembered(_REMEMBERED)
        self._freqs: Remembered[list[int]] = Remembered(_REMEMBERED)
        self._schema = self._opened.schema

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def stem(self, term: str) -> str | None:
        """Return a term's stem; None for a stop word, which is not searched."""
        if (known := self._stems.get(term)) is None:
            known = next(iter(self._analyzer.analyze(term)), "")
            self._stems.put(term, known)
        return known or None

    def terms(self, text: str) -> list[str]:
        """Return the stems that a text is searched by, each once, in order, stop words dropped.

        Besides its terms these are the names that neighbours make when they are written as one word, where a
        passage does so: "load balancer" finds "loadbalancer".
        """
        found = units(text)
        joined = (
            join((left.form, right.form))
            for left, right in pairwise(found)
            if not right.tight and text[left.end : right.start].isspace()
        )
        stems = [*map(self.stem, terms(text)), *(one for one in map(self.stem, joined) if self._is_said(one))]
        return list(dict.fromkeys(stem for stem in stems if stem))

    def rare_terms(self, text: str, most: int) -> list[str]:
        """Return the stems of a text that at most `most` passages hold."""
        return [stem for stem in self.terms(text) if 0 < sum(self._stem_freqs(stem)) <= most]

    def stems_of(self, content: LexicalRow) -> dict[str, list[str]]:
        """Return the stems of each field of a passage, as they were indexed."""
        return {field: self._analyzer.analyze(" ".join(terms(getattr(content, field)))) for field in BOOSTS}

    def field_freq(self, field: str, stem: str) -> int:
        """Return how many passages hold a stem in a field."""
        return dict(zip(BOOSTS, self._stem_freqs(stem), strict=True))[field]

    def doc_freq(self, text: str) -> int | None:
        """Return how many passages hold a word or its inflections in one field, whichever holds it most.

        None for a stop word, which is not searched; of several words the rarest counts.
        """
        return min((freq for unit in units(text) if (freq := self.unit_freq(unit)) is not None), default=None)

    def unit_freq(self, unit: Unit) -> int | None:
        """Return how many passages hold a unit of a text; None for a stop word."""
        stem = self.stem(unit.terms[-1 if unit.is_version else 0]) if unit.terms else None
        return None if stem is None else max(self._stem_freqs(stem))

    def _is_said(self, stem: str | None) -> bool:
        return stem is not None and any(self._stem_freqs(stem))

    def _stem_freqs(self, stem: str) -> list[int]:
        """Return how many passages hold a stem in each field; asked several times a question, and each look takes 12 us."""
        if (known := self._freqs.get(stem)) is None:
            known = [int(self._searcher.doc_freq(field, stem)) for field in BOOSTS]
            self._freqs.put(stem, known)
        return known

    def search(
        self,
        text: str,
        depth: int,
        talk_rows: Sequence[int] | None = None,
        allowed: Allowed | None = None,
        context: str = "",
    ) -> tuple[Rows, Vectors]:
        """Return up to `depth` rows by BM25, best first, ties by row, and their scores.

        `talk_rows` limits the search to some talks, for few of them; `allowed`, (n_passages,) bool, to some
        rows, for many. None is no limit. Words of `context` count a little.
        """
        stems = self.terms(text)
        parts = [part for stem in stems for part in self._anywhere(stem)]
        parts += [
            tantivy.Query.boost_query(part, CONTEXT_BOOST)
            for stem in self.terms(context)
            if stem not in stems
            for part in self._anywhere(stem)
        ]
        if allowed is None or not allowed.any():
            return self._run(parts, depth if allowed is None else 0, talk_rows)
        wanted = depth + int(_MARGIN * depth * len(allowed) / np.count_nonzero(allowed))
        while True:
            rows, scores = self._run(parts, wanted, None)
            kept = allowed[rows]
            if len(rows) < wanted or np.count_nonzero(kept) >= depth:
                return rows[kept][:depth], scores[kept][:depth]
            wanted *= 4

    def search_rare(self, text: str, most: int, allowed: Allowed | None = None) -> Rows:
        """Return all rows with a word of the text that at most `most` passages hold, whatever else they say."""
        rare = self.rare_terms(text, most)
        rows = self._run([part for stem in rare for part in self._anywhere(stem)], most * len(rare), None)[0]
        return rows if allowed is None else rows[allowed[rows]]

    def _anywhere(self, stem: str) -> list[tantivy.Query]:
        """Return queries for a stem in each field that says it, with the field's boost.

        Plain terms, side by side: of those tantivy skips what cannot be among the best; nested or boosted
        ones it scores one by one.
        """
        return [
            term if boost == 1.0 else tantivy.Query.boost_query(term, boost)
            for (field, boost), freq in zip(BOOSTS.items(), self._stem_freqs(stem), strict=True)
            if freq
            for term in [tantivy.Query.term_query(self._schema, field, stem)]
        ]

    def _run(
        self, parts: list[tantivy.Query], depth: int, talk_rows: Sequence[int] | None
    ) -> tuple[Rows, Vectors]:
        if not parts or depth < 1:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts])
        if talk_rows is not None:
            limit = tantivy.Query.term_set_query(self._schema, "talk", list(talk_rows))
            # A score of zero: the limit chooses, it does not rank.
            query = tantivy.Query.boolean_query(
                [
                    (tantivy.Occur.Must, query),
                    (tantivy.Occur.Must, tantivy.Query.const_score_query(limit, 0.0)),
                ]
            )
        hits = self._searcher.search(query, limit=depth, count=False).hits
        scores = np.array([score for score, _ in hits], dtype=np.float32)
        rows = np.array(
            self._searcher.fast_field_values("row", [address for _, address in hits]), dtype=np.int64
        )
        order = np.lexsort((rows, -scores))
        return rows[order], scores[order]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in BOOSTS:
        builder.add_text_field(field, tokenizer_name=_ANALYZER)
    # Integer, not unsigned: see the module's writer.
    builder.add_integer_field("row", fast=True)
    builder.add_integer_field("talk", indexed=True)
    return builder.build()


def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )
