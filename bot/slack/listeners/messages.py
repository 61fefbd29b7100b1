"""`message`: direct messages, and what people go on saying in threads the bot took part in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_bolt import App

from bot.slack.desk.desk import Desk
from bot.slack.intake.incoming import Doors, from_message, keys_of


def register(app: App, desk: Desk, doors: Doors) -> None:
    """Listen; the claim is written before Bolt acknowledges, so that a crash in between loses nothing."""

    def claim(body: dict[str, Any], next: Callable[[], None]) -> None:
        desk.audiences.hear(body)
        if (job := from_message(body, doors, desk.store)) is not None:
            desk.accept(keys_of(body), job)
        next()

    app.event("message", middleware=[claim])(_acknowledged)


def _acknowledged() -> None:
    """Do nothing more: the work was queued with the claim."""
