"""Topic watches: one message to whoever asked for it when a later build has new notes on their topics."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.answering.language.knowledge import knowledge_of
from bot.answering.lines import tidy
from bot.answering.rendering import counted, place, spoken
from bot.slack.intake.commands import Command
from bot.slack.messages import kit
from bot.slack.messages.answers import sentences_with, talk_lines
from bot.slack.messages.cards import note, usage
from bot.slack.messages.message import Frame, Message, fit
from bot.store import Store
from index.models import Hit, Passage
from index.search import Searcher
from index.vocabulary.words import words

MOST_WATCHES = 20
LONGEST_PHRASE = 100
MOST_PLACES = 100  # of a watched phrase; what half of the notes say would write every night
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Watch:
    """A phrase that somebody watches, and the digests of the passages on it that were there already."""

    team_id: str
    user_id: str
    phrase: str
    seen: frozenset[str]


@dataclass(frozen=True, slots=True)
class News:
    """What a build has that is new to a person.

    Their watches that it is new to, the digests that each has not seen, and the passages, each once.
    """

    watches: tuple[Watch, ...]
    fresh: Mapping[str, Sequence[str]]
    hits: tuple[Hit, ...]

    @property
    def team_id(self) -> str:
        """Return the person's workspace."""
        return self.watches[0].team_id

    @property
    def user_id(self) -> str:
        """Return who is to be told."""
        return self.watches[0].user_id


class Watches:
    """Who watches what, kept in the bot's memory."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def answer(
        self, asked: Command, team_id: str, user_id: str, searcher: Searcher, command: str = "/kubecon"
    ) -> Message:
        """Do what a `watch`, `unwatch` or `watches` asks for and say so."""
        phrase = " ".join(asked.words.split())[:LONGEST_PHRASE].lower()
        if asked.verb == "watches":
            return self._list(user_id)
        if not any(words(phrase)):
            return usage(command, asked.verb, "WORDS")
        if asked.verb == "unwatch":
            gone = self.remove(user_id, phrase)
            return note(f"I no longer watch “{phrase}” for you." if gone else f"You do not watch “{phrase}”.")
        if len(self.all(user_id)) >= MOST_WATCHES:
            return note(f"You watch {MOST_WATCHES} topics already. Take one back with “unwatch WORDS” first.")
        rows = searcher.said.rows(phrase)
        if len(rows) > MOST_PLACES:
            return note(
                f"“{phrase}” is in {counted(len(rows), 'place')} already, and I would write to you every night."
                " Watch words that fewer notes have, such as the name of a project or a person."
            )
        self._keep(
            Watch(team_id, user_id, phrase, frozenset(digest for _, digest in _places(searcher, phrase)))
        )
        so_far = (
            f"They are in {counted(len(rows), 'place')} so far." if len(rows) else "So far no note has them."
        )
        return note(f"I will write to you when new notes have the words “{phrase}”. {so_far}")

    def all(self, user_id: str | None = None) -> list[Watch]:
        """Return a person's watches, or everybody's, those of one person together."""
        with self._store.reading() as db:
            rows = db.execute(
                "SELECT team_id, user_id, phrase, seen FROM watches WHERE user_id = coalesce(?, user_id)"
                " ORDER BY team_id, user_id, phrase",
                (user_id,),
            ).fetchall()
        return [
            Watch(team_id, user, phrase, frozenset(json.loads(seen))) for team_id, user, phrase, seen in rows
        ]

    def by_person(self) -> list[list[Watch]]:
        """Return everybody's watches, those of one person together."""
        people = groupby(self.all(), key=lambda watch: (watch.team_id, watch.user_id))
        return [list(watches) for _, watches in people]

    def note_told(self, user_id: str, fresh: Mapping[str, Sequence[str]]) -> None:
        """Keep what a person's watches have seen, by phrase, once their message is posted; as often as you like.

        One that was taken back meanwhile stays so.
        """
        seen = {watch.phrase: watch.seen for watch in self.all(user_id)}
        rows = [
            (json.dumps(sorted(seen[phrase].union(digests))), user_id, phrase)
            for phrase, digests in fresh.items()
            if phrase in seen
        ]
        with self._store.changing() as db:
            db.executemany("UPDATE watches SET seen = ? WHERE user_id = ? AND phrase = ?", rows)

    def remove(self, user_id: str, phrase: str) -> bool:
        """Take a watch back and say whether there was one."""
        with self._store.changing() as db:
            gone = db.execute(
                "DELETE FROM watches WHERE user_id = ? AND phrase = ?", (user_id, phrase)
            ).rowcount
        return gone > 0

    def _list(self, user_id: str) -> Message:
        phrases = [f"“{watch.phrase}”" for watch in self.all(user_id)]
        return note(
            f"You watch {spoken(phrases)}." if phrases else "You watch nothing yet. Try “watch WORDS”."
        )

    def _keep(self, watch: Watch) -> None:
        with self._store.changing() as db:
            db.execute(
                "INSERT INTO watches VALUES (?, ?, ?, ?) ON CONFLICT (user_id, phrase) DO UPDATE SET"
                " seen = excluded.seen, team_id = excluded.team_id",
                (watch.user_id, watch.phrase, json.dumps(sorted(watch.seen)), watch.team_id),
            )


