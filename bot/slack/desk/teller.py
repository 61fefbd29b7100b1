"""Tells people and channels what a new build has for them, once whatever process sees it first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from slack_sdk.errors import SlackApiError

from bot.slack.desk import delivery
from bot.slack.desk.audience import Audiences
from bot.slack.desk.compose import Composer
from bot.slack.desk.news import PERIODS_S, Arrivals, Subscription, Subscriptions, digest_message
from bot.slack.desk.watches import News, Watches, news_message, news_of
from bot.slack.intake.commands import Command
from bot.slack.intake.jobs import Job
from bot.slack.messages.cards import note
from bot.slack.messages.message import Frame, Message, Request
from bot.slack.workspaces import Workspaces
from bot.store import Store
from index.models import Talk
from index.search import Searcher

Once = Callable[[str, str, Callable[[], None]], None]  # under which key, what it is, and how it is done
VERBS = {"watch", "unwatch", "watches", "subscribe"}
_SAID = {"daily": "once a day", "weekly": "once a week"}


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
                key = f"watch:{news.team_id}:{news.user_id}:{searcher.build.build_id}"
                once(key, "telling of a watched topic", partial(self._tell_person, news, searcher))
        self.arrivals.note(self._audiences.of_person(""))
        for subscription in self._subscriptions.all():
            searcher = self._audiences.of_channel(subscription.team_id, subscription.channel_id)
            self.arrivals.note(searcher)
            if talks := self._subscriptions.due(subscription, searcher):
                key = f"digest:{subscription.team_id}:{subscription.channel_id}:{searcher.build.build_id}"
                act = partial(self._tell_channel, subscription, talks, searcher)
                once(key, "telling a channel what is new", act)

    def _tell_person(self, news: News, searcher: Searcher) -> None:
        message = news_message(news, self._frame(searcher))
        delivery.post_to_person(self._workspaces.client(news.team_id), news.user_id, message)
        self.watches.note_told(news.watches)

    def _tell_channel(self, subscription: Subscription, talks: Sequence[Talk], searcher: Searcher) -> None:
        until = self._store.now()
        message = digest_message(talks, subscription, self._frame(searcher), self._composer.command)
        client = self._workspaces.client(subscription.team_id)
        try:
            delivery.post_in_channel(client, subscription.channel_id, message)
        except SlackApiError as error:
            if (reason := delivery.why_refused(error)) is None:
                raise
            self._subscriptions.remove(subscription.team_id, subscription.channel_id)
            said = f"I was to say there what is new in the notes, and cannot: {reason}. Ask for it again once I can."
            delivery.post_to_person(client, subscription.user_id, note(said))
            return
        self._subscriptions.note_told(subscription, until)

    def _frame(self, searcher: Searcher) -> Frame:
        return Frame(Request(""), searcher, look=self._composer.look)
