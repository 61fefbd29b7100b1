"""Writes a source of another mark-up again as Markdown, and leads every word of it back to where it stood.

AsciiDoc, Org, MediaWiki and notebooks differ in their marks, not in what a heading, a list or a link is. Their
readers rewrite the marks and keep the words; the one Markdown reader then makes the blocks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ingest.loaders.blocks import Block, LoadedText, Meta, Run
from ingest.loaders.markdown.reader import read as read_markdown

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~=^$!]|(?<![\w])[-+](?=[ \t])|(?<=\d)[.)](?=[ \t])|&(?=[#\w]{1,32};)")
Kind = Literal["strong", "emphasis", "code", "link", "shown", "drop"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One inline mark: what its groups `words` and `url` are."""

    kind: Kind
    pattern: re.Pattern[str]


class Rewriter:
    """Builds the Markdown; offsets that are given are the source's."""

    def __init__(self, source: str, rules: Sequence[Rule] = ()) -> None:
        self.source = source
        self.meta: dict[str, str | tuple[str, ...]] = {}
        self._parts: list[str] = []
        self._length = 0
        self._pieces: list[tuple[int, int, int, int]] = []  # as in Run: in the Markdown, and in the source
        self._rules = rules
        self._any = (
            re.compile("|".join(f"(?:{_nameless(rule.pattern)})" for rule in rules)) if rules else None
        )

    def add(self, markup: str) -> None:
        """Add Markdown that stands for no characters of the source."""
        self._parts.append(markup)
        self._length += len(markup)

    def raw(self, start: int, end: int) -> None:
        """Add characters of the source as they stand."""
        if start < end:
            self._pieces.append((self._length, end - start, start, end - start))
            self.add(self.source[start:end])

    def instead(self, start: int, end: int, characters: str) -> None:
        """Add characters that the source writes in another way between `start` and `end`."""
        if characters and start < end:
            self._pieces.append((self._length, 1, start, end - start))
        self.add(characters)

    def keep(self, start: int, end: int) -> None:
        """Add words of the source, so that Markdown takes none of their characters for a mark."""
        at = start
        for found in _SPECIAL.finditer(self.source, start, end):
            self.raw(at, found.start())
            self.add("\\")
            at = found.start()
        self.raw(at, end)

    def inline(self, start: int, end: int, depth: int = 0) -> None:
        """Add words with their inline marks, as the rules say."""
        at = start
        for found in self._any.finditer(self.source, start, end) if self._any and depth < _DEEPEST else ():
            self.keep(at, found.start())
            self._marked(found, end, depth)
            at = found.end()
        self.keep(at, end)

    def _marked(self, found: re.Match[str], end: int, depth: int) -> None:
        """Rewrite one inline mark."""
        for rule in self._rules:
            one = rule.pattern.match(self.source, found.start(), end)
            if one is None or one.end() != found.end():
                continue
            groups = one.groupdict()
            first, last = one.span("words") if groups.get("words") is not None else (0, 0)
            if rule.kind == "link":
                self.link(first, last, groups["url"] or "")
            elif rule.kind == "code":
                self.code(first, last)
            elif rule.kind != "drop":
                sign = {"strong": "**", "emphasis": "*"}.get(rule.kind, "")
                self.add(sign)
                self.inline(first, last, depth + 1)
                self.add(sign)
            return

    def link(self, start: int, end: int, url: str) -> None:
        """Add words that carry an address."""
        address = url.strip().replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C").replace("\n", "")
        if start >= end or not address:
            self.keep(start, end)
            self.add(f"[](<{address}>)" if address else "")
            return
        self.add("[")
        self.keep(start, end)
        self.add(f"](<{address}>)")

    def code(self, start: int, end: int) -> None:
        """Add code within a line."""
        if (
            "`" in self.source[start:end]
            or "\n" in self.source[start:end]
            or not self.source[start:end].strip()
        ):
            self.keep(start, end)
            return
        self.add("`")
        self.raw(start, end)
        self.add("`")

    def block(self, start: int, end: int) -> None:
        """Add a block of code."""
        words = self.source[start:end]
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", words)), default=0))
        self.add(f"\n{fence}text\n")
        self.raw(start, end)
        self.add(f"\n{fence}\n")

    def table(self, rows: Sequence[Sequence[tuple[int, int]]]) -> None:
        """Add a table, one cell a span."""
        width = max((len(row) for row in rows), default=0)
        for number, row in enumerate(rows):
            self.add("\n" if number == 0 else "")
            for start, end in row:
                self.add("| ")
                self.lines(start, end, " ")
                self.add(" ")
            self.add("| " * (width - len(row)) + "|\n")
            if number == 0:
                self.add("|-" * width + "|\n")
        self.add("\n")

    def lines(self, start: int, end: int, between: str) -> None:
        """Add words over several lines, joined anew."""
        at = start
        for found in _BREAK.finditer(self.source, start, end):
            self.inline(at, found.start())
            self.instead(found.start(), found.end(), between)
            at = found.end()
        self.inline(at, end)

    def read(self, *, plain: bool = True) -> LoadedText:
        """Read the Markdown into blocks that know their place in the source.

        Args:
            plain: It is all our own: there is neither front matter in it nor mark-up of other tools.
        """
        loaded = read_markdown("".join(self._parts), plain=plain)
        runs = tuple(_composed(loaded.runs, self._pieces))
        return LoadedText(
            loaded.text, located(loaded.blocks, runs, self.source), runs, {**loaded.meta, **self.meta}
        )


