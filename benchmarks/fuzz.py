"""Read mutated recaps, catalogues, calendars, feeds, lists of sources and settings, and look for what is no reading and no line.

    python -m benchmarks.fuzz --inputs 5000 --seed 1 --keep data/fuzz

An input may be read, or refused with one of the known faults. Everything else is a finding: another exception,
more than ten seconds of the processor, more than 300 MB above what the process began with, or a reading that no
file can hold.
Each target runs in a process of its own; findings are kept as files, cut down to what still shows them.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import random
import resource
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from console.settings import read_settings
from ingest.catalogue.catalogue import Catalogue
from ingest.catalogue.files import read_catalogue
from ingest.errors import IngestError
from ingest.recap.reading import read_recap
from ingest.settings import IngestSettings
from ingest.sources.listing import gather
from ingest.sources.models import Source
from ingest.sources.web.feeds import read_feed

ROOT = Path(__file__).resolve().parent.parent
MOST_S = 10
MOST_BYTES = 300_000_000
_LARGEST_SEED = 20_000

CSV = """event,day,title,speakers,video_url,slides_url,schedule_url
EU 2021,1,Lifting Crates with Robots,"Ann Bee, Harbour Works; Bo Ek",https://v.example/1,,https://s.example/1
EU 2021,2,"Tides, for Beginners",Cyril Deedee,,https://s.example/tides.pdf,
"""
YAML = """- event: EU 2021
  day: 1
  title: Lifting Crates with Robots
  speakers: [Ann Bee, Bo Ek]
  video_url: https://v.example/1
- {event: EU 2021, day: 2, title: Tides for Beginners, speakers: Cyril Deedee}
"""
JSON = """[{"event": "EU 2021", "day": 1, "title": "Lifting Crates", "speakers": ["Ann Bee"], "video_url": "https://v.example/1"},
 {"event": "EU 2021", "day": 2, "title": "Tides for Beginners", "speakers": "Cyril Deedee"}]
"""
ICS = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Quay//EN\r
X-WR-CALNAME:KubeCon Europe 2021\r
BEGIN:VEVENT\r
UID:1\r
DTSTART:20210505T100000Z\r
DTEND:20210505T103500Z\r
SUMMARY:Lifting Crates with Robots - Ann Bee\\, Harbour Works\r
URL:https://kccnceu2021.sched.com/event/1\r
DURATION:PT1H\r
RRULE:FREQ=DAILY;COUNT=2\r
CATEGORIES:TALK,ROBOTS\r
END:VEVENT\r
BEGIN:VFREEBUSY\r
FREEBUSY:19970308T160000Z/PT8H30M\r
END:VFREEBUSY\r
BEGIN:VEVENT\r
UID:2\r
DTSTART;TZID=Europe/Berlin:20210506T100000\r
SUMMARY:Tides for Beginners\r
END:VEVENT\r
END:VCALENDAR\r
"""
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Quay</title>
<item><title>Day 1</title><link>/day1</link><category>recap</category><guid>https://q.example/1</guid></item>
<item><title>Day 2 &amp; more</title><link>https://q.example/day2?p=3</link></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/posts/"><entry><title type="html">Day &lt;b&gt;1&lt;/b&gt;</title>
<link rel="self" href="x"/><link href="day1"/><category term="recap"/></entry></feed>"""
SOURCES = """catalogue: talks.csv
gate: gate.jsonl
sources:
- {path: a.md, event: EU 2021, day: 1, author: Ann Bee, date: 2021-05-05, language: en}
- url: https://q.example/notes?key=1
  event: NA 2019
  event_name: KubeCon North America 2019
  starts_on: 2019-11-18
  ends_on: 2019-11-21
  on_missing: drop
