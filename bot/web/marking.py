"""Words made to stand out: those of a question in a quote, those of a quote in the talk's notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from bot.answering.language.wordlists import is_generic, is_stop
from bot.answering.lines import INDENT, Layout, tidy
from index.vocabulary.words import singular, words

_DEEPEST = 3  # items below items that the style sheet sets in
_LINE_MARK = re.compile(r"\s*(?:[-*•‣–—>]|\d{1,3}[.)])\s")
# Only these two schemes: a link of a note never runs anything.
_ADDRESS = re.compile(r"https?://[^\s<>\"“”]*[^\s<>\"“”.,;:!?'’)\]}]", re.IGNORECASE)
Spans = Sequence[tuple[int, int]]


def telling_words(*texts: str) -> frozenset[str]:
    """Return the folded words of a question that are worth finding in an answer: neither grammar nor talk about talks."""
    return frozenset(
        singular(word.form)
        for text in texts
        for word in words(text)
        if len(word.form) > 1 and not is_stop(text[word.start : word.end]) and not is_generic(word.form)
    )


def spans_of(text: str, wanted: frozenset[str]) -> list[tuple[int, int]]:
    """Return where a text says wanted words, neighbours joined."""
    found: list[tuple[int, int]] = []
    for word in words(text) if wanted else ():
        if singular(word.form) not in wanted:
            continue
        if found and text[found[-1][1] : word.start] in {" ", "-", ".", "/", ""}:
            found[-1] = (found[-1][0], word.end)
        else:
            found.append((word.start, word.end))
    return found


def marked(text: str, wanted: frozenset[str]) -> Markup:
    """Return a text, escaped, with the wanted words marked."""
    return _with_marks(text, spans_of(text, wanted))


def notes_markup(
    text: str,
    layout: Layout,
    wanted: frozenset[str] = frozenset(),
    quoted: tuple[int, int] | None = None,
    anchored: bool = True,
    *,
    cut: bool = False,
    linked: bool = False,
) -> Markup:
    """Return a passage or a quote as lines, escaped, bullets told apart.

    Args:
        text: Verbatim words of the notes.
        layout: How the notes lay out lines there.
        wanted: Folded words to mark.
        quoted: The span of `text` that an address points at; it is marked.
        anchored: Whether what is marked then gets the anchor `w`.
        cut: Whether the sentence goes on behind the text.
        linked: Whether web addresses become links, in lines in which nothing is marked.
    """
    shown = tidy(text, layout) + ("…" if cut else "")
    quoted = _moved(text, shown, quoted) if quoted else None
    pieces, at = [], 0
    for line in shown.split("\n"):
        spans = [] if quoted else spans_of(line, wanted)
        anchor = None
        if quoted and max(quoted[0], at) < min(quoted[1], at + len(line)):
            spans = [(max(quoted[0] - at, 0), min(quoted[1] - at, len(line)))]
            anchor = "w" if anchored and quoted[0] >= at else None
        depth = min((len(line) - len(line.lstrip())) // len(INDENT), _DEEPEST)
        below = Markup(" below-{}").format(depth) if depth else ""
        kind = Markup(' class="item{}"').format(below) if _LINE_MARK.match(line) else Markup("")
        pieces.append(
            Markup("<p{}>{}</p>").format(
                kind, _with_links(line) if linked and not spans else _with_marks(line, spans, anchor)
            )
        )
        at += len(line) + 1
    return Markup("").join(pieces)


def _with_marks(text: str, spans: Iterable[tuple[int, int]], anchor: str | None = None) -> Markup:
    pieces, at = [], 0
    for start, end in spans:
        opening = Markup('<mark id="{}">').format(anchor) if anchor else Markup("<mark>")
        pieces += [escape(text[at:start]), opening, escape(text[start:end]), Markup("</mark>")]
        at, anchor = end, None
    return Markup("").join([*pieces, escape(text[at:])])


def _with_links(line: str) -> Markup:
    pieces, at = [], 0
    for found in _ADDRESS.finditer(line):
        link = Markup('<a href="{0}" rel="noopener noreferrer nofollow">{0}</a>').format(found.group())
        pieces += [escape(line[at : found.start()]), link]
        at = found.end()
    return Markup("").join([*pieces, escape(line[at:])])


def _moved(text: str, shown: str, span: tuple[int, int]) -> tuple[int, int]:
    """Return where a span of a text stands in its tidied form, which differs in white space only."""
    before = sum(not letter.isspace() for letter in text[: span[0]])
    within = sum(not letter.isspace() for letter in text[span[0] : span[1]])
    places = [at for at, letter in enumerate(shown) if not letter.isspace()]
    if not within or before + within > len(places):
        return 0, 0
    return places[before], places[before + within - 1] + 1
