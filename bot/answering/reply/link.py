"""Links: the recording, slides or code of a talk, or which addresses the notes have instead."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import get_args

from bot.answering.evidence.evidence import Found
from bot.answering.language.data import read_data, read_words
from bot.answering.language.wordlists import Holding
from bot.answering.models import Block, Line
from bot.answering.question.question import LinkKind, Question
from bot.answering.rendering import LINK_NAMES
from bot.answering.reply.outline import MOST_PASSAGES, topic_terms
from bot.answering.reply.quotes import ANSWER_CHARS, quote_blocks
from bot.answering.reply.reply import Reply
from index.build.talk_table import TalkSet
from index.models import Hit, Passage, Talk
from index.search import Searcher
from index.vocabulary.words import singular, squeeze, words

_SHOWN = 6  # addresses of a talk
_LOOKED_AT = 12  # passages whose talks are looked through
_MARK_CHARS = 4  # of a bullet in front of an address
_RANKED = 0.5  # of a share, what the best passage's rank counts
_ENOUGH = 0.8  # of what the asked talk shares with the question, below which an address is another talk's
_OWN = 0.1  # of a share, for a talk's own address beside one in its notes
_QUOTED_CHARS = 700  # beside the link


@dataclass(frozen=True, slots=True)
class _Address:
    """An address in the notes, what it leads to, and how much of the question is said beside it."""

    url: str
    kind: LinkKind | None
    hit: Hit
    shared: float


def link_reply(question: Question, found: Found, searcher: Searcher) -> Reply | None:
    """Return the address that a question asks for, or say that the notes have none of that kind and which they have."""
    hits = found.hits
    if not hits:
        return None
    kind = question.link_kind
    if kind is None and question.follow_up and not question.words:
        return _links_of_talk(hits, question, searcher)
    everything = list(_addresses(hits[:_LOOKED_AT], question, searcher))
    wanted = [one for one in everything if kind is None or one.kind == kind]
    best = max(wanted, key=lambda one: one.shared, default=None)
    asked, shared = _asked_talk(hits[:_LOOKED_AT], question, searcher)
    if best and best.shared < _ENOUGH * shared:
        best = None
    talk = best.hit.talk if best else asked
    others = {one.url: one for one in everything if one.hit.talk == talk and one is not best}
    title = talk.title or "the notes"
    if best:
        said = f"“{title}”: {_named(best.kind)}: {best.url}"
        others = {
            url: one
            for url, one in others.items()
            if kind is not None and one.kind == kind and url != best.url
        }
    elif others:
        said = f"The notes give no {_noun(kind)} of “{title}”; they have:"
    else:
        said = f"The notes give no link for “{title}”."
    lines = tuple(Line(f"{_named(one.kind)}: {url}") for url, one in [*others.items()][:_SHOWN])
    bodies = [hit for hit in hits if hit.passage.role == "body"] or list(hits)
    ordered = sorted(bodies, key=lambda hit: hit.talk != talk)
    forms = [word.form for word in question.words]
    blocks = quote_blocks(ordered, forms, searcher, names=forms, room=_QUOTED_CHARS if best else ANSWER_CHARS)
    ranked = tuple(replace(hit, rank=at) for at, hit in enumerate(ordered, 1))
    return Reply(said, ((Block(lines=lines),) if lines else ()) + blocks, ranked)


def _links_of_talk(hits: tuple[Hit, ...], question: Question, searcher: Searcher) -> Reply:
    """Return all addresses of the talk before: its recording, slides and code, those in its notes, the notes' own page last."""
    talk = hits[0].talk
    page = searcher.build.recaps[hits[0].passage.recap_id].url or ""
    kinds: dict[str, LinkKind | None] = {page: "recap"} if page else {}
    for one in _addresses(hits[:1], question, searcher):
        is_page = bool(page) and one.url.split("#")[0] == page
        kinds[one.url] = "recap" if is_page else kinds.get(one.url) or one.kind
    order = (*(kind for kind in get_args(LinkKind) if kind != "recap"), None, "recap")
    urls = sorted(kinds, key=lambda url: order.index(kinds[url]))[:_SHOWN]
    blocks = quote_blocks(hits, (), searcher, names=(), room=_QUOTED_CHARS)
    title = talk.title or "the notes"
    if not urls:
        return Reply(f"The notes give no link for “{title}”.", blocks, hits)
    lines = tuple(Line(f"{_named(kinds[url])}: {url}") for url in urls[1:])
    said = f"“{title}”: {_named(kinds[urls[0]])}: {urls[0]}"
    return Reply(said, ((Block(lines=lines),) if lines else ()) + blocks, hits)


