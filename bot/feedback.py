"""What people thought of answers, and what they asked in vain; kept in the bot's memory, never fed into ranking."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from bot.answering.models import Answer
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody thought of an answer, with what is needed to look into it."""

    message: str  # "channel:ts" of the answer
    user_id: str
    verdict: str  # "up" or "down"
    question: str | None = None
    build: str | None = None
    quotes: tuple[str, ...] = ()  # passage ids
    hits: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Lacking:
    """A topic that the notes did not answer."""

    topic: str
    times: int
    questions: tuple[str, ...]


class Feedback:
    """Verdicts and misses in the bot's memory."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, given: Verdict) -> None:
        """Keep a verdict; a person's later one on the same answer replaces it, what it leaves open stays."""
        row = (given.message, given.user_id, given.verdict, given.question, given.build, json.dumps(given.quotes), json.dumps(given.hits))
        with self._store.changing() as db:
            db.execute(
                "INSERT INTO feedback (message, user_id, verdict, question, build, quotes, hits, given_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET verdict = excluded.verdict, question = coalesce(excluded.question, question),"
                " build = coalesce(excluded.build, build), quotes = CASE WHEN excluded.build IS NULL THEN quotes ELSE excluded.quotes END,"
                " hits = CASE WHEN excluded.build IS NULL THEN hits ELSE excluded.hits END, given_at = excluded.given_at",
                (*row, self._store.now()),
            )

    def add_reason(self, message: str, user_id: str, reason: str) -> None:
        """Keep the words that somebody added to a 👎, whichever of the two is written first."""
        with self._store.changing() as db:
            db.execute(
                "INSERT INTO feedback (message, user_id, verdict, reason, given_at) VALUES (?, ?, 'down', ?, ?)"
                " ON CONFLICT DO UPDATE SET reason = excluded.reason",
                (message, user_id, reason, self._store.now()),
            )

    def all(self) -> list[Verdict]:
        """Give all verdicts, oldest first."""
        with self._store.reading() as db:
            rows = db.execute(
                "SELECT message, user_id, verdict, question, build, quotes, hits, reason FROM feedback ORDER BY given_at"
            ).fetchall()
        return [
            Verdict(message, user_id, verdict, question, build, tuple(json.loads(quotes or "[]")), tuple(json.loads(hits or "[]")), reason)
            for message, user_id, verdict, question, build, quotes, hits, reason in rows
        ]

    def add_miss(self, answer: Answer) -> None:
        """Keep a question that the notes did not answer, under the name it is about."""
        heard = answer.understood
        topic = (heard.speaker or heard.topic or heard.text or answer.question).strip().casefold()[:100]
        with self._store.changing() as db:
            db.execute("INSERT INTO misses VALUES (?, ?, ?, ?)", (answer.question, answer.miss or "", topic, self._store.now()))

    def lacking(self, days: float) -> list[Lacking]:
        """Give what was asked in vain in the last days, most often first; what is off topic does not count."""
        with self._store.reading() as db:
            rows: list[tuple[str, str]] = db.execute(
                "SELECT topic, question FROM misses WHERE asked_at >= ? AND miss != 'off_topic' ORDER BY asked_at",
                (self._store.now() - days * 86_400,),
            ).fetchall()
        times = Counter(topic for topic, _ in rows)
        return [
            Lacking(topic, count, tuple(dict.fromkeys(question for name, question in rows if name == topic)))
            for topic, count in sorted(times.items(), key=lambda item: (-item[1], item[0]))
        ]
