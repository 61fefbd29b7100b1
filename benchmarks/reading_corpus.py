"""Measure how well recaps of shapes that the reader was not written for are read: titles, speakers, days, links, conference.

    python -m benchmarks.reading_corpus [--corpus training] [--developing | --held-out] [--only NAME] [--misses]

Every recap of tests/corpus, or of the 36 that training made up, is built alone, with the command a person would type, in a folder `notes`
that holds nothing else, and without a catalogue. One JSON line a recap, then one for those of each half and for all. Misses of held-out
recaps are never shown: whoever looks at them can no longer say how the reader does on recaps nobody has seen.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import yaml

CORPUS = Path(__file__).resolve().parents[1] / "tests" / "corpus"
ALIKE = 0.85  # of two titles' letters in order
LONG_ENOUGH = 12  # letters of a title that may stand inside the other; one of CJK scripts counts twice
RANKS = re.compile(r"^(?:(?:prof|dr|ing|phd|md)\b[. ]*)+", re.IGNORECASE)
Record = Mapping[str, Any]


@dataclass(slots=True)
class Score:
    """Counts of one recap, or of several together, and what was missed."""

    counts: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def note(self, figure: str, right: bool, miss: str) -> None:
        """Count one decision, and keep what was wrong with it."""
        self.counts[figure] += right
        self.counts[f"{figure} asked"] += 1
        if not right:
            self.misses.append(f"{figure}: {miss}")

    def figures(self) -> dict[str, float | int | None]:
        """Return shares: of the gold talks, of those found, and of what the gold says of those that were found."""
        counts = self.counts
        right = counts["titles"]
        return {
            "talks": counts["titles asked"],
            "precision": _share(right, counts["found"]),
            "recall": _share(right, counts["titles asked"]),
            "f1": _share(2 * right, counts["found"] + counts["titles asked"]),
            **{name: _share(counts[name], counts[f"{name} asked"]) for name in PARTS},
        }


PARTS = ("clean titles", "speakers", "none made up", "companies", "days", "links", "conference", "notes")


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def fold(text: str) -> str:
    """Return what of a text is compared: its letters, digits and single spaces, small and of one width."""
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text or "").casefold()).strip()


def person(name: str) -> str:
    """Return what of a name is compared: without ranks, as notes give or leave them."""
    return fold(RANKS.sub("", name))


def likeness(title: str, other: str) -> float:
    """Return how surely two titles are the same: 1 for the same letters, 0 for different ones."""
    a, b = fold(title), fold(other)
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    short, long = sorted((a, b), key=len)
    length = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in short)
    if length >= LONG_ENOUGH and short in long:
        return 0.95
    ratio = SequenceMatcher(None, a, b).ratio()
    return ratio if ratio >= ALIKE else 0.0


def same_event(found: str | None, named: Sequence[str]) -> bool:
    """Tell whether a conference is one of those named: begun by one of the name's words, with all of them, and no year besides."""
    words = fold(found or "").split()
    years = {word for word in words if re.fullmatch(r"(?:19|20)\d\d", word)}
    wanted = [set(fold(name).split()) for name in named]
    return any(name <= set(words) and {words[0], *years} <= name for name in wanted)


def score(gold: Sequence[Record], found: Sequence[Record], notes: Mapping[str, str]) -> Score:
    """Compare what was found with what a careful reader finds.

    Args:
        gold: Talks as in tests/corpus/talks.jsonl. Sections (`kind`) may be found or not, and count neither way.
        found: Talks as `confnotes talks --jsonl` prints them. Sections match, but are never one too many.
        notes: The text of each found talk's passages, by title.
    """
    result = Score()
    left = list(found)
    for want in sorted(gold, key=lambda talk: talk["kind"] == "section"):
        names = (want["title"], *want.get("aliases", ()))
        nearest = max(
            left, key=lambda talk: max(likeness(talk["title"], name) for name in names), default=None
        )
        hit = nearest if nearest and any(likeness(nearest["title"], name) for name in names) else None
        if hit is not None:
            left.remove(hit)
        if want["kind"] == "section":
            continue
        result.note("titles", hit is not None, want["title"])
        if hit is not None:
            _compare(result, want, hit, notes.get(hit["title"], ""))
    extra = [talk["title"] for talk in left if talk["kind"] != "section"]
    result.counts["found"] = result.counts["titles"] + len(extra)
    result.misses += [f"no talk: {title}" for title in extra]
    return result