def _asked_talk(hits: Sequence[Hit], question: Question, searcher: Searcher) -> tuple[Talk, float]:
    """Return the talk that a question is about by its rank and title, and what it shares with the question."""
    rarity = _rarity(question, searcher)
    best = hits[0].score or 1.0
    shared = [_RANKED * hit.score / best + _share(rarity, hit.talk.title) for hit in hits]
    most = max(range(len(hits)), key=lambda at: (shared[at], -at))
    return hits[most].talk, shared[most]


def _rarity(question: Question, searcher: Searcher) -> dict[str, float]:
    """Return the question's words, each with how rare it is in the notes."""
    total = len(searcher.build.passages)
    terms = {term for word in question.words for term in topic_terms(word.text)}
    return {term: math.log1p(total / (1 + searcher.doc_freq(term))) for term in terms}


def _addresses(hits: Sequence[Hit], question: Question, searcher: Searcher) -> Iterator[_Address]:
    """Yield the addresses of the best passages and their talks, each with what it shares with the question."""
    asked = _rarity(question, searcher)
    seen: set[str] = set()
    best = hits[0].score or 1.0
    for hit in hits:
        if hit.talk.talk_id in seen:
            continue
        seen.add(hit.talk.talk_id)
        near = _RANKED * hit.score / best
        own = {**hit.talk.links, **({"": hit.talk.url} if hit.talk.url else {})}
        for name, url in own.items():
            if url:
                shared = near + _share(asked, hit.talk.title)
                yield _Address(url, _as_kind(name, url), hit, shared + _OWN)
        for passage in _passages(hit.talk, searcher):
            for url in addresses_of(passage):
                beside = f"{_line_of(url, passage)} {hit.talk.title}"
                yield _Address(url, kind_of(url), replace(hit, passage=passage), near + _share(asked, beside))


def talks_holding(held: Holding, talks: TalkSet, searcher: Searcher) -> TalkSet:
    """Return those of some talks that have something beside their notes: a recording, slides, named speakers."""
    rows = searcher.build.stored_talks.rows
    return searcher.build.table.set_of([row for row in talks if _holds(held, rows[row], searcher)])


def _holds(held: Holding, talk: Talk, searcher: Searcher) -> bool:
    if held == "speakers":
        return bool(talk.speakers)
    own = {**talk.links, **({"": talk.url} if talk.url else {})}
    return any(_as_kind(name, url) == held for name, url in own.items()) or any(
        kind_of(url) == held for passage in _passages(talk, searcher) for url in addresses_of(passage)
    )


def addresses_of(passage: Passage) -> list[str]:
    """Return the addresses in a passage: its links, and names of sites that the notes write without more."""
    linked = list(passage.links)
    bare = [match[0].rstrip(".,;:)") for match in _site().finditer(passage.text)]
    return linked + [one for one in bare if not any(one in url for url in linked)]


@cache
def _site() -> re.Pattern[str]:
    endings = "|".join(read_words("site_endings"))
    return re.compile(rf"(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:{endings})\b(?:/[^\s<>\"')\]]*)?", re.IGNORECASE)


def _passages(talk: Talk, searcher: Searcher) -> list[Passage]:
    row = searcher.build.stored_talks.row(talk.talk_id)
    rows = [] if row is None else searcher.build.table.rows_of(row)[:MOST_PASSAGES]
    return [searcher.build.passages[at] for at in rows]


def _share(asked: Mapping[str, float], text: str) -> float:
    """Return how much of the question a text says, rare words counting most."""
    said = {singular(word.form) for word in words(text)}
    joined = squeeze(text)
    told = sum(worth for term, worth in asked.items() if term in said or (len(term) > 3 and term in joined))
    return told / (sum(asked.values()) or 1.0)


def _line_of(url: str, passage: Passage) -> str:
    """Return the words beside an address: its line and, where that says nothing else, the line above; the passage where it is behind a word."""
    bare = url.removeprefix("https://").removeprefix("http://")
    lines = [line for line in passage.text.split("\n") if line.strip()]
    at = next((at for at, line in enumerate(lines) if bare in line), None)
    if at is None:
        return f"{url} {passage.text}"
    alone = len(lines[at].strip()) <= len(url) + _MARK_CHARS
    return " ".join([*([lines[at - 1]] if at and alone else []), lines[at]])


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
    return {
        "video": "recording",
        "slides": "slides",
        "code": "code",
        "schedule": "schedule page",
        "recap": "notes page",
    }.get(kind or "", "link")
