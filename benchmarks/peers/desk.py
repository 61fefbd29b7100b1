"""What the process of every peer does: index texts once, or answer round after round of questions.

    python -m benchmarks.peers.NAME_peer build|ask FOLDER MODEL

FOLDER holds `texts.jsonl` and whatever the peer stores; MODEL is the folder of the weights. Only the standard
library is used here, since peers live in an environment without confnotes. Replies are lines of JSON that
begin with the key `reply`; libraries that print to standard output are led to standard error.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, TextIO

HITS = 10  # as many as confnotes gives
TEXTS_FILE = "texts.jsonl"


class Text(NamedTuple):
    """A text to index, or a hit: what it says, and where it is from as far as that is known."""

    text: str
    source: str
    talk: str | None = None


class Question(NamedTuple):
    """A question with the earlier turns of its thread."""

    text: str
    history: Sequence[str] = ()

    @property
    def joined(self) -> str:
        """Return the earlier turns and the question as one text: what a plain retriever can take in."""
        return " ".join((*self.history, self.text))


Search = Callable[[Question], Sequence[Text]]


def serve(
    package: str, build: Callable[[list[Text], str, Path], int], load: Callable[[str, Path], Search]
) -> None:
    """Do what the command line says.

    Args:
        package: The distribution whose version is reported.
        build: Indexes texts, given the model's folder and a folder to store in; returns how many pieces were
            indexed.
        load: Opens what was stored; returns the search.
    """
    what, folder, model = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if what == "build":
        texts = [
            Text(**json.loads(line))
            for line in (folder / TEXTS_FILE).read_text(encoding="utf-8").splitlines()
        ]
        started = time.perf_counter()
        pieces = build(texts, model, folder)
        _reply(replies, "built", pieces=pieces, build_s=time.perf_counter() - started)
        return
    search = load(model, folder)
    search(Question("warm up"))
    _reply(replies, "ready", version=version(package), **memory_mb())
    for line in sys.stdin:
        _reply(
            replies,
            "answered",
            **_round(search, [Question(**one) for one in json.loads(line)]),
            **memory_mb(),
        )


def _round(search: Search, questions: Sequence[Question]) -> dict[str, Any]:
    """Ask every question once; time is that of the search alone."""
    taken, found = [], []
    for question in questions:
        started = time.perf_counter()
        hits = search(question)
        taken.append((time.perf_counter() - started) * 1000)
        found.append([hit._asdict() for hit in hits])
    return {"ms": taken, "hits": found}


def memory_mb(pid: int | None = None) -> dict[str, float]:
    """Return a process's resident memory and the part of it that is no mapped file; nothing where the system does not say."""
    try:
        lines = Path(f"/proc/{pid or 'self'}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    values = {
        name: int(value.split()[0]) / 1024
        for name, _, value in (line.partition(":") for line in lines)
        if value.endswith(" kB")
    }
    return {"rss_mb": values["VmRSS"], "anon_mb": values["RssAnon"]}


def _reply(stream: TextIO, reply: str, **content: object) -> None:
    stream.write(json.dumps({"reply": reply, **content}) + "\n")
    stream.flush()