- {feed: https://q.example/feed, match: "day [0-9]+", most: 3}
- {git: ../repository, ref: main, path: "notes/*.md"}
"""
SETTINGS = """CONFNOTES_NOTES=notes
CONFNOTES_INDEX_DIR="data/index"
CONFNOTES_KEEP_BUILDS=3
CONFNOTES_GATE_MARGIN=0.05
CONFNOTES_REPORT_WEBHOOK=https://hooks.example/x
export CONFNOTES_WEB_ALLOWED_HOSTS='wiki.example, notes.example:8443'
"""
# What broke a reader once, and its siblings.
_TOKENS = (
    b"\0", b"\r", b"\n", b"\r\n-\r-", b"\xff", b"\xed\xa0\xbd", "\u2028".encode(), "\u202e".encode(), "\ufeff".encode(), b"\\ud83d",
    b"O", b"-", b"9" * 5_000, b"-1", b"1e999", b"20210505100000", b"&a [*a, *a]", b"*a", b"<<: *a", b"!!python/object:os.system x",
    b"[" * 500, b"{" * 500, b"(" * 500, b"> " * 300, b"#" * 200, b"- " * 300, b"<b>" * 300, b"<!--", b"]]>", b"&#0;", b"&lt;" * 50,
    b"```", b"---\n", b"===\n", b"|", b"\t", b'"', b"'", b"%s%n", b"P999999999999W", b"PT9999999999999S", b"T1O0000Z", b"BEGIN:VEVENT\r\n",
    b"END:VCALENDAR\r\n", b"a/b/c/", b"day 99999999999", b"2021-02-30", b"0000-00-00", b"\\u0000", b"https://[", b"http://a b",
    b".. include:: /etc/passwd",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads foreign bytes: beginnings to mutate, and a reading that raises known faults only."""

    name: str
    seeds: tuple[bytes, ...]
    read: Callable[[bytes, Path], object]


@dataclass(frozen=True, slots=True)
class Finding:
    """An input that is neither read nor refused."""

    target: str
    what: str
    data: bytes = field(repr=False)


def _recap(ending: str) -> Callable[[bytes, Path], object]:
    def read(data: bytes, folder: Path) -> object:
        path = folder / f"notes{ending}"
        path.write_bytes(data)
        # What was read is kept in a file, so it must be something that a file can hold.
        return read_recap(Source(path, path.name), Catalogue()).to_json().encode("utf-8")

    return read


def _catalogue(ending: str) -> Callable[[bytes, Path], object]:
    def read(data: bytes, folder: Path) -> object:
        path = folder / f"talks{ending}"
        path.write_bytes(data)
        return repr(read_catalogue(path)).encode("utf-8")

    return read


def _feed(data: bytes, _folder: Path) -> object:
    return [post.url.encode("utf-8") for post in read_feed(data, "application/xml", "https://q.example/feed")]


def _sources(data: bytes, folder: Path) -> object:
    (folder / "a.md").write_text("# Notes\n\n## Piers\n\nThe quay grew.\n", encoding="utf-8")
    path = folder / "sources.yaml"
    path.write_bytes(data)
    return repr(gather([path])).encode("utf-8")


def _settings(data: bytes, folder: Path) -> object:
    (folder / ".env").write_bytes(data)
    with contextlib.chdir(folder):
        return repr(read_settings(IngestSettings, IngestError))


def targets() -> dict[str, Target]:
    """Return everything that reads foreign bytes."""
    recaps: dict[str, list[bytes]] = {}
    for folder in (ROOT / "tests" / "corpus" / "recaps", ROOT / "notes"):
        for path in sorted(folder.rglob("*.*")):
            if path.is_file() and path.name != "sources.yaml" and path.suffix != ".csv":
                recaps.setdefault(path.suffix, []).append(path.read_bytes()[:_LARGEST_SEED])
    found = [
        *(
            Target(f"recap {ending}", tuple(seeds), _recap(ending))
            for ending, seeds in sorted(recaps.items())
        ),
        *(
            Target(f"catalogue {ending}", (text.encode(),), _catalogue(ending))
            for ending, text in ((".csv", CSV), (".yaml", YAML), (".json", JSON), (".ics", ICS))
        ),
        Target("feed", (RSS.encode(), ATOM.encode()), _feed),
        Target("sources.yaml", (SOURCES.encode(),), _sources),
        Target("settings", (SETTINGS.encode(),), _settings),
    ]
    return {target.name: target for target in found}


def mutated(seeds: tuple[bytes, ...], chance: random.Random) -> bytes:
    """Change a beginning in some places: bits, cuts, repeats, splices, and what broke a reader once."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        at = chance.randrange(len(data) + 1)
        end = min(at + chance.randrange(1, 60), len(data))
        match chance.randrange(8):
            case 0 if data:
                data[min(at, len(data) - 1)] ^= 1 << chance.randrange(8)
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = data[at:end] * chance.choice((2, 5, 200))
            case 3:
                other = chance.choice(seeds)
                start = chance.randrange(len(other) + 1)
                data[at:end] = other[start : start + chance.randrange(400)]
            case 4:
                lines = bytes(data).split(b"\n")
                chance.shuffle(lines)
                data = bytearray(b"\n".join(lines))
            case 5:
                del data[at:]
            case _:
                data[at : chance.choice((at, end))] = chance.choice(_TOKENS)
    return bytes(data)


class TookTooLongError(BaseException):
    """The reader did not end in time; no reader catches it."""


def _end(_number: int, _frame: FrameType | None) -> None:
    raise TookTooLongError


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """End what takes more of the processor's time: a busy machine makes no finding."""
    before = signal.signal(signal.SIGVTALRM, _end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def trouble(target: Target, data: bytes, folder: Path, most_s: float = MOST_S) -> str:
    """Read an input; return what is wrong with how it was read, or an empty text."""
    try:
        with within(most_s):
            target.read(data, folder)
    except IngestError:  # made one line where it is told
        return ""
    except TookTooLongError:
        return "not done in time"
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if str(ROOT) in frame.filename and ".venv" not in frame.filename]
        place = (own or list(frames))[-1]
        return f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
    return ""


def cut_down(target: Target, data: bytes, what: str, folder: Path) -> bytes:
    """Return a smaller input that shows the same."""
    step = max(len(data) // 2, 1)
    while step:
        at = 0
        while at < len(data):
            smaller = data[:at] + data[at + step :]
            if trouble(target, smaller, folder) == what:
                data = smaller
            else:
                at += step
        step //= 2
    return data


def fuzz(target: Target, inputs: int, seed: int, folder: Path) -> list[Finding]:
    """Read so many mutated inputs; return the findings, each kind once."""
    chance = random.Random(f"{target.name} {seed}")  # noqa: S311 inputs, not secrets
    found: dict[str, Finding] = {}
    for _ in range(inputs):
        data = mutated(target.seeds, chance)
        what = trouble(target, data, folder)
        if what and what not in found:
            quick = what != "not done in time" and len(data) < 30_000
            found[what] = Finding(target.name, what, cut_down(target, data, what, folder) if quick else data)
    return list(found.values())


def _apart(name: str, inputs: int, seed: int, results: multiprocessing.Queue[tuple[str, object]]) -> None:
    """Fuzz one target in this process, with a limit on its memory."""
    pages = (
        int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) if Path("/proc").is_dir() else 0
    )
    if pages:
        most = pages * resource.getpagesize() + MOST_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    with tempfile.TemporaryDirectory(prefix="confnotes-fuzz-") as folder:
        results.put((name, fuzz(targets()[name], inputs, seed, Path(folder))))


def main() -> None:
    """Fuzz every target and print the findings."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--inputs", type=int, default=5_000, help="of all targets together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="targets whose name begins so")
    parser.add_argument("--keep", type=Path, help="folder for the inputs of findings")
    given = parser.parse_args()
    names = [name for name in targets() if name.startswith(given.only)]
    context = multiprocessing.get_context("fork")
    findings: list[Finding] = []
    seen: Counter[str] = Counter()
    for number, name in enumerate(names):
        results = context.Queue()
        inputs = (given.inputs + number) // len(names)
        child = context.Process(target=_apart, args=(name, inputs, given.seed, results))
        child.start()
        try:
            found = results.get(timeout=MOST_S * given.inputs)[1]
        finally:
            child.join()
        seen[name] += inputs
        findings += found
        print(f"{name}: {inputs} inputs, {len(found)} findings", file=sys.stderr)
    for number, one in enumerate(findings):
        print(f"{one.target}: {one.what}: {one.data[:120]!r}", file=sys.stderr)
        if given.keep:
            given.keep.mkdir(parents=True, exist_ok=True)
            (given.keep / f"{number:03}-{one.target.replace(' ', '')}").write_bytes(one.data)
    print(json.dumps({"inputs": seen.total(), "targets": len(names), "findings": len(findings)}))
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
