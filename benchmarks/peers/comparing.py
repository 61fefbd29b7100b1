"""The comparison itself: build, start, ask in turns, judge."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.bench.figures import over_rounds, percentile, times
from benchmarks.peers.judging import is_judged, judged
from benchmarks.peers.registry import CONFNOTES, Peer
from benchmarks.peers.running import PeerError, Running

STARTS = 1  # beside the one that stays to be asked
# torch's threads spin for 0.2 s after the last question: the next peer's turn waits for them.
PAUSE_S = 0.3
Row = dict[str, Any]
Questions = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where peers work: each one's Python, the folder with the texts, the folder of the weights."""

    pythons: Mapping[Peer, Path]
    folder: Path
    model: Path

    def run(self, peer: Peer, what: str) -> Running:
        """Start a peer's process."""
        return Running(peer, self.pythons[peer], what, self.folder, self.model)


@dataclass(frozen=True, slots=True)
class Compared:
    """A row for each peer, and why others have none."""

    rows: list[Row]
    failed: dict[str, str]


def compare(place: Place, questions: Questions, rounds: int) -> Compared:
    """Let every peer index the texts, start it a few times, ask all questions in turns, and judge those with evidence."""
    failed: dict[str, str] = {}
    rows: dict[Peer, Row] = {peer: {"peer": peer.name, "starts_s": []} for peer in place.pythons}
    for peer in list(rows):
        _try(lambda peer=peer: rows[peer].update(_build(place, peer)), peer, rows, failed)
    for _ in range(STARTS):
        for peer in list(rows):
            _try(lambda peer=peer: rows[peer]["starts_s"].append(_start_s(place, peer)), peer, rows, failed)
    replies = _ask_in_turns(place, questions, rounds, rows, failed)
    for peer, row in rows.items():
        row["starts_s"].append(replies[peer][0]["since_start_s"])
        row |= {"ready_s": median(row["starts_s"]), **_figures(replies[peer], questions)}
    return Compared(_with_ratios(list(rows.values())), failed)


def _try(act: Callable[[], object], peer: Peer, rows: dict[Peer, Row], failed: dict[str, str]) -> None:
    try:
        act()
    except PeerError as fault:
        failed[peer.name] = str(fault)
        del rows[peer]


def _build(place: Place, peer: Peer) -> Row:
    with place.run(peer, "build") as running:
        built = running.hear()
    return {"pieces": built["pieces"], "build_s": built["build_s"]}


def _start_s(place: Place, peer: Peer) -> float:
    """Return the seconds from process start until one question was answered: imports, weights, index."""
    with place.run(peer, "ask") as running:
        return float(running.hear()["since_start_s"])


def _ask_in_turns(
    place: Place, questions: Questions, rounds: int, rows: dict[Peer, Row], failed: dict[str, str]
) -> dict[Peer, list[Row]]:
    """Keep all peers ready at once and ask each all questions, round after round; the first reply is what it said when ready."""
    running: dict[Peer, Running] = {}
    replies: dict[Peer, list[Row]] = {peer: [] for peer in rows}
    with ExitStack() as stack:
        for peer in list(rows):
            running[peer] = stack.enter_context(place.run(peer, "ask"))
            _try(lambda peer=peer: replies[peer].append(running[peer].hear()), peer, rows, failed)
        for _ in range(rounds + 1):
            for peer in list(rows):
                time.sleep(PAUSE_S)
                _try(lambda peer=peer: replies[peer].append(running[peer].ask(questions)), peer, rows, failed)
    return replies


def _figures(replies: Sequence[Row], questions: Questions) -> Row:
    """Return a peer's figures; its first round, with whatever it has not cached yet, stands for itself."""
    ready, first, *later = replies
    to_judge = [at for at, question in enumerate(questions) if is_judged(question)]
    return {
        "version": ready["version"],
        "first_p50_ms": percentile(first["ms"], 0.5),
        **over_rounds([reply["ms"] for reply in later]),
        "rss_mb": later[-1].get("rss_mb"),
        "anon_mb": later[-1].get("anon_mb"),
        **judged([questions[at] for at in to_judge], [first["hits"][at] for at in to_judge]),
    }


def _with_ratios(rows: list[Row]) -> list[Row]:
    """Add how many times confnotes' time and memory every peer takes."""
    ours = next((row for row in rows if row["peer"] == CONFNOTES.name), {})
    for row in rows:
        row["times"] = {
            name: times(row.get(name), ours.get(name))
            for name in ("ready_s", "first_p50_ms", "p50_ms", "p99_ms", "rss_mb")
        }
    return rows
