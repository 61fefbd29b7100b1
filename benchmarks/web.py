"""Measure the web page as it is served: times at a steady rate, many requests at once beside many slow ones, sizes, health under load.

    python benchmarks/web.py --index data/index [--rate 50] [--seconds 20] [--out FILE]

The page is served by `confnotes web` in a process of its own; this one asks it over loopback. Every address is asked
for anew, without what a browser would keep.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import platform
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
FIRST_LOAD = ("/", "/static/style.css", "/static/ask.js", "/static/icon.svg")
AT_ONCE = 200
SLOW = 200


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def served(index_dir: Path) -> Iterator[str]:
    """Serve a build and give its address, once everything that is made once a build is made."""
    port = free_port()
    command = [sys.executable, "-m", "confnotes", "web", "--index", str(index_dir), "--port", str(port)]
    settings = {**os.environ, "CONFNOTES_RATE_LIMIT": "0"}
    process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for path in ("/livez", "/topics", "/feed.atom", "/"):
            _await(address + path)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _await(address: str) -> None:
    until = time.monotonic() + 120
    while True:
        try:
            if httpx.get(address, timeout=60).status_code == 200:
                return
        except httpx.TransportError:
            pass
        if time.monotonic() > until:
            raise RuntimeError(f"{address} does not answer")
        time.sleep(0.2)


def pages(address: str) -> dict[str, list[str]]:
    """Return addresses of every kind of page, taken from what the page itself lists."""
    with httpx.Client(base_url=address, timeout=60) as client:
        talks = client.get("/api/talks?per_page=40").json()["talks"]
        events = [one for one in client.get("/api/events").json()["events"] if one["talks"]]
        speakers = client.get("/api/speakers?limit=40").json()["speakers"]
    about = [f"/?q={quote_plus('what was said in “' + one['title'][:80] + '”?')}" for one in talks]
    words = [word for one in talks for word in one["title"].split() if len(word) > 5 and word.isalpha()]
    return {
        "start": ["/"],
        "answer": about,
        "answer on a word": [
            f"/?q={quote_plus('what did they say about ' + word + '?')}" for word in words[:40]
        ],
        "talks": ["/talks", *(f"/talks?about={quote_plus(word)}" for word in words[:10])],
        "conference": [f"/{one['path']}" for one in events[:20]],
        "day": [f"/{one['path']}/day-{day}" for one in events[:20] for day in one["days"][:2]],
        "talk": [f"/{one['path']}" for one in talks],
        "speakers": ["/speakers"],
        "speaker": [f"/{one['path']}" for one in speakers],
        "topics": ["/topics"],
        "topic": [f"/topics/{word.lower()}" for word in words[:20]],
        "feed": ["/feed.atom"],
        "api talks": ["/api/talks"],
        "api status": ["/api/status"],
    }


async def steadily(address: str, kinds: dict[str, list[str]], rate: float, seconds: float) -> dict[str, Any]:
    """Ask so many times a second, whether answers come or not; return the times of each kind of page."""
    asked = [(kind, path) for kind, paths in kinds.items() for path in paths if paths]
    mixed = cycle(np.random.RandomState(7).permutation(len(asked)).tolist())
    spent: dict[str, list[float]] = defaultdict(list)
    failed: list[str] = []
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:

        async def once(kind: str, path: str) -> None:
            started = time.perf_counter()
            reply = await client.get(path)
            spent[kind].append((time.perf_counter() - started) * 1e3)
            if reply.status_code != 200:
                failed.append(f"{reply.status_code} {path}")

        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number, at in enumerate(islice(mixed, int(rate * seconds))):
                await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
                group.create_task(once(*asked[at]))
    every = [ms for times in spent.values() for ms in times]
    return {
        "rate": rate,
        "requests": len(every),
        "failed": failed[:5],
        **_percentiles(every),
        "kinds": {kind: _percentiles(times) for kind, times in spent.items()},
    }


async def alone(address: str, kinds: dict[str, list[str]]) -> dict[str, Any]:
    """Ask for each kind of page one after the other."""
    found = {}
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        for kind, paths in kinds.items():
            times = []
            for path in (paths * 20)[:40] if paths else []:
                started = time.perf_counter()
                await client.get(path)
                times.append((time.perf_counter() - started) * 1e3)
            if times:
                found[kind] = _percentiles(times)
    return found


async def at_once(address: str, paths: list[str]) -> dict[str, Any]:
    """Send many requests at the same time beside as many connections that never finish theirs; ask for health meanwhile."""
    host, port = "127.0.0.1", int(address.rpartition(":")[2])
    slow = [await asyncio.open_connection(host, port) for _ in range(SLOW)]
    for _, writer in slow:
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
    opened = time.perf_counter()
    health: list[float] = []
    async with httpx.AsyncClient(
        base_url=address, timeout=120, limits=httpx.Limits(max_connections=None)
    ) as client:

        async def watch(done: asyncio.Event) -> None:
            while not done.is_set():
                started = time.perf_counter()
                await client.get("/livez")
                health.append((time.perf_counter() - started) * 1e3)
                await asyncio.sleep(0.05)

        done = asyncio.Event()
        watching = asyncio.create_task(watch(done))
        started = time.perf_counter()
        replies = await asyncio.gather(*(client.get(path) for path in (paths * AT_ONCE)[:AT_ONCE]))
        whole_s = time.perf_counter() - started
        done.set()
        await watching
    await asyncio.gather(*(reader.read() for reader, _ in slow))
    closed_s = time.perf_counter() - opened
    for _, writer in slow:
        writer.close()
    return {
        "answered": sum(reply.status_code == 200 for reply in replies),
        "of": AT_ONCE,
        "all_s": round(whole_s, 2),
        "health_ms": _percentiles(health),
        "slow_connections_closed_after_s": round(closed_s, 1),
    }


def sizes(address: str) -> dict[str, int]:
    """Return the bytes of the first load as they are sent, and of the largest pages."""
    with httpx.Client(base_url=address, timeout=60) as client:
        sent = {
            path: len(gzip.compress(client.get(path).content, 9))
            for path in (*FIRST_LOAD, "/talks", "/topics")
        }
    return {"first_load": sum(sent[path] for path in FIRST_LOAD), **sent}


def _percentiles(times: list[float]) -> dict[str, float]:
    if not times:
        return {}
    p50, p95, p99 = np.percentile(times, [50, 95, 99]).round(1).tolist()
    return {"p50_ms": p50, "p95_ms": p95, "p99_ms": p99, "worst_ms": round(max(times), 1)}


def main() -> None:
    """Measure and print one object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--index", type=Path, default=ROOT / "data" / "index")
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with served(given.index) as address:
        kinds = pages(address)
        figures = {
            "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}",
            "notes": httpx.get(f"{address}/api/status").json()["counts"],
            "sizes_bytes": sizes(address),
            "alone": asyncio.run(alone(address, kinds)),
            "steadily": asyncio.run(steadily(address, kinds, given.rate, given.seconds)),
            "at_once": asyncio.run(at_once(address, kinds["answer"])),
        }
    shown = json.dumps(figures, indent=1)
    print(shown)
    if given.out:
        given.out.write_text(shown + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
