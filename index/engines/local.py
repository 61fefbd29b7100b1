"""The engine that needs nothing: FAISS and tantivy on the files of the build."""

from __future__ import annotations

from index.build.reader import Build
from index.engines.proposals import RARE_AT_MOST, Proposals, Wanted
from index.ranking.dense import Allowed

# Up to so many talks a limit is named to the lexical index talk by talk (3 ms); of more, rows are left out of
# what it finds.
_NAMED_TALKS = 1_000


class LocalEngine:
    """Searches a build's own files."""

    def __init__(self, build: Build) -> None:
        self._build = build

    def propose(self, wanted: Wanted) -> Proposals:
        """Return the best rows by BM25 and by vector, and those with a rare word."""
        lexical, talks, text = self._build.lexical, wanted.talks, wanted.text
        allowed: Allowed | None = None if talks is None else talks.mask[self._build.table.talk_of_row]
        if talks is not None and len(talks) <= _NAMED_TALKS:
            rows, scores = lexical.search(text, wanted.depth, talks.rows.tolist(), context=wanted.context)
        else:
            rows, scores = lexical.search(text, wanted.depth, allowed=allowed, context=wanted.context)
        return Proposals(
            rows,
            scores,
            self._build.dense.search(wanted.vector, wanted.depth, allowed)[0],
            lexical.search_rare(f"{wanted.context} {text}", RARE_AT_MOST, allowed),
        )
