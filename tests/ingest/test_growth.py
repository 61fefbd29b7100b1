"""Twice the input takes at most 2.2 times the operations: recaps of every shape, catalogues and feeds."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.catalogue.catalogue import Catalogue
from ingest.catalogue.files import read_catalogue
from ingest.errors import IngestError
from ingest.recap.reading import read_recap
from ingest.sources.models import Source
from ingest.sources.web.feeds import read_feed
from tests.counting import operations

MOST = 2.2
BESIDE = 3_000  # operations that any input costs
BESIDE_ONE = 1_500  # of one place
SIZE = 40
_PARTS = "anchor barge buoy cable canal cargo chart crane current deck engine ferry fleet hatch hull keel knot".split()  # noqa: SIM905


class Writer:
    """Writes words that no earlier text had, so that nothing is remembered from it."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 made-up notes

    @property
    def word(self) -> str:
        """Return a word."""
        return "".join(self._chance.choices(_PARTS, k=2))

    @property
    def title(self) -> str:
        """Return a title."""
        return f"{self.word.title()} and {self.word.title()}"

    @property
    def name(self) -> str:
        """Return a person."""
        return f"Ann {self.word.title()}"

    @property
    def link(self) -> str:
        """Return a link."""
        return f"[{self.word}](https://x.example/{self.word})"

    @property
    def said(self) -> str:
        """Return a sentence."""
        return f"{self.word.title()} {self.word} {self.word} {self.word}."


def each(write: Callable[[Writer, int], str], before: str = "", after: str = "") -> Callable[[int, int], str]:
    """Return what writes a shape: something so many times, between a beginning and an end."""

    def text(count: int, seed: int) -> str:
        writer = Writer(seed)
        return before + "".join(write(writer, number) for number in range(count)) + after

    return text


def announced(count: int, seed: int) -> str:
    """Write a list of talks, and below it a heading for each: every second one in other words."""
    writer = Writer(seed)
    talks = [(writer.title, writer.name) for _ in range(count)]
    entries = "".join(f"- {title} ({name}, Quay)\n" for title, name in talks)
    titles = [title if at % 2 else writer.title for at, (title, _) in enumerate(talks)]
    return f"# Piers 2021\n\n{entries}\n" + "".join(f"## {title}\n\n{writer.said}\n\n" for title in titles)


_TALK = "# Day 1\n\n## Lifting Loads - Ann Bee\n\n"
_FEW_TALKS = each(lambda w, _: f"## {w.title} - {w.name}\n\n{w.said}\n\n", "# KubeCon Europe 2021\n\n")
RECAPS = {
    "short lines.txt": each(lambda w, _: f"{w.word}\n"),
    "one long line.txt": each(lambda w, _: f"{w.word} "),
    "one long word.txt": each(lambda w, _: w.word * 20),
    "times.txt": each(lambda w, n: f"{9 + n % 9}:{n % 60:02} {w.title}\n"),
    "quoted titles.txt": each(lambda w, _: f'Then {w.name} spoke about "{w.title}". '),
    "page footers.txt": each(lambda w, n: f"{w.said}\n\nPage {n}\nQuay Notes 2021\n\n"),
    "remarks.txt": each(lambda w, _: f"I really liked this {w.word}. {w.said}\n\n", "Lifting - Ann Bee\n\n"),
    "conversation.md": each(lambda w, _: f"**Ann:** {w.said}\n\n**Bo:** {w.said}\n\n"),
    "links.md": each(lambda w, _: f"{w.link} ", _TALK),
    "bold.md": each(lambda w, _: f"**{w.title}** {w.said} ", _TALK),
    "programme.md": each(lambda w, n: f"{9 + n % 9}:{n % 60:02} **{w.title}** {w.link}\n"),
    "table.md": each(lambda w, _: f"| {w.title} | {w.name} | {w.said} |\n", "| Talk | Who | What |\n|---|---|---|\n"),
    "nested list.md": each(lambda w, n: f"{'  ' * min(n, 40)}- {w.word}\n"),
    "deep list.md": each(lambda _, __: "- ", after="a\n"),
    "deep quotes.md": each(lambda _, __: "> ", after="a\n"),
    "list of titles.md": each(lambda w, _: f"- **{w.title}** - {w.name}: {w.said}\n"),
    "bullets.md": each(lambda w, _: f"- {w.said}\n", _TALK),
    "sub-headings.md": each(lambda w, _: f"#### {w.title}\n\n{w.said}\n\n", _TALK),
    "names below.md": each(lambda w, _: f"## {w.title}\n\n{w.name}\n\n{w.said}\n\n"),
    "contents.md": each(lambda w, n: f"- [{w.word}](#a{n})\n\n## A{n}\n\n{w.said}\n\n"),
    "announced.md": announced,
    "days.md": each(lambda w, n: f"## Day {n}\n\n- {w.title} / {w.name}, Quay - {w.said}\n• {w.title}\n  {w.name}\n", "# Piers\n\n"),
    "companies.md": each(
        lambda w, _: f"## {w.title}\n\n{w.name}, {w.word.title()} {w.word.title()}\n\n{w.name}, Quay Labs\n\n{w.said}\n\n"
    ),
    "to-dos.md": each(lambda w, _: f"- {w.said}\n\nTODO: {w.word}\n\n", _TALK, "The quay grew.\n"),
    "farewells.md": each(lambda w, n: f"{9 + n % 9}:30 Lunch.\n\nThanks, {w.name}\n\n", _TALK),
    "footnotes.md": each(lambda w, n: f"{w.said}[^{n}]\n\n[^{n}]: {w.said}\n\n"),
    "front matter.md": each(lambda w, n: f"k{n}: {w.word}\n", "---\n", "---\n\n# Piers\n\nThe quay grew.\n"),
    "signs.md": each(lambda w, _: f"[[{w.word}|{w.word}]] %%{w.word}%% =={w.word}== `{w.word}` "),
    "stars.md": each(lambda w, _: f"*{w.word} **{w.word} "),
    "backticks.md": each(lambda _, n: "`" * (n % 7 + 1) + "a"),
    "depth.html": each(lambda _, __: "<div>", after="<p>The quay grew.</p>"),
    "lists.html": each(lambda w, _: f"<ul><li>{w.word}"),
    "unclosed.html": each(lambda w, _: f"<p><b><i>{w.word}"),
    "table.html": each(lambda w, _: f"<tr><td>{w.title}</td><td>{w.said}</td></tr>", "<table>", "</table>"),
    "spans.html": each(lambda w, _: f"<span>{w.word}</span> ", "<p>"),
    "headings.html": each(lambda w, _: f"<h2>{w.title} - {w.name}</h2><p>{w.said}</p>"),
    "attributes.html": each(lambda w, n: f"a{n}=b ", "<p ", ">The quay grew.</p>"),
    "cues.vtt": each(lambda w, n: f"00:{n % 60:02}:00.000 --> 00:{n % 60:02}:09.000\n{w.said}\n\n", "WEBVTT\n\n"),
    "cues.srt": each(lambda w, n: f"{n}\n00:{n % 60:02}:00,000 --> 00:{n % 60:02}:09,000\n{w.said}\n\n"),
    "headings.org": each(lambda w, _: f"** {w.title}\n{w.said}\n- {w.word}\n"),
    "headings.rst": each(lambda w, _: f"{w.word}\n{'-' * 30}\n\n{w.said}\n\n"),
    "headings.adoc": each(lambda w, _: f"== {w.title}\n\n{w.said}\n\n* {w.word}\n\n"),
    "headings.mediawiki": each(lambda w, _: f"== {w.title} ==\n{w.said} [[{w.word}|{w.word}]]\n* {w.word}\n"),
    "braces.mediawiki": each(lambda _, __: "{{a|", after="\nThe quay grew.\n"),
}  # fmt: skip
CATALOGUES = {
    "talks.csv": each(
        lambda w, n: f'EU 2021,{n % 4},{w.title},"{w.name}, Quay",,,\n',
        "event,day,title,speakers,video_url,slides_url,schedule_url\n",
    ),
    "talks.yaml": each(lambda w, n: f"- {{event: EU 2021, day: {n % 4}, title: {w.title}, speakers: [{w.name}]}}\n"),
    "talks.json": each(
        lambda w, _: json.dumps({"event": "EU 2021", "title": w.title, "speakers": w.name}) + ",",
        "[", '{"event": "EU 2021", "title": "Last"}]',
    ),
    "talks.ics": each(
        lambda w, n: f"BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART:20210505T{n % 24:02}0000Z\r\nSUMMARY:{w.title} - {w.name}\r\nEND:VEVENT\r\n",
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:KubeCon Europe 2021\r\n", "END:VCALENDAR\r\n",
    ),
}  # fmt: skip