def news_of(watches: Sequence[Watch], searcher: Searcher) -> News | None:
    """Return what a build has that is new to a person's watches, None where it has nothing."""
    rows: dict[str, int] = {}
    fresh: dict[str, tuple[str, ...]] = {}
    for watch in watches:
        new = {digest: row for row, digest in _places(searcher, watch.phrase) if digest not in watch.seen}
        if new:
            rows |= {digest: row for digest, row in new.items() if digest not in rows}
            fresh[watch.phrase] = tuple(new)
    if not fresh:
        return None
    told = tuple(watch for watch in watches if watch.phrase in fresh)
    return News(told, fresh, tuple(searcher.hit(row) for row in sorted(rows.values())))


def news_message(news: News, frame: Frame) -> Message:
    """Quote what is new on somebody's topics, each passage once."""
    phrases = [watch.phrase for watch in news.watches]
    telling = [hit for hit in news.hits if hit.passage.role == "body"] or list(news.hits)
    on = spoken([f"“{phrase}”" for phrase in phrases])
    said = f"New in the notes on {on}: {counted(len(telling), 'place')}."
    shown = telling[:MOST_SHOWN]
    groups = [
        [
            kit.rich(
                kit.quote(_said(hit, phrases, frame.searcher)), talk_lines(hit.talk, frame, place(hit.talk))
            )
        ]
        for hit in shown
    ]
    ends = spoken([f"“unwatch {phrase}”" for phrase in phrases], "or")
    more = [f"and {counted(len(telling) - MOST_SHOWN, 'place')} more"] if len(telling) > MOST_SHOWN else []
    tail = [kit.quiet(*more, f"You asked for this with “watch”; {ends} ends it."), frame.footer()]
    blocks, _ = fit([kit.rich(kit.line(kit.text(said, bold=True)))], groups, tail)
    return Message(said, blocks, "\n\n".join([said, *(_said(hit, phrases, frame.searcher) for hit in shown)]))


def _said(hit: Hit, phrases: Sequence[str], searcher: Searcher) -> str:
    passage = hit.passage
    layout = knowledge_of(searcher).layout_at(passage.recap_id, passage.start)
    return sentences_with(tidy(passage.text, layout), phrases)


def _places(searcher: Searcher, phrase: str) -> Iterator[tuple[int, str]]:
    """Yield the rows of the passages that say a phrase, each with its digest."""
    for row in searcher.said.rows(phrase).tolist():
        yield row, _digest(searcher.build.passages[row])


def _digest(passage: Passage) -> str:
    return hashlib.sha256(passage.text.encode()).hexdigest()[:12]
