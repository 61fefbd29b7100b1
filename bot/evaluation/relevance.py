"""How high the right passages stand: nDCG and reciprocal rank by ir-measures, against every passage that holds the evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.util import find_spec

from index.models import Hit

NDCG_AT = 10


def can_judge() -> bool:
    """Tell whether the library is installed: it comes with `pip install confnotes[eval]`."""
    return find_spec("ir_measures") is not None


def judged(
    rankings: Mapping[str, Sequence[Hit]], relevant: Callable[[str], Iterable[str]]
) -> dict[str, dict[str, float]]:
    """Return each question's nDCG at 10 (Järvelin and Kekäläinen, 2002) and reciprocal rank, by question id; 0 without a right passage.

    Args:
        rankings: Each question's hits, best first.
        relevant: Gives the ids of all passages of the build, found or not, that hold a question's evidence.
    """
    from ir_measures import RR, Qrel, ScoredDoc, iter_calc, nDCG

    names = {nDCG @ NDCG_AT: f"ndcg@{NDCG_AT}", RR: "mrr"}
    qrels = [Qrel(key, passage_id, 1) for key in rankings for passage_id in relevant(key)]
    run = [
        ScoredDoc(key, hit.passage.passage_id, -float(hit.rank))
        for key, hits in rankings.items()
        for hit in hits
    ]
    figures = {key: dict.fromkeys(names.values(), 0.0) for key in rankings}
    if qrels and run:
        for found in iter_calc(list(names), qrels, run):
            figures[found.query_id][names[found.measure]] = float(found.value)
    return figures