def assert_linear(half: Counter[str], whole: Counter[str]) -> None:
    """Look at the whole, and at every place alone: a short loop in a loop hides behind all that goes with the length."""
    more = Counter(whole)
    more.subtract(half)

    assert whole.total() <= MOST * half.total() + BESIDE, more.most_common(5)
    assert not [
        f"{place}: {half[place]}, {times}"
        for place, times in whole.items()
        if times > MOST * half[place] + BESIDE_ONE
    ]


def grown(act: Callable[[str], object], text: Callable[[int, int], str]) -> tuple[Counter[str], Counter[str]]:
    """Return the operations for a text and for one of twice the size, by where they stand."""
    act(text(SIZE, 1))  # what is read once
    half, whole = (operations(lambda n=n: act(text(n, n))) for n in (SIZE, 2 * SIZE))  # type: ignore[misc]
    return half, whole


@pytest.mark.parametrize("shape", RECAPS)
def test_reading_goes_with_the_length(shape: str, tmp_path: Path) -> None:
    """A recap is loaded, its talks are found and its passages cut in operations that go with its length, whatever its shape."""
    path = tmp_path / f"notes{Path(shape).suffix}"

    def read(text: str) -> None:
        path.write_text(text, encoding="utf-8")
        read_recap(Source(path, path.name), Catalogue())

    half, whole = grown(read, RECAPS[shape])

    assert_linear(half, whole)


@pytest.mark.parametrize("name", CATALOGUES)
def test_catalogues_go_with_their_entries(name: str, tmp_path: Path) -> None:
    """A catalogue is read, and a recap of some talks is matched with it, in operations that go with the entries."""
    path = tmp_path / name

    def read(text: str) -> None:
        path.write_text(text, encoding="utf-8")
        catalogue = Catalogue.join([read_catalogue(path)])
        notes = tmp_path / "notes.md"
        notes.write_text(_FEW_TALKS(5, 7), encoding="utf-8")
        read_recap(Source(notes, notes.name), catalogue)

    half, whole = grown(read, CATALOGUES[name])

    assert_linear(half, whole)


def test_feeds_go_with_their_posts() -> None:
    """A feed is read in operations that go with its posts."""
    posts = each(
        lambda w, n: f"<item><title>{w.title}</title><link>/{n}</link><guid>{n}</guid></item>",
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Quay</title>',
        "</channel></rss>",
    )

    def read(text: str) -> object:
        try:
            return read_feed(text.encode(), "application/xml", "https://q.example/feed")
        except IngestError as fault:
            return fault

    half, whole = grown(read, posts)

    assert_linear(half, whole)
