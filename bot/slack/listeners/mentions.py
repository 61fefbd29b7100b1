"""`app_mention`: somebody names the bot in a channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_bolt import App

from bot.slack.desk.desk import Desk
from bot.slack.intake.incoming import Doors, from_mention, keys_of


def register(app: App, desk: Desk, doors: Doors) -> None:
    """Listen; the claim is written before Bolt acknowledges, so that a crash in between loses nothing."""

    def claim(body: dict[str, Any], next: Callable[[], None]) -> None:
        desk.audiences.hear(body)
        if (job := from_mention(body, doors)) is not None:
            desk.accept(keys_of(body), job)
        next()

    app.event("app_mention", middleware=[claim])(_acknowledged)


def _acknowledged() -> None:
    """Do nothing more: the work was queued with the claim."""
