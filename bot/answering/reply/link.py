"""Links: the recording, slides or code of a talk, or which addresses the notes have instead."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from bot.answering.evidence.evidence import Found
from bot.answering.language.data import read_data
from bot.answering.models import Block, Line
from bot.answering.question.question import LinkKind, Question
from bot.answering.rendering import LINK_NAMES
from bot.answering.reply.quotes import quote_blocks
from bot.answering.reply.reply import Reply
from index.models import Hit, Passage, Talk
from index.search import Searcher
from index.vocabulary.words import singular, words

_SHOWN = 6  # addresses of a talk
_QUOTED_CHARS = 700  # beside the link


def link_reply(question: Question, found: Found, searcher: Searcher) -> Reply | None:
    """Return the address that a question asks for, or say that the notes have none of that kind and which they have."""
    hits = found.hits
    if not hits:
        return None
    talk, kind = hits[0].talk, question.link_kind
    addresses = addresses_of(talk, question, hits, searcher)
    wanted = {url: one for url, one in addresses.items() if kind is None or one == kind}
    title = talk.title or "the notes"
    if wanted:
        first, *others = wanted
        said = f"“{title}”: {_named(wanted[first])}: {first}"
        rest = others
    elif addresses:
        said = f"The notes give no {_noun(kind)} of “{title}”; they have:"
        rest = list(addresses)
    else:
        said = f"The notes give no link for “{title}”."
        rest = []
    lines = tuple(Line(f"{_named(addresses[url])}: {url}") for url in rest[:_SHOWN])
    forms = [word.form for word in question.words]
    blocks = quote_blocks(hits, forms, searcher, forms, room=_QUOTED_CHARS, most=2)
    return Reply(said, ((Block(lines=lines),) if lines else ()) + blocks, hits, sure=None)


def addresses_of(
    talk: Talk, question: Question, hits: tuple[Hit, ...], searcher: Searcher
) -> Mapping[str, LinkKind | None]:
    """Return a talk's addresses with their kinds: its own first, then those in its notes, the nearest to the question first."""
    own: dict[str, LinkKind | None] = {url: _as_kind(name, url) for name, url in talk.links.items() if url}
    if talk.url and talk.url not in own:
        own[talk.url] = kind_of(talk.url)
    row = searcher.build.stored_talks.row(talk.talk_id)
    passages = [] if row is None else [searcher.build.passages[at] for at in searcher.build.table.rows_of(row)]
    asked = {singular(word.form) for word in question.words}
    passages.sort(key=lambda one: -_shared(one, asked))
    noted = {url: kind_of(url) for passage in passages for url in passage.links}
    return {**own, **{url: kind for url, kind in noted.items() if url not in own}}


def _shared(passage: Passage, asked: set[str]) -> int:
    return len(asked & {singular(word.form) for word in words(passage.text)})


def kind_of(url: str) -> LinkKind | None:
    """Return what an address leads to, by its host and ending; None where they do not say."""
    bare = url.lower().split("?")[0].split("#")[0]
    return next((kind for kind, marks in _marks().items() if any(mark in bare for mark in marks)), None)


@cache
def _marks() -> Mapping[LinkKind, list[str]]:
    marks: Mapping[LinkKind, list[str]] = read_data("addresses.yaml")
    return marks


def _as_kind(name: str, url: str) -> LinkKind | None:
    kinds: Mapping[str, LinkKind] = {
        "video": "video",
        "slides": "slides",
        "code": "code",
        "schedule": "schedule",
        "recap": "recap",
    }
    return kinds.get(name) or kind_of(url)


def _named(kind: LinkKind | None) -> str:
    return {**LINK_NAMES, "code": "Code"}.get(kind or "", "Link")


def _noun(kind: LinkKind | None) -> str:
    return {"video": "recording", "slides": "slides", "code": "code", "schedule": "schedule page", "recap": "notes page"}.get(
        kind or "", "link"
    )
