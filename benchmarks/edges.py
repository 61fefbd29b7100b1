"""How the edges grow with the notes: footers, digests, cards, Home, watches and the web, with 1,000 to 40,000 talks.

    python -m benchmarks.edges [--talks 1000 10000 40000] [--folder data/edges] [--out FILE]

Builds are made up (benchmarks/made_up.py), one passage a talk, and kept. Every figure is the median of several
calls in one process, in milliseconds, and the number of talk records that one call reads.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.made_up import Corpus, PreparedEncoder
from benchmarks.scale import pieces
from bot.answering import prepare, views
from bot.slack.desk.watches import Watch, news_of
from bot.slack.messages.home import home_view
from bot.slack.messages.message import Frame, Request
from index.build.writer import publish
from index.encoder.load import load_encoder
from index.files.records import Rows
from index.models import Talk
from index.search import Searcher

ROUNDS = 7
WATCHES = 1_000


def main() -> None:
    """Build, measure, print, and write what was measured."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--talks", type=int, nargs="+", default=[1_000, 10_000, 40_000])
    options.add_argument("--folder", type=Path, default=Path("data/edges"))
    options.add_argument("--out", type=Path, help="where the figures are written as JSON")
    arguments = options.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    rows = [measure(talks, arguments.folder) for talks in arguments.talks]
    names = list(rows[0]["ms"])
    print(f"{'':34}" + "".join(f"{row['talks']:>22,}" for row in rows))
    for name in names:
        cells = (f"{row['ms'][name]:>9.2f} ms {row['read'][name]:>5} read" for row in rows)
        print(f"{name:34}" + "".join(f"{cell:>22}" for cell in cells))
    if arguments.out:
        arguments.out.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def measure(talks: int, folder: Path) -> dict[str, Any]:
    """Return the figures of one size."""
    searcher = opened(talks, folder)
    prepare(searcher)
    event = next(iter(searcher.build.events))
    frame = Frame(Request(""), searcher)
    name = next(iter(searcher.build.talks.rows[0].speakers))
    watches = [
        Watch("T1", f"U{n}", searcher.build.talks.rows[n % talks].title, frozenset()) for n in range(WATCHES)
    ]
    acts: dict[str, Callable[[], object]] = {
        "footer": frame.footer,
        "digest of a day": lambda: views.digest(searcher, event=event, day=2),
        "digest of all notes' first day": lambda: views.digest(searcher, day=1),
        "talk card": lambda: views.talk_card(searcher, searcher.build.talks.rows[0].talk_id),
        "a talk found by its title": lambda: views.find_talk(searcher, watches[3].phrase),
        "speaker card": lambda: views.person_card(searcher, name),
        "events": lambda: views.events(searcher),
        "Home": lambda: home_view(frame, "/kubecon"),
        f"{WATCHES:,} watches": lambda: [news_of([watch], searcher) for watch in watches],
    }
    taken = {what: timed(act) for what, act in acts.items()}
    read = {what: records_read(act) for what, act in acts.items()}
    return {"talks": talks, "ms": taken, "read": read}


def timed(act: Callable[[], object]) -> float:
    """Return the median milliseconds of several calls after a first one."""
    act()
    spent = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        act()
        spent.append((time.perf_counter() - started) * 1e3)
    return round(statistics.median(spent), 3)


def records_read(act: Callable[[], object]) -> int:
    """Return how many talk records one call asks for, remembered ones included."""
    count = 0
    original = Rows.__getitem__

    def counted(self: Rows[Any], row: Any) -> Any:
        nonlocal count
        found = original(self, row)
        count += isinstance(found, Talk)
        return found

    Rows.__getitem__ = counted  # type: ignore[method-assign]
    try:
        act()
    finally:
        Rows.__getitem__ = original  # type: ignore[method-assign]
    return count


def opened(talks: int, folder: Path) -> Searcher:
    """Return a searcher of a made-up build of so many talks; one that is there is used."""
    index_dir = folder / str(talks)
    parts = pieces(folder)
    if not (index_dir / "CURRENT").exists():
        corpus = Corpus(parts, talks, talk_passages=1)
        encoder = PreparedEncoder(load_encoder(), parts, folder / "pieces.npz")
        publish(index_dir, corpus.write(index_dir, encoder))
    return Searcher.open(index_dir)


if __name__ == "__main__":
    main()
