"""What people thought of answers, and what they asked in vain.

Kept in the bot's memory, never fed into ranking.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.answering.language.wordlists import is_generic, is_stop
from bot.answering.models import Answer
from bot.store import Store
from index.vocabulary.words import name_key, singular, words

_COLUMNS = (
    *("message", "user_id", "verdict", "question", "build"),
    *("quotes", "hits", "reason", "golden", "reaction"),
)
_NAMED = re.compile(r"“([^”]+)”")


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
    golden: Mapping[str, object] = field(
        default_factory=dict
    )  # what `bot.evaluation.golden` makes of the answer
    reaction: bool = False  # given as an emoji below the message, which can be taken back


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
        """Keep a verdict; a later one of the same person replaces it, with the reason of the former."""
        said = (given.question, given.build, json.dumps(given.quotes), json.dumps(given.hits))
        golden = json.dumps(dict(given.golden), ensure_ascii=False) if given.golden else None
        with self._store.changing() as db:
            db.execute(
                "INSERT INTO feedback"
                " (message, user_id, verdict, question, build, quotes, hits, given_at, golden, reaction)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (message, user_id) DO UPDATE SET verdict = excluded.verdict,"
                " reason = CASE WHEN feedback.verdict = excluded.verdict THEN feedback.reason END,"
                " reaction = excluded.reaction AND (feedback.reaction OR feedback.verdict != excluded.verdict),"
                " question = coalesce(excluded.question, feedback.question),"
                " build = coalesce(excluded.build, feedback.build),"
                " quotes = CASE WHEN excluded.build IS NULL THEN feedback.quotes ELSE excluded.quotes END,"
                " hits = CASE WHEN excluded.build IS NULL THEN feedback.hits ELSE excluded.hits END,"
                " given_at = excluded.given_at, golden = coalesce(excluded.golden, feedback.golden)",
                (
                    *(given.message, given.user_id, given.verdict),
                    *(*said, self._store.now(), golden, given.reaction),
                ),
            )

    def take_back(self, message: str, user_id: str, verdict: str) -> None:
        """Forget a verdict that was a reaction and is one no longer; a button's verdict stays."""
        with self._store.changing() as db:
            db.execute(
                "DELETE FROM feedback WHERE message = ? AND user_id = ? AND verdict = ? AND reaction",
                (message, user_id, verdict),
            )

    def add_reason(self, message: str, user_id: str, reason: str) -> None:
        """Keep the words that somebody added to a 👎, whichever of the two is written first."""
        with self._store.changing() as db:
            db.execute(
                "INSERT INTO feedback (message, user_id, verdict, reason, given_at) VALUES (?, ?, 'down', ?, ?)"
                " ON CONFLICT (message, user_id) DO UPDATE SET reason = excluded.reason"
                " WHERE feedback.verdict = 'down'",
                (message, user_id, reason, self._store.now()),
            )

    def all(self) -> list[Verdict]:
        """Return all verdicts, oldest first."""
        with self._store.reading() as db:
            found = db.execute(f"SELECT {', '.join(_COLUMNS)} FROM feedback ORDER BY given_at").fetchall()  # noqa: S608
        rows = [dict(zip(_COLUMNS, row, strict=True)) for row in found]
        return [
            Verdict(
                message=row["message"],
                user_id=row["user_id"],
                verdict=row["verdict"],
                question=row["question"],
                build=row["build"],
                quotes=tuple(json.loads(row["quotes"] or "[]")),
                hits=tuple(json.loads(row["hits"] or "[]")),
                reason=row["reason"],
                golden=json.loads(row["golden"] or "{}"),
                reaction=bool(row["reaction"]),
            )
            for row in rows
        ]

    def add_miss(self, answer: Answer) -> None:
        """Keep a question that the notes did not answer, under the name it is about."""
        row = (answer.question, answer.miss or "", topic_of(answer)[:100], self._store.now())
        with self._store.changing() as db:
            db.execute("INSERT INTO misses VALUES (?, ?, ?, ?)", row)

    def lacking(self, days: float) -> list[Lacking]:
        """Return what was asked in vain in the last days, most often first.

        What is off topic does not count.
        """
        with self._store.reading() as db:
            rows: list[tuple[str, str]] = db.execute(
                "SELECT topic, question FROM misses WHERE asked_at >= ? AND miss != 'off_topic' ORDER BY asked_at",
                (self._store.now() - days * 86_400,),
            ).fetchall()
        groups: dict[str, list[tuple[str, str]]] = {}
        for topic, question in rows:
            groups.setdefault(_spelling_key(topic), []).append((topic, question))
        found = [
            Lacking(
                Counter(topic for topic, _ in members).most_common(1)[0][0],
                len(members),
                tuple(dict.fromkeys(question for _, question in members)),
            )
            for members in groups.values()
        ]
        return sorted(found, key=lambda one: (-one.times, one.topic))


def _spelling_key(topic: str) -> str:
    """Return what the spellings of a topic have in common: order, number, gaps and hyphens do not count."""
    return name_key(" ".join(sorted(singular(word.form) for word in words(topic)))) or topic


def topic_of(answer: Answer) -> str:
    """Return what a question without an answer is about.

    The name that the notes lack, else its telling words.
    """
    lacking = _NAMED.findall(answer.headline or "") if answer.miss == "absent" else []
    heard = answer.understood
    telling = [
        word.form for word in words(heard.text) if not is_stop(word.form) and not is_generic(word.form)
    ]
    return (
        (", ".join(lacking) or heard.topic or heard.speaker or " ".join(telling) or answer.question)
        .strip()
        .casefold()
    )
