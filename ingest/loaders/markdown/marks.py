"""Signs in Markdown that are no words: short codes, comments, and what Obsidian and MDX add.

A Markdown parser would read them as text. They are found here, outside code, and blanked in the copy that is
parsed; every byte keeps its place, so offsets stay those of the source.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from typing import NamedTuple

import pyromark

from ingest.loaders.markdown.bullets import foreign_bullets, may_hold_bullets
from ingest.loaders.markdown.fences import without_strays


class Sign(NamedTuple):
    """A stretch of the source that is not read as words."""

    start: int
    end: int
    url: str = ""  # the address that stands for it
    parsed: bool = False  # the parser may see it: it does not disturb


Span = tuple[int, int]
Edit = tuple[int, int, str]  # a stretch, and what the parser sees instead, filled up to its length
_MARGIN = 200  # characters before and after a sign that are looked at: a line may be endless
FILLER = "\x02"  # text for the parser and no white space: at a line's start it makes neither code nor a list

# Hugo {{< >}} and {{% %}}, Liquid {% %}, Kramdown {: }; Liquid's {{ value }} stays, it stands for words.
_CODE = re.compile(r"\{\{[<%][^\n{}]{1,500}?[%>]\}\}|\{%-?\s*\w[^\n]{0,500}?%\}|\{:[^\n{}]{1,200}\}")
_CALL = re.compile(r"[{<%\s-]*(?P<name>[\w./-]+)\s*(?P<rest>.*?)[-%>}\s/]*\Z", re.DOTALL)
_URL = re.compile(r"https?://[^\s\"'%>}]+")
_VIDEO_ID = re.compile(r"""(?:\bid\s*[=:]\s*)?["']?([\w-]{6,20})["']?""")
_PLAYERS = {"youtube": "https://www.youtube.com/watch?v={}", "vimeo": "https://vimeo.com/{}"}

# What a writer keeps for himself. Each pair of an opening and the sign that closes it; searched by hand, since a
# comment may be as long as it likes.
_COMMENTS = (
    (re.compile(r"(?<![\w%])%%(?!%)"), "%%"),  # Obsidian; "100%%" opens none
    (re.compile(r"\{/\*"), "*/}"),  # MDX
    (re.compile(r"\{\{/\*"), "*/}}"),  # Hugo
    (re.compile(r"\{#(?=\s)"), "#}"),  # Jinja
    (re.compile(r"\{%-?\s*comment\b"), "endcomment %}"),
    (re.compile(r"\{>>"), "<<}"),  # CriticMarkup: a remark, and words that are struck out
    (re.compile(r"\{--"), "--}"),
)
_EMPTY_LINE = re.compile(r"\n[ \t]*\r?\n")
# A link's target, a heading or block in it, and the words that are shown.
_WIKI_LINK = re.compile(
    r"(?P<embed>!?)\[\[(?P<target>[^\s\[\]|#][^\[\]|#\n]{0,300}|(?=#))(?P<place>#[^\[\]|\n]{0,300})?"
    r"(?P<bar>\\?\|(?P<shown>[^\[\]\n]{0,500}))?\]\](?![(\[])"
)
_CALLOUT = re.compile(
    r"^[ \t]*(?:>[ \t]?)+(\[!\w[\w -]{0,30}(?:\|[^\]\n]{0,30})?\][+-]?[ \t]*)", re.MULTILINE
)
_BLOCK_ID = re.compile(
    r"(?<![ \t])[ \t]{1,20}\^[A-Za-z0-9-]{1,60}[ \t]{0,20}\r?$|^\^[A-Za-z0-9-]{1,60}[ \t]{0,20}\r?$",
    re.MULTILINE,
)
_FIELD = re.compile(r"^[ \t>]*(?:[-*+][ \t]+)?[A-Z][\w -]{0,30}:(:)(?=[ \t])", re.MULTILINE)
_OUTLINER = re.compile(
    r"^[ \t]*(?:[-*][ \t]+)?(?:id|collapsed|background-color|heading|created-at|updated-at):: [^\n]*$",
    re.MULTILINE,
)
_TEMPLATE = re.compile(r"<%[-_*+~]?[^\n]{0,500}?%>")
_AROUND = (  # signs around words that are shown
    re.compile(r"(?<![=\w])==(?=[^\s=])([^=\n]{0,300}[^\s=])==(?![=\w])"),
    re.compile(r"(?<![+\w])\+\+(?=[^\s+])([^+\n]{0,60}[^\s+])\+\+(?![+\w])"),
    re.compile(r"\{\+\+([^\n]{0,300}?)\+\+\}"),
    re.compile(r"(?<=\w)~([^\s~]{1,20})~(?!~)"),
    re.compile(r"(?<=[\w)])\^([^\s^\[\]]{1,20})\^"),
)
_ADMONITION = re.compile(
    r"^(?P<opening>(?:!!!|\?\?\?\+?|===)(?=[ \t]+[\w\"]))(?P<sort>[\w -]{0,60})(?P<title>\"[^\"\n]*\")?[ \t]{0,20}\r?$",
    re.MULTILINE,
)
_BODY_LINE = re.compile(r"\n(?:( {4}|\t)[^\n]*|[ \t]*\r?(?=\n))")
_CONTAINER = re.compile(r"^[ \t>]*(:{3,}[ \t]*(?:\{[^}\n]*\}|[\w-]*\[?)(?:\{[^}\n]*\})?)", re.MULTILINE)
_MODULE = re.compile(
    r"^(?:import\s+(?:[\w*{][^\n]{0,500}?\s+from\s+)?['\"][^'\"\n]{1,300}['\"];?[ \t]*\r?$"
    r"|import\s+\{[^{}]{0,2000}\}\s+from\s+['\"][^'\"\n]{1,300}['\"];?[ \t]*\r?$"
    r"|export\s+(?:const|let|var|default|async\s+function|function)\b(?:[^\n]*\n(?![ \t]*\r?\n))*[^\n]*)",
    re.MULTILINE,
)
_BRACE = re.compile(r"[{}]")
_LONGEST_VALUE = 500
_PIPED = re.compile(r"`[^`\n|]*\|[^`\n]*`")
_ROW = re.compile(r"^[ \t>]*\|[^\n]*`[^\n]*$", re.MULTILINE)
_CODE_SPAN = re.compile(r"(?<!`)(`{1,3})(?!`)([^`\n]{1,500})(?<!`)\1(?!`)")
_SIGNS = re.compile(r"%%|\{|\[\[|\[!|\^|==|\+\+|~|::|!!!|\?\?\?|^(?:import|export)\b|<%", re.MULTILINE)
_OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_GFM


class Signs:
    """Where a source holds signs that are no words."""

    def __init__(self, source: str, begin: int = 0, *, mdx: bool = False, look: bool = True) -> None:
        self._found: list[Sign] = []
        self.parsed = self.markup = source
        """The source with its signs blanked: `parsed` has as many bytes, `markup` as many characters."""
        edits: list[Edit] = []
        if look and _SIGNS.search(source, begin):
            found, edits = _find(source, begin, mdx)
            self._found = _apart(found)
        if look and _PIPED.search(source, begin):
            edits += _pipes(source, begin)
        if look and may_hold_bullets(source, begin):
            marks = list(foreign_bullets(source, begin, _Outside(_code(source, begin))))
            self._found = _apart([*self._found, *(Sign(*span, parsed=True) for span in marks)])
            edits += [(*span, "- ") for span in marks]
        if self._found or edits:
            self.markup = self.parsed = _blanked(source, self._found, edits, str)
            if not source.isascii():
                self.parsed = _blanked(source, self._found, edits, str.encode)
        self._starts = [sign.start for sign in self._found]

    def around(self, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Split a stretch of the source.

        Yields:
            Stretches of words (start, end, "") and, where a sign begins that stands for an address, (at, at, the
            address).
        """
        at = start
        first = max(0, bisect_right(self._starts, start) - 1)
        for number in range(first, len(self._found)):
            begin, finish, url, _ = self._found[number]
            if begin >= end:
                break
            if finish <= at:
                continue
            if begin > at:
                yield at, begin, ""
            if begin >= start and url:
                yield begin, begin, url
            at = min(finish, end)
        if at < end:
            yield at, end, ""

    def within(self, start: int, end: int) -> bool:
        """Return whether a sign stands in a stretch."""
        number = bisect_right(self._starts, end - 1) - 1
        return number >= 0 and self._found[number].end > start

    def __bool__(self) -> bool:
        return bool(self._found)


def _find(source: str, begin: int, mdx: bool) -> tuple[list[Sign], list[Edit]]:
    """List all signs outside code, and the edits that quote an admonition's lines."""
    code = _code(source, begin)
    found = [Sign(m.start(), m.end(), _address(m[0]), parsed=True) for m in _CODE.finditer(source, begin)]
    outside = _Outside(code)
    found += [Sign(start, end) for start, end in _comments(source, begin, outside)]
    hidden = _Outside([(sign.start, sign.end) for sign in found if not sign.parsed])
    rest: list[Sign] = []
    quoted: list[Edit] = []
    for pattern in (_BLOCK_ID, _OUTLINER, _TEMPLATE, _MODULE):
        rest += [Sign(*m.span()) for m in pattern.finditer(source, begin)]
    rest += [
        Sign(*m.span(1))
        for pattern in (_CALLOUT, _FIELD, _CONTAINER)
        for m in pattern.finditer(source, begin)
    ]
    rest += [sign for m in _WIKI_LINK.finditer(source, begin) for sign in _wiki_link(m)]
    for pattern in _AROUND:
        for m in pattern.finditer(source, begin):
            rest += [Sign(m.start(), m.start(1)), Sign(m.end(1), m.end())]
    if "!!!" in source or "???" in source or "===" in source:
        for m in _ADMONITION.finditer(source, begin):
            if outside(m.start()) and (body := _body(source, m.end())):
                rest += [Sign(m.start("sort"), m.start("title") + 1 if m["title"] else m.end())]
                rest += [Sign(m.end("title") - 1, m.end())] if m["title"] else []
                quoted += [(start, end, ">".ljust(end - start)) for start, end in (m.span("opening"), *body)]
    if mdx:
        rest += [Sign(*span) for span in _expressions(source, begin)]
    return found + [sign for sign in rest if outside(sign.start) and hidden(sign.start)], quoted


def _pipes(source: str, begin: int) -> Iterator[Edit]:
    """Hide the upright bars that stand in code within a table's row: there they part no cells."""
    for row in _ROW.finditer(source, begin):
        for code in _CODE_SPAN.finditer(source, row.start(), row.end()):
            for at in range(*code.span(2)):
                if source[at] == "|" and source[at - 1] != "\\":
                    yield at, at + 1, FILLER


class _Outside:
    """Tells whether an offset lies outside of all spans, which are in order."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = sorted(spans)
        self._starts = [start for start, _ in self._spans]

    def __call__(self, at: int) -> bool:
        number = bisect_right(self._starts, at) - 1
        return number < 0 or self._spans[number][1] <= at


def _code(source: str, begin: int) -> list[Span]:
    """List the stretches of code: nothing in them is a sign."""
    if "`" not in source and "~~~" not in source and "    " not in source and "\t" not in source:
        return []
    spans: list[Span] = []
    for event, where in pyromark.events_with_range(
        without_strays(source[begin:], _OPTIONS), options=_OPTIONS, merge_text=False
    ):
        if event.__class__ is not dict:
            continue
        ((name, value),) = event.items()
        if name == "Code" or (
            name == "Start" and isinstance(value, dict) and isinstance(value.get("CodeBlock"), dict)
        ):
            spans.append((where["start"], where["end"]))
    if source.isascii():
        return [(start + begin, end + begin) for start, end in spans]
    return _in_characters(source, begin, spans)


def _in_characters(source: str, begin: int, spans: Iterable[Span]) -> list[Span]:
    """Map spans of bytes, in order, to characters."""
    data = source[begin:].encode()
    mapped, byte, character = [], 0, begin
    for start, end in sorted(spans):
        character += len(data[byte:start].decode("utf-8", "replace"))
        byte = start
        mapped.append((character, character + len(data[start:end].decode("utf-8", "replace"))))
    return mapped


def _comments(source: str, begin: int, outside: _Outside) -> Iterator[Span]:
    """Find comments; one that nothing closes ends with its paragraph."""
    for opening, closing in _COMMENTS:
        at = begin
        open_ended = False
        while (found := opening.search(source, at)) is not None:
            at = found.end()
            if not outside(found.start()):
                continue
            last = -1 if open_ended else source.find(closing, at)
            open_ended = last < 0
            if last >= 0:
                at = last + len(closing)
            else:
                blank = _EMPTY_LINE.search(source, at)
                at = blank.start() if blank else len(source)
            start = found.start()
            if at >= len(source) or source[at] in " \t\r\n.,;:!?)":  # no two spaces where it stood
                while start > begin and source[start - 1] in " \t":
                    start -= 1
            yield start, at


def _wiki_link(found: re.Match[str]) -> list[Sign]:
    """Return what of a wiki link is not shown: all of an embedded file, else all but the words."""
    if found["embed"]:
        return [Sign(*found.span())]
    if found["bar"] is not None and found["shown"].strip():
        return [Sign(found.start(), found.start("shown")), Sign(found.end("shown"), found.end())]
    if not found["target"]:  # a heading of the same note
        return [Sign(found.start(), found.start("place") + 1), Sign(found.end("place"), found.end())]
    return [Sign(found.start(), found.start("target")), Sign(found.end("target"), found.end())]


def _body(source: str, at: int) -> list[Span]:
    """List the first characters of the indented lines that follow directly."""
    marks: list[Span] = []
    first = _BODY_LINE.match(source, at)
    if first is None or first[1] is None:
        return marks
    while (line := _BODY_LINE.match(source, at)) is not None:
        if line[1] is not None:
            marks.append((line.start(1), line.start(1) + 1))
        at = line.end()
    return marks


def _expressions(source: str, begin: int) -> Iterator[Span]:
    """Find JavaScript in braces: values of attributes, which may hold ">", and short expressions."""
    opened: list[int] = []
    for found in _BRACE.finditer(source, begin):
        if found[0] == "{":
            opened.append(found.start())
        elif opened:
            start = opened.pop()
            if source[start - 1 : start] == "=" or (not opened and found.end() - start < _LONGEST_VALUE):
                yield start, found.end()


def _apart(found: Iterable[Sign]) -> list[Sign]:
    """Put signs in order and drop what overlaps an earlier one."""
    kept: list[Sign] = []
    for sign in sorted(found, key=lambda one: (one.start, -one.end)):
        if sign.start >= sign.end:
            continue
        if kept and sign.start < kept[-1].end:
            if sign.end > kept[-1].end:
                kept.append(sign._replace(start=kept[-1].end))
            continue
        kept.append(sign)
    return kept


def _blanked(
    source: str, found: Sequence[Sign], quoted: Sequence[Edit], measured: Callable[[str], Sized]
) -> str:
    """Blank the signs, keeping their `measured` length; a line of nothing else becomes empty."""
    edits = [(sign.start, sign.end, "") for sign in found if not sign.parsed]
    edits += quoted
    parts: list[str] = []
    at = 0
    for start, end, instead in sorted(edits):
        if start < at:
            continue
        filling = FILLER * (len(measured(source[start:end])) - len(instead)) if instead else ""
        parts += [source[at:start], instead + filling or _blank(source, start, end, measured)]
        at = end
    parts.append(source[at:])
    return "".join(parts)


def _blank(source: str, start: int, end: int, measured: Callable[[str], Sized]) -> str:
    """Fill a stretch with spaces where its line holds nothing else, else with a character of text."""
    lines = source[start:end].split("\n")
    before = source[max(0, start - _MARGIN) : start].rpartition("\n")
    after = source[end : end + _MARGIN].partition("\n")
    filled = []
    for number, line in enumerate(lines):
        begins = number > 0 or ((before[1] or start < _MARGIN) and not before[2].strip(" \t>"))
        ends = number < len(lines) - 1 or ((after[1] or end + _MARGIN > len(source)) and not after[0].strip())
        filled.append((" " if begins and ends else FILLER) * len(measured(line)))
    return "\n".join(filled)


def _address(written: str) -> str:
    """Return the address that a short code embeds: a video by its id, anything by its URL."""
    url = _URL.search(written)
    if url:
        return url[0]
    call = _CALL.match(written)
    if call is None:
        return ""
    player = next(
        (form for name, form in _PLAYERS.items() if name in (call["name"] + " " + call["rest"]).lower()), ""
    )
    rest = re.sub(r"^\S+\.html?\s*", "", call["rest"])
    identity = _VIDEO_ID.match(rest)
    return player.format(identity[1]) if player and identity else ""
