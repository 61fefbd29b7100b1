"""Topic watches: one cited message to whoever asked for it when a later build has new notes on a topic, once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace

from bot.slack.intake.commands import Command
from bot.slack.messages import kit
from bot.slack.messages.answers import talk_line
from bot.slack.messages.cards import note
from bot.slack.messages.excerpts import reflow
from bot.slack.messages.message import Frame, Message, Request, fit
from bot.store import Store
from index.models import Hit
from index.search import Searcher

MOST_WATCHES = 20
LONGEST_PHRASE = 100
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Watch:
    """A phrase that somebody watches, and the digests of the passages on it that were there already."""

    team_id: str
    user_id: str
    phrase: str
    seen: frozenset[str]


class Watches:
    """Who watches what, kept in the bot's memory."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def answer(self, command: Command, team_id: str, user_id: str, searcher: Searcher) -> Message:
        """Do what a `watch`, `unwatch` or `watches` asks for and say so."""
        phrase = command.words.strip()[:LONGEST_PHRASE].lower()
        if command.verb == "watches":
            return self._list(user_id)
        if command.verb == "unwatch":
            gone = self._remove(user_id, phrase)
            return note(f"I no longer watch “{phrase}” for you." if gone else f"You do not watch “{phrase}”.")
        if len(self.all(user_id)) >= MOST_WATCHES:
            return note(f"You watch {MOST_WATCHES} topics already. Take one back with “unwatch WORDS” first.")
        hits = searcher.mentions(phrase)
        self._keep(Watch(team_id, user_id, phrase, frozenset(map(_digest, hits))))
        so_far = (
            f"They are in {len(hits)} place{'' if len(hits) == 1 else 's'} so far."
            if hits
            else "So far no note has them."
        )
        return note(f"I will write to you when new notes have the words “{phrase}”. {so_far}")

    def all(self, user_id: str | None = None) -> list[Watch]:
        """Give a person's watches, or everybody's."""
        with self._store.reading() as db:
            rows = db.execute(
                "SELECT team_id, user_id, phrase, seen FROM watches WHERE ? IS NULL OR user_id = ? ORDER BY user_id, phrase",
                (user_id, user_id),
            ).fetchall()
        return [
            Watch(team_id, user, phrase, frozenset(json.loads(seen))) for team_id, user, phrase, seen in rows
        ]

    def news(self, searcher: Searcher) -> list[tuple[Watch, Message]]:
        """Say what a build has that is new to each watch: the watch as it is once its message is posted, and the message."""
        messages = []
        for watch in self.all():
            hits = searcher.mentions(watch.phrase)
            fresh = [hit for hit in hits if _digest(hit) not in watch.seen]
            if fresh:
                told = replace(watch, seen=watch.seen | frozenset(map(_digest, fresh)))
                messages.append(
                    (told, news_message(watch.phrase, fresh, Frame(Request(watch.phrase), searcher.build)))
                )
        return messages

    def note_told(self, watch: Watch) -> None:
        """Keep what a watch has seen, once its message is posted; one that was taken back meanwhile stays so."""
        with self._store.changing() as db:
            row = (json.dumps(sorted(watch.seen)), watch.user_id, watch.phrase)
            db.execute("UPDATE watches SET seen = ? WHERE user_id = ? AND phrase = ?", row)

    def _list(self, user_id: str) -> Message:
        phrases = [watch.phrase for watch in self.all(user_id)]
        return note(
            "You watch " + ", ".join(f"“{phrase}”" for phrase in phrases) + "."
            if phrases
            else "You watch nothing yet. Try “watch WORDS”."
        )

    def _keep(self, watch: Watch) -> None:
        with self._store.changing() as db:
            row = (watch.user_id, watch.phrase, json.dumps(sorted(watch.seen)), watch.team_id)
            db.execute("INSERT OR REPLACE INTO watches VALUES (?, ?, ?, ?)", row)

    def _remove(self, user_id: str, phrase: str) -> bool:
        with self._store.changing() as db:
            return (
                db.execute("DELETE FROM watches WHERE user_id = ? AND phrase = ?", (user_id, phrase)).rowcount
                > 0
            )


def news_message(phrase: str, fresh: list[Hit], frame: Frame) -> Message:
    """Quote what is new on a watched topic."""
    said = f"New in the notes on “{phrase}”: {len(fresh)} place{'' if len(fresh) == 1 else 's'}."
    groups = [
        [kit.rich(kit.quote(reflow(hit.passage.text)), talk_line(hit.talk, frame.build))]
        for hit in fresh[:MOST_SHOWN]
    ]
    tail = [
        kit.quiet(f"You asked for this with “watch {phrase}”; “unwatch {phrase}” ends it."),
        frame.footer(),
    ]
    blocks, _ = fit([kit.rich(kit.line(kit.text(said, bold=True)))], groups, tail)
    return Message(said, blocks, "\n\n".join([said, *(hit.passage.text for hit in fresh[:MOST_SHOWN])]))


def _digest(hit: Hit) -> str:
    return hashlib.sha256(hit.passage.text.encode()).hexdigest()[:12]