_DEEPEST = 4  # marks within marks
_BREAK = re.compile(r"[ \t]*\r?\n[ \t]*")
_GROUP_NAME = re.compile(r"\(\?P<\w+>")


def _nameless(pattern: re.Pattern[str]) -> str:
    """Write a pattern without the names of its groups and with its flag, so that several stand in one."""
    written = _GROUP_NAME.sub("(?:", pattern.pattern)
    return f"(?i:{written})" if pattern.flags & re.IGNORECASE else written


def _composed(runs: Sequence[Run], pieces: Sequence[tuple[int, int, int, int]]) -> Iterator[Run]:
    """Lead runs of the readable text through the Markdown to the source; what we added leads nowhere."""
    starts = [piece[0] for piece in pieces]
    for run in runs:
        end = run.source_start + run.source_length
        number = max(0, bisect_right(starts, run.source_start) - 1)
        written = run.length != run.source_length
        while number < len(pieces) and starts[number] < end:
            start, length, source_start, source_length = pieces[number]
            number += 1
            first, last = max(start, run.source_start), min(start + length, end)
            if first >= last:
                continue
            if written:  # an entity: one character for several
                yield Run(run.start, run.length, source_start + first - start, last - first)
                break
            at = run.start + first - run.source_start
            if length == source_length:
                yield Run(at, last - first, source_start + first - start, last - first)
            else:
                yield Run(at, 1, source_start, source_length)


def located(blocks: Sequence[Block], runs: Sequence[Run], source: str) -> tuple[Block, ...]:
    """Give blocks the lines of the source that their words stand in."""
    starts = [run.start for run in runs]
    placed: list[Block] = []
    line, counted = 1, 0
    for block in blocks:
        number = bisect_right(starts, block.start) - 1
        if number < 0 or runs[number].start + runs[number].length <= block.start:
            number = min(number + 1, len(runs) - 1)
        if number >= 0:
            run = runs[number]
            at = run.source_start + max(0, min(block.start - run.start, run.source_length))
            line += source.count("\n", counted, at)
            counted = max(counted, at)
        placed.append(replace(block, line=line))
    return tuple(placed)


def told(written: str, value: str, meta: dict[str, str | tuple[str, ...]]) -> None:
    """Keep what a source says of itself, under the names that front matter has."""
    from ingest.loaders.markdown.frontmatter import folded

    for key, known in folded({written: value}).items():
        meta.setdefault(key, known)


__all__ = ["Meta", "Rewriter", "Rule", "located", "told"]
