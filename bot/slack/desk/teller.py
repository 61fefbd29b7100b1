"""Tells people and channels what a new build has for them, once whatever process sees it first."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial

from slack_sdk.errors import SlackApiError

from bot.slack.desk import delivery
from bot.slack.desk.audience import Audiences
from bot.slack.desk.compose import Composer
from bot.slack.desk.news import PERIODS_S, Arrivals, Subscription, Subscriptions, digest_message
from bot.slack.desk.watches import News, Watch, Watches, news_message, news_of
from bot.slack.intake.commands import Command
from bot.slack.intake.jobs import Job
from bot.slack.messages.cards import note
from bot.slack.messages.message import Frame, Message, Request
from bot.slack.workspaces import Workspaces
from bot.store import Store
from index.models import Talk
from index.search import Searcher

VERBS = {"watch", "unwatch", "watches", "subscribe"}
_SAID = {"daily": "once a day", "weekly": "once a week"}


@dataclass(frozen=True, slots=True)
class Notice:
    """What a person or a channel is being told: a record that survives a restart in the bot's memory."""

    team_id: str
    user_id: str  # who is told, or who asked for a channel to be told
    channel_id: str | None = None
    fresh: Mapping[str, Sequence[str]] = field(default_factory=dict)  # to a person: digests by watched phrase
    until: float = 0.0  # to a channel: when the newest of the talks came

    @property
    def key(self) -> str:
        """Return the claim under which only one process tells them something at a time."""
        return f"news:{self.team_id}:{self.channel_id or self.user_id}"

    def to_json(self) -> str:
        """Write the notice as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, body: str) -> Notice:
        """Read what `to_json` wrote.

        Raises:
            ValueError: it is something else, such as a notice of another version.
        """
        try:
            return cls(**json.loads(body))
        except TypeError as error:
            raise ValueError(f"Cannot read a kept notice: {error}.") from error


# What is told, what that is for the log, and how it is posted under a job's id.
# The last says whether what was found to be new still was.
Once = Callable[[Notice, str, Callable[[str], bool]], None]


class Teller:
    """What people asked to be told of, and the telling."""

    def __init__(
        self, workspaces: Workspaces, store: Store, composer: Composer, audiences: Audiences
    ) -> None:
        self._workspaces = workspaces
        self._store = store
        self._composer = composer
        self._audiences = audiences
        self.watches = Watches(store)
        self.arrivals = Arrivals(store)
        self._subscriptions = Subscriptions(store, self.arrivals)

    def answer(self, asked: Command, job: Job, searcher: Searcher) -> Message:
        """Do what a command asks that sets what is told, and say so."""
        if asked.verb != "subscribe":
            return self.watches.answer(asked, job.team_id, job.user_id, searcher, self._composer.command)
        if asked.words in PERIODS_S:
            # What there is now is no news, and what comes next is, whether or not the caretaker looked before.
            self.arrivals.note(self._audiences.of_person(""))
            self.arrivals.note(searcher)
            self._subscriptions.set(job.team_id, job.channel_id, job.user_id, asked.words)
            return note(
                f"From now on I say here {_SAID[asked.words]} what is new in the notes, and nothing when nothing is."
                f" Invite me to the channel if I am not in it; “{self._composer.command} digest off” ends it."
            )
        if asked.words:
            gone = self._subscriptions.remove(job.team_id, job.channel_id)
            return note(
                "I no longer say here what is new." if gone else "I do not say here what is new anyway."
            )
        period = self._subscriptions.period_of(job.team_id, job.channel_id)
        now = f"I say here {_SAID[period]} what is new in the notes. " if period else ""
        way = f"“{self._composer.command} digest weekly here” (or “daily”) sets it, “digest off” ends it."
        return note(f"{now}{way}")

    def tell(self, once: Once) -> None:
        """Write to everybody for whom there is something new.

        What could not be posted is in the log and is told the next time that somebody looks.
        """
        for watches in self.watches.by_person():
            searcher = self._audiences.of_person(watches[0].team_id)
            if (news := news_of(watches, searcher)) is not None:
                notice = Notice(news.team_id, news.user_id, fresh=news.fresh)
                act = partial(self._tell_person, notice, watches, news, searcher)
                once(notice, "telling of a watched topic", act)
        self.arrivals.note(self._audiences.of_person(""))
        for subscription in self._subscriptions.all():
            searcher = self._audiences.of_channel(subscription.team_id, subscription.channel_id)
            self.arrivals.note(searcher)
            if due := self._subscriptions.due(subscription, searcher):
                talks = [talk for talk, _ in due]
                notice = Notice(
                    subscription.team_id, subscription.user_id, subscription.channel_id, until=due[-1][1]
                )
                act = partial(self._tell_channel, notice, subscription, talks, searcher)
                once(notice, "telling a channel what is new", act)

    def settle(self, notice: Notice, job_id: str) -> None:
        """Look whether a notice that was begun was posted, and remember it then; what was not is due again.

        Raises:
            OSError, HTTPException, SlackApiError: Slack is away and does not say.
        """
        client = self._workspaces.client(notice.team_id)
        if delivery.is_told(client, notice.channel_id, notice.user_id, job_id):
            self._note_told(notice)

    def _note_told(self, notice: Notice) -> None:
        if notice.channel_id is None:
            self.watches.note_told(notice.user_id, notice.fresh)
        else:
            self._subscriptions.note_told(notice.team_id, notice.channel_id, notice.until)

    def _tell_person(
        self, notice: Notice, watches: Sequence[Watch], news: News, searcher: Searcher, job_id: str
    ) -> bool:
        now = [watch for watch in self.watches.all(notice.user_id) if watch.team_id == notice.team_id]
        if now != watches:  # another process told it before this one had the claim
            return False
        message = news_message(news, self._frame(searcher))
        delivery.post_news(self._workspaces.client(news.team_id), news.user_id, job_id, message)
        self._note_told(notice)
        return True

    def _tell_channel(
        self,
        notice: Notice,
        subscription: Subscription,
        talks: Sequence[Talk],
        searcher: Searcher,
        job_id: str,
    ) -> bool:
        if subscription not in self._subscriptions.all():  # told by another process, or ended
            return False
        message = digest_message(talks, subscription, self._frame(searcher), self._composer.command)
        client = self._workspaces.client(subscription.team_id)
        try:
            delivery.post_news(client, subscription.channel_id, job_id, message)
        except SlackApiError as error:
            if (reason := delivery.why_refused(error)) is None:
                raise
            self._subscriptions.remove(subscription.team_id, subscription.channel_id)
            said = f"I was to say there what is new in the notes, and cannot: {reason}. Ask for it again once I can."
            delivery.post_to_person(client, subscription.user_id, note(said))
            return True
        self._note_told(notice)
        return True

    def _frame(self, searcher: Searcher) -> Frame:
        return Frame(Request(""), searcher, look=self._composer.look)
