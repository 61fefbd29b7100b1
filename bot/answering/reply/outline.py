"""A talk's notes as statements: its sentences and bullets in order, each with the line that introduces it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.answering.language.knowledge import knowledge_of
from bot.answering.language.wordlists import is_generic, is_stop
from bot.answering.lines import Layout, layout_at, shown_lines
from bot.answering.models import Lead, Quote, Source
from index.models import Passage, Talk
from index.search import Searcher
from index.vocabulary.words import forms, singular, words

MOST_PASSAGES = 200  # of a talk that are looked at: 60 pages
_HEADING_CHARS = 80
_LEAD_CHARS = 160  # of a line that is shown in front of a quote
_MARK = re.compile(r"(?:[-*•‣◦▪–—>#|→]+|\d+[.)])[ \t]+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[”\"’')\]]*\s+(?=[^\sa-z])")
# What ends on a point without ending a sentence.
_SHORT = re.compile(
    r"\b(?:e\.g|i\.e|eg|ie|vs|cf|etc|approx|resp|incl|z\.B|d\.h|p\. ?ex|Dr|Mr|Mrs|Ms|St|Jr|No|Prof)\.\W*$"
)
_SHORT_CHARS = 10
_ENDED = re.compile(r"[.!?…;,][”\"’'»)\]]*$")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence or bullet of the notes."""

    text: str  # verbatim, white space around it left out
    start: int  # in the recap's readable text
    end: int
    passage: Passage
    indent: int  # of its line; a bullet is deeper than a line without a mark
    begins: bool  # a line, not merely a sentence within one
    parent: int | None = None  # position of the statement that introduces it

    @property
    def introduces(self) -> bool:
        """Return whether the statement only leads to what follows it."""
        return self.text.rstrip("*_ ").endswith((":", "："))


def statements_of(searcher: Searcher, talk: Talk) -> tuple[Statement, ...]:
    """Return the statements of a talk in reading order, its heading left out."""
    row = searcher.build.stored_talks.row(talk.talk_id)
    rows = [] if row is None else searcher.build.table.rows_of(row)[:MOST_PASSAGES]
    passages = [passage for at in rows if (passage := searcher.build.passages[at]).role == "body"]
    return statements_in(passages, searcher) if passages else ()


def statements_in(passages: Sequence[Passage], searcher: Searcher) -> tuple[Statement, ...]:
    """Return the statements of passages of one recap, given in reading order, at least one."""
    recap_id = passages[0].recap_id
    width = knowledge_of(searcher).width_of(recap_id)
    return read_statements(passages, searcher.build.read_text(recap_id), width)


def read_statements(passages: Sequence[Passage], text: str, width: int = 0) -> tuple[Statement, ...]:
    """Return the statements of passages of one recap, in order.

    Args:
        passages: in reading order.
        text: the recap's readable text.
        width: at which it breaks lines, 0 where it does not.
    """
    found: list[Statement] = []
    for passage in passages:
        layout = layout_at(text, passage.start, width)
        for start, end in split_units(passage.text, layout):
            found.append(_statement(passage, passage.start + start, passage.start + end, text))
    return tuple(_with_parents(found, text))


def split_units(text: str, layout: Layout | None = None) -> list[tuple[int, int]]:
    """Return the spans of a text's sentences and bullets, in order, without the white space around them."""
    spans: list[tuple[int, int]] = []
    for line in shown_lines(text, layout or Layout()):
        at, first, last = line.start, line.start, line.end
        for cut in [*_sentence_ends(text, first, last), last]:
            piece = text[at:cut]
            bare = piece.strip()
            # "1." and "•" are marks of what follows, no sentence of their own.
            if bare and (cut == last or not _is_mark(bare)):
                spans.append((at + len(piece) - len(piece.lstrip()), at + len(piece.rstrip())))
                at = cut
            elif not bare:
                at = cut
    return spans or [(0, len(text))]


def _sentence_ends(text: str, first: int, last: int) -> Iterator[int]:
    for end in _SENTENCE_END.finditer(text, first, last):
        if not _SHORT.search(text, max(end.start() - _SHORT_CHARS, first), end.start()):
            yield end.end()


def _is_mark(text: str) -> bool:
    return _MARK.fullmatch(f"{text} ") is not None