def _compare(result: Score, want: Record, hit: Record, notes: str) -> None:
    """Count what a found talk says of itself, where the gold says anything."""
    title, speakers = want["title"], hit.get("speakers") or ()
    names = {fold(name) for name in (title, *want.get("aliases", ()))}
    result.note("clean titles", fold(hit["title"]) in names, hit["title"])
    same = {person(name) for name in want["speakers"]} == {person(name) for name in speakers}
    result.note(
        "speakers" if want["speakers"] else "none made up", same, f"{title}: {', '.join(speakers) or None}"
    )
    if "affiliations" in want:
        named = {fold(name) for name in hit.get("affiliations") or ()}
        expected = {fold(name) for name in want["affiliations"]}
        result.note(
            "companies",
            expected <= named and (bool(expected) or not named),
            f"{title}: {hit.get('affiliations')}",
        )
    if want["day"] is not None:
        result.note("days", hit.get("day") == want["day"], f"{title}: {hit.get('day')}")
    if want["url"]:
        result.note(
            "links", hit.get("url") in {want["url"], *want.get("links", ())}, f"{title}: {hit.get('url')}"
        )
    result.note("conference", same_event(hit.get("event"), want["event"]), f"{title}: {hit.get('event')}")
    if want["first_words"]:
        result.note("notes", fold(want["first_words"]) in fold(notes), title)


def read(corpus: Path, name: str, confnotes: Sequence[str]) -> tuple[list[Record], dict[str, str], int]:
    """Build one recap alone; return its talks, the text of their passages by title, and the exit status of the build."""
    with tempfile.TemporaryDirectory() as work:
        notes, index = Path(work) / "notes", Path(work) / "index"
        notes.mkdir()
        source = corpus / "recaps" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, notes / name)
        built = subprocess.run(
            [*confnotes, "ingest", notes, "--index", index],
            capture_output=True,
            text=True,
            check=False,
            cwd=work,
        )
        if not (index / "CURRENT").is_file():
            return [], {}, built.returncode
        listed = subprocess.run(
            [*confnotes, "talks", "--jsonl", "--index", index],
            capture_output=True,
            text=True,
            check=True,
            cwd=work,
        )
        build = index / (index / "CURRENT").read_text().strip()
        titles = {talk["talk_id"]: talk["title"] for talk in _lines(build / "talks.jsonl")}
        texts: dict[str, str] = {}
        for passage in _lines(build / "passages.jsonl"):
            title = titles[passage["talk_id"]]
            texts[title] = f"{texts.get(title, '')} {passage['text']}"
        return [json.loads(line) for line in listed.stdout.splitlines()], texts, built.returncode


def _lines(path: Path) -> Iterator[Record]:
    with path.open(encoding="utf-8", newline="\n") as lines:
        yield from map(json.loads, lines)


def recaps(corpus: Path = CORPUS) -> dict[str, bool]:
    """Return the names of a corpus's recaps, and whether each is held out."""
    listed = yaml.safe_load((corpus / "recaps.yaml").read_text("utf-8"))["recaps"]
    return {recap["name"]: recap["held_out"] for recap in listed}


def main() -> None:
    """Print one JSON line a recap, then one for each half and one for all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    half = parser.add_mutually_exclusive_group()
    half.add_argument(
        "--developing",
        dest="held_out",
        action="store_false",
        default=None,
        help="only recaps that may be looked at",
    )
    half.add_argument(
        "--held-out",
        dest="held_out",
        action="store_true",
        default=None,
        help="only recaps kept for final figures",
    )
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="folder of recaps and their truth")
    parser.add_argument("--only", action="append", metavar="NAME", help="only this recap")
    parser.add_argument(
        "--misses", action="store_true", help="print what was missed, of recaps that may be looked at"
    )
    parser.add_argument(
        "--confnotes", default=str(Path(sys.executable).with_name("confnotes")), help="the command"
    )
    args = parser.parse_args()
    gold = list(_lines(args.corpus / "talks.jsonl"))
    totals = {"developing": Score(), "held out": Score(), "all": Score()}
    for name, held_out in recaps(args.corpus).items():
        if args.held_out not in {None, held_out} or (args.only and name not in args.only):
            continue
        found, texts, status = read(args.corpus, name, shlex.split(args.confnotes))
        mine = score([talk for talk in gold if Path(talk["doc"]).parts[0] == name], found, texts)
        print(
            json.dumps(
                {"recap": name, "held_out": held_out, "ingest": status, **mine.figures()}, ensure_ascii=False
            ),
            flush=True,
        )
        if args.misses and not held_out:
            print(*(f"  {miss}" for miss in mine.misses), sep="\n", flush=True)
        for total in (totals["held out" if held_out else "developing"], totals["all"]):
            total.counts += mine.counts
            of_it = mine.counts["conference"] == mine.counts["conference asked"] > 0
            total.counts.update({"right": of_it, "recaps": 1})
    for total_name, total in totals.items():
        if total.counts["recaps"]:
            of_one = f"{total.counts['right']}/{total.counts['recaps']}"
            print(
                json.dumps(
                    {"recap": total_name, "whole recaps of the right conference": of_one, **total.figures()}
                )
            )


if __name__ == "__main__":
    main()
