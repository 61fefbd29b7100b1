"""What has come into the notes.

When each talk was first there, and the channels that are told of it now and then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.models import Entry
from bot.answering.rendering import counted
from bot.answering.reply.digest import gist_of, placed
from bot.slack.messages import kit
from bot.slack.messages.answers import block_of
from bot.slack.messages.message import Frame, Message, fit
from bot.store import Store
from index.models import Talk
from index.search import Searcher

PERIODS_S = {"daily": 86_400.0, "weekly": 7 * 86_400.0}
EARLY_S = 3_600.0  # a week is over an hour before it is: what is looked at hourly must not slip by a day
MOST_SHOWN = 12
_FIRST = "build:"  # stands among the talks once any build was noted


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel that is told what is new, by whom it was asked for, and up to when it was told."""

    team_id: str
    channel_id: str
    user_id: str
    period: str
    told_until: float
    posted_at: float = 0.0


class Arrivals:
    """When talks were first in the notes, kept in the bot's memory."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(self, searcher: Searcher) -> None:
        """Note the talks of a build that are new; those of the first build ever seen are none."""
        with self._store.reading() as db:
            if db.execute("SELECT 1 FROM arrivals WHERE talk_id = ?", (_marker(searcher),)).fetchone():
                return
        ids = [talk.talk_id for talk in searcher.build.stored_talks.rows if talk.kind != "section"]
        with self._store.changing() as db:
            # Whoever is first holds the others up here: two builds that are noted at once are not both the first.
            db.execute("INSERT INTO arrivals VALUES (?, 0) ON CONFLICT DO NOTHING", (_FIRST,))
            known = {talk_id for (talk_id,) in db.execute("SELECT talk_id FROM arrivals")}
            # Inside the transaction: nothing that comes later may carry an earlier time.
            at = self._store.now() if known != {_FIRST} else 0.0
            rows = [*((talk_id, at) for talk_id in ids if talk_id not in known), (_marker(searcher), 0.0)]
            db.executemany("INSERT INTO arrivals VALUES (?, ?) ON CONFLICT DO NOTHING", rows)

    def since(self, at: float, searcher: Searcher) -> list[tuple[Talk, float]]:
        """Return the talks of a build that came after a time, in the order in which they came, each with its time."""
        with self._store.reading() as db:
            rows = db.execute(
                "SELECT talk_id, arrived_at FROM arrivals WHERE arrived_at > ? ORDER BY arrived_at, talk_id",
                (at,),
            ).fetchall()
        found = [(searcher.build.stored_talks.row(talk_id), arrived_at) for talk_id, arrived_at in rows]
        return [(searcher.build.stored_talks.rows[row], came) for row, came in found if row is not None]

    def look(self, user_id: str, searcher: Searcher) -> list[Talk]:
        """Return the talks that came since a person last looked, and note that they look now."""
        with self._store.changing() as db:
            row = db.execute("SELECT looked_at FROM looks WHERE user_id = ?", (user_id,)).fetchone()
            db.execute(
                "INSERT INTO looks VALUES (?, ?) ON CONFLICT (user_id) DO UPDATE SET looked_at = excluded.looked_at",
                (user_id, self._store.now()),
            )
        return [talk for talk, _ in self.since(row[0], searcher)] if row else []


class Subscriptions:
    """Which channels are told what is new, kept in the bot's memory."""

    def __init__(self, store: Store, arrivals: Arrivals) -> None:
        self._store = store
        self._arrivals = arrivals

    def set(self, team_id: str, channel_id: str, user_id: str, period: str) -> None:
        """Tell a channel from now on, daily or weekly."""
        with self._store.changing() as db:
            db.execute(
                "INSERT INTO digests VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT (team_id, channel_id) DO UPDATE SET"
                " user_id = excluded.user_id, period = excluded.period",
                (team_id, channel_id, user_id, period, self._store.now()),
            )

    def remove(self, team_id: str, channel_id: str) -> bool:
        """Tell a channel no more, and say whether it was told before."""
        with self._store.changing() as db:
            gone = db.execute(
                "DELETE FROM digests WHERE team_id = ? AND channel_id = ?", (team_id, channel_id)
            ).rowcount
        return gone > 0

    def period_of(self, team_id: str, channel_id: str) -> str | None:
        """Return how often a channel is told, None where it is not."""
        with self._store.reading() as db:
            row = db.execute(
                "SELECT period FROM digests WHERE team_id = ? AND channel_id = ?", (team_id, channel_id)
            ).fetchone()
        return str(row[0]) if row else None

    def all(self) -> list[Subscription]:
        """Return the channels that are told."""
        with self._store.reading() as db:
            rows = db.execute(
                "SELECT team_id, channel_id, user_id, period, told_until, posted_at FROM digests"
            ).fetchall()
        return [Subscription(*row) for row in rows]

    def due(self, subscription: Subscription, searcher: Searcher) -> list[tuple[Talk, float]]:
        """Return what a channel is to be told, each talk with its time; nothing where it is too early, or nothing is new."""
        wait_s = PERIODS_S[subscription.period] - EARLY_S
        if self._store.now() - subscription.posted_at < wait_s:
            return []
        return self._arrivals.since(subscription.told_until, searcher)

    def note_told(self, team_id: str, channel_id: str, until: float) -> None:
        """Keep up to when a channel was told; as often as you like."""
        with self._store.changing() as db:
            db.execute(
                "UPDATE digests SET told_until = ?, posted_at = ? WHERE team_id = ? AND channel_id = ? AND told_until <= ?",
                (until, self._store.now(), team_id, channel_id, until),
            )


def digest_message(talks: Sequence[Talk], subscription: Subscription, frame: Frame, command: str) -> Message:
    """Tell a channel which talks are new in the notes, each with what it is about."""
    said = f"New in the conference notes: {counted(len(talks), 'talk')}."
    entries = [Entry(talk, gist_of(talk, frame.searcher)) for talk in talks[:MOST_SHOWN]]
    groups = [list(block_of(block, frame)) for block in placed(entries)]
    more = [f"and {counted(len(talks) - MOST_SHOWN, 'talk')} more"] if len(talks) > MOST_SHOWN else []
    ends = f"Asked for with “{command} digest {subscription.period} here”; “{command} digest off” ends it."
    blocks, _ = fit(
        [kit.rich(kit.line(kit.text(said, bold=True)))], groups, [kit.quiet(*more, ends), frame.footer()]
    )
    return Message(said, blocks, "\n".join([said, *(talk.title for talk in talks[:MOST_SHOWN])]))


def _marker(searcher: Searcher) -> str:
    return f"build:{searcher.build.build_id}"