def _statement(passage: Passage, start: int, end: int, text: str) -> Statement:
    line = text.rfind("\n", 0, start) + 1
    before = text[line:start]
    begins = not before.strip() or _is_mark(before.strip())
    shown = text[line : line + 200]
    indent = len(shown.expandtabs(4)) - len(shown.expandtabs(4).lstrip())
    marked = bool(_MARK.match(shown.lstrip()))
    return Statement(text[start:end], start, end, passage, 2 * indent + marked, begins)


def _with_parents(found: Sequence[Statement], text: str) -> Iterable[Statement]:
    """Tie each statement to the line that introduces it: a bullet less indented, a line with a colon, a short heading."""
    open_lines: list[int] = []  # positions of lines that may still introduce others, outermost first
    parent: int | None = None
    for at, one in enumerate(found):
        if one.begins:
            while open_lines and not _is_below(found[open_lines[-1]], one, found, at, text):
                open_lines.pop()
            parent = open_lines[-1] if open_lines else None
            open_lines.append(at)
        elif one.introduces or one.indent == 0:
            # The last sentence of a paragraph may introduce the list below it.
            open_lines = [*open_lines[:-1], at] if open_lines else [at]
        yield Statement(one.text, one.start, one.end, one.passage, one.indent, one.begins, parent)


def _is_below(upper: Statement, lower: Statement, found: Sequence[Statement], at: int, text: str) -> bool:
    if upper.passage.recap_id != lower.passage.recap_id:
        return False
    is_bullet = lower.indent % 2 == 1
    if lower.indent > upper.indent:
        # A list stands below the line before it; a paragraph does not, however short.
        return is_bullet and (upper.indent % 2 == 1 or upper.introduces or is_heading(upper))
    if upper.introduces and lower.indent == upper.indent:
        if lower.introduces:
            return False
        # "Other features:" introduces the items of its own depth, and the one line below it where nothing is marked.
        return is_bullet or found[at - 1] is upper or text.count("\n\n", upper.end, lower.start) == 0
    return False


def is_heading(one: Statement) -> bool:
    """Return whether a line looks like a heading: short, without a mark, and not ended."""
    return len(one.text) <= _HEADING_CHARS and one.begins and not _ENDED.search(one.text)


def quote_of(
    searcher: Searcher, talk: Talk, first: Statement, last: Statement, lead: Statement | None = None
) -> Quote:
    """Return the words from one statement to another as a quote, read again from the stored text."""
    recap_id, start = first.passage.recap_id, first.start
    text = searcher.read(recap_id, start, last.end)
    layout = knowledge_of(searcher).layout_at(recap_id, start)
    if len(shown_lines(text, layout)) == 1 and (mark := _MARK.match(text)) and mark.end() < len(text):
        # A bullet that stands alone needs no mark.
        start, text = start + mark.end(), text[mark.end() :]
    shown = Lead(lead.text, lead.start, lead.end) if lead and len(lead.text) <= _LEAD_CHARS else None
    return Quote(
        text,
        first.passage.passage_id,
        start,
        last.end,
        talk,
        first.passage.voice,
        shown,
        source_of(searcher, recap_id),
        layout=layout,
    )


def source_of(searcher: Searcher, recap_id: str) -> Source:
    """Return whose notes a recap is."""
    recap = searcher.build.recaps[recap_id]
    return Source(recap_id, recap.title, recap.author, recap.url)


def says_more(text: str, talk: Talk) -> bool:
    """Return whether a text says something beside its talk's title, its people and words such as "video" and "slides"."""
    known = {
        singular(form) for one in (talk.title, *talk.speakers, *talk.affiliations) for form in forms(one)
    }
    bare = _ADDRESS.sub(" ", text)
    return any(
        not (singular(word.form) in known or is_generic(word.form) or is_stop(word.form))
        for word in words(bare)
    )


@lru_cache(maxsize=2**14)
def topic_terms(text: str) -> tuple[str, ...]:
    """Return the folded words of a text that carry a topic, in the singular, in order; addresses left out."""
    bare = _ADDRESS.sub(" ", text)
    return tuple(
        singular(word.form)
        for word in words(bare)
        if len(word.form) > 1 and not (is_stop(word.form) or is_generic(word.form))
    )
