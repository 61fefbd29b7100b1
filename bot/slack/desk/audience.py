"""Which notes may be quoted where: everybody's, and those that a channel or a workspace keeps to itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.live import LiveIndex
from bot.slack.intake.jobs import Job
from bot.store import Store
from index.search import Searcher

_DIRECT = "D"  # how the ids of direct conversations begin


class Audiences:
    """Gives the build that may be asked for a person or a channel."""

    def __init__(self, live: LiveIndex, store: Store) -> None:
        self._live = live
        self._store = store
        self._heard: dict[str, bool] = {}

    def hear(self, body: Mapping[str, Any]) -> None:
        """Note of an event's channel whether people of other workspaces read it."""
        channel_id = str(body["event"].get("channel") or "")
        shared = bool(body.get("is_ext_shared_channel"))
        if channel_id and self._heard.get(channel_id) is not shared:
            self._store.note_channel(channel_id, shared=shared)
            self._heard[channel_id] = shared

    def of_job(self, job: Job) -> Searcher:
        """Return the build that a job is answered from."""
        if job.private or job.channel_id.startswith(_DIRECT):
            return self.of_person(job.team_id, job.channel_id, stranger=job.stranger)
        return self.of_channel(job.team_id, job.channel_id)

    def of_person(self, team_id: str, channel_id: str = "", *, stranger: bool = False) -> Searcher:
        """Return the build for what one person alone reads, in a channel or nowhere in particular."""
        return self._live.for_audience(channel_id, "" if stranger else team_id)

    def of_channel(self, team_id: str, channel_id: str) -> Searcher:
        """Return the build for what everybody in a channel reads.

        A workspace's own notes are in it only where the channel is known to be of that workspace alone.
        """
        return self._live.for_audience(
            channel_id, team_id if self._store.is_of_one_workspace(channel_id) else ""
        )
