"""MediaWiki: headings, lists, tables, links and templates, rewritten as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.loaders.blocks import LoadedText
from ingest.loaders.html.tags import entities
from ingest.loaders.rewriting import Rewriter, Rule

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HEADING = re.compile(r"(={1,6})[ \t]*([^=\n].*?)[ \t]*\1\Z")
_LIST = re.compile(r"([*#:;]{1,10})[ \t]*")
_RULE = re.compile(r"-{4,}\Z")
_MAGIC = re.compile(r"__[A-Z]{3,20}__")
# What is not read, each with the sign that closes it; searched by hand, since it may be long and nested.
_OPENING = re.compile(
    r"<!--|\{\{|<(?:ref|gallery|math|score|timeline)\b[^<>]{0,300}>|<(?:pre|syntaxhighlight|source)\b[^<>]{0,300}>|\{\|",
    re.IGNORECASE,
)
_PAIRS = {"{{": re.compile(r"\{\{|\}\}"), "{|": re.compile(r"\{\|(?!\})|\|\}(?!\})")}
_CODE = ("<pre", "<syntaxhighlight", "<source")
_CELL = re.compile(r"^[ \t]*(?:\|-[^\n]*|\|\+[^\n]*|[|!])|\|\||!!", re.MULTILINE)
_ATTRIBUTES = re.compile(r"[^|\[\]\n{}]{0,300}=[^|\[\]\n{}]{0,300}\|(?!\|)")
_TAGS = "nowiki|br|small|big|u|s|b|i|sub|sup|span|div|center|font|ref|code|tt|kbd|del|ins|noinclude|includeonly|references"
_NO_PAGES = "file|image|category|media|datei|bild|kategorie|fichier|catégorie|archivo|categoría|arquivo|categoria|immagine"
_RULES = (
    Rule("drop", re.compile(rf"</?(?:{_TAGS})\b[^<>\n]{{0,300}}>", re.IGNORECASE)),
    Rule("drop", re.compile(rf"\[\[(?:{_NO_PAGES})\s*:[^\[\]\n]{{0,500}}\]\]", re.IGNORECASE)),
    Rule("shown", re.compile(r"\[\[(?:[^\[\]|\n]{1,300}\|)?:?(?P<words>[^\[\]|\n]{1,500})\]\]")),
    Rule("link", re.compile(r"\[(?P<url>(?:https?:)?//[^\s\[\]<>]{1,1000})[ \t]+(?P<words>[^\[\]\n]{1,500})\]")),
    Rule("shown", re.compile(r"\[(?P<words>(?:https?:)?//[^\s\[\]<>]{1,1000})\]")),
    Rule("strong", re.compile(r"'''''(?P<words>[^'\n](?:[^\n]{0,300}?[^'\n])?)'''''")),
    Rule("strong", re.compile(r"'''(?P<words>[^'\n](?:[^\n]{0,300}?[^'\n])?)'''(?!')")),
    Rule("emphasis", re.compile(r"''(?P<words>[^'\n](?:[^\n]{0,300}?[^'\n])?)''(?!')")),
    Rule("drop", re.compile(r"'{2,5}|__[A-Z]{3,20}__|~{3,5}")),
)  # fmt: skip


def read(source: str) -> LoadedText:
    """Read a wiki's page into blocks.

    Args:
        source: The decoded file, as the wiki's editor shows it.

    Returns:
        The words without mark-up; templates, references, files and categories are not in it.
    """
    reader = _MediaWiki(source)
    at = 0
    for start, end, kind in _set_apart(source):
        reader.lines_of(at, start)
        if kind == "code":
            first = source.index(">", start, end) + 1
            reader.block(first, max(first, source.rfind("<", first, end)))
        elif kind == "table":
            reader.rows(start, end)
        at = end
    reader.lines_of(at, len(source))
    return reader.read()


def _set_apart(source: str) -> Iterator[tuple[int, int, str]]:
    """Find templates, comments, references, code and tables, outermost ones, in order."""
    at = 0
    unclosed: set[str] = set()
    while (found := _OPENING.search(source, at)) is not None:
        sign = found[0].lower()
        if sign in unclosed:
            at = found.end()
            continue
        end = _end(source, found, sign)
        if end < 0:
            unclosed.add(sign)
            at = found.end()
            continue
        kind = "table" if sign == "{|" else "code" if sign.startswith(_CODE) else ""
        yield found.start(), end, kind
        at = end


def _end(source: str, found: re.Match[str], sign: str) -> int:
    """Find where what was opened is closed; -1 where nothing closes it."""
    if sign == "<!--":
        end = source.find("-->", found.end())
        return end + 3 if end >= 0 else -1
    if sign in {"{{", "{|"}:
        return _balanced(source, found.start(), _PAIRS[sign])
    if sign.endswith("/>"):
        return found.end()
    name = re.match(r"<(\w+)", sign)
    closing = re.compile(rf"</{name[1]}\s*>", re.IGNORECASE).search(source, found.end()) if name else None
    return closing.end() if closing else -1


def _balanced(source: str, start: int, pair: re.Pattern[str]) -> int:
    """Find the sign that closes the one at `start`, others within it counted."""
    depth = 0
    for found in pair.finditer(source, start):
        depth += 1 if found[0].startswith("{") else -1
        if depth == 0:
            return found.end()
    return -1


class _MediaWiki(Rewriter):
    """Walks the lines."""

    def __init__(self, source: str) -> None:
        super().__init__(source, _RULES)
        self.counts: list[int] = []

    def lines_of(self, start: int, end: int) -> None:
        """Rewrite a stretch line by line."""
        for found in _LINE.finditer(self.source, start, end):
            whole = (
                found.start() == 0 or self.source[found.start() - 1] == "\n"
            )  # else a template stood before it
            words = found[0].lstrip() if whole else found[0]
            first = found.end() - len(words)
            if words.endswith("\n") or found.end() == len(self.source):
                words = words.rstrip()
            if not whole:
                self._words(first, first + len(words))
                self.add("\n" if found[0].endswith("\n") else "")
            elif not words or _MAGIC.fullmatch(words):
                self.counts = []
                self.add("\n")
            elif heading := _HEADING.match(words):
                self.add("\n" + "#" * len(heading[1]) + " ")
                self._words(first + heading.start(2), first + heading.end(2))
                self.add("\n\n")
            elif _RULE.match(words):
                self.add("\n---\n")
            elif (item := _LIST.match(words)) and first == found.start():
                self._item(item, first, first + len(words))
            else:
                self._words(first, first + len(words))
                self.add("\n" if found[0].endswith("\n") else "")

    def _item(self, found: re.Match[str], first: int, last: int) -> None:
        """Take a list's item; its depth is the number of signs."""
        signs = found[1]
        start = first + found.end()
        if start >= last:
            return
        if signs[-1] == ";":
            self.add("\n**")
            self._words(start, last)
            self.add("**\n\n")
            return
        depth = len(signs.strip(":")) or len(signs)
        self.add("    " * (depth - 1))
        self.counts = [*self.counts[:depth], *[0] * (depth - len(self.counts))]
        if signs[-1] == "#":
            self.counts[depth - 1] += 1
            self.add(f"{self.counts[depth - 1]}. ")
        elif signs[-1] == "*":
            self.raw(first + len(signs) - 1, first + len(signs))
            self.add(" ")
        else:
            self.add("\n" if depth == 1 else "- ")
        self._words(start, last)
        self.add("\n")

    def rows(self, start: int, end: int) -> None:
        """Take a table."""
        marks = list(_CELL.finditer(self.source, self.source.find("\n", start, end) + 1 or start, end - 2))
        rows: list[list[tuple[int, int]]] = [[]]
        for number, mark in enumerate(marks):
            if mark[0].strip().startswith(("|-", "|+")):
                rows.append([])
                continue
            stop = marks[number + 1].start() if number + 1 < len(marks) else end - 2
            first = mark.end()
            given = _ATTRIBUTES.match(self.source, first, stop)
            first = given.end() if given else first
            words = self.source[first:stop]
            first += len(words) - len(words.lstrip())
            rows[-1].append((first, max(first, first + len(words.strip()))))
        self.table([row for row in rows if row])

    def _words(self, start: int, end: int) -> None:
        """Write words, their character references decoded."""
        at = start
        for first, last, characters in entities(self.source, start, end):
            self.inline(at, first)
            if characters in "<>&\"' \xa0" or characters.isalnum():
                self.add("\\" if characters in "<>&" else "")
                self.instead(first, last, characters.replace("\xa0", " "))
            else:
                self.instead(first, last, characters)
            at = last
        self.inline(at, end)
