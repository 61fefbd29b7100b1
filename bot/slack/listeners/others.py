"""What Slack sends that nobody asked for: acknowledged, so that it is not sent again and again."""

from __future__ import annotations

import re

from slack_bolt import Ack, App


def register(app: App, command: str) -> None:
    """Acknowledge everything that no other listener takes; register this last.

    Bolt would also log what it cannot handle, words of people included.
    """

    def wrong_name(ack: Ack) -> None:
        ack(
            f"I listen to {command}. Whoever runs me can give me this command's name with CONFNOTES_SLACK_COMMAND."
        )

    anything = re.compile(".*")
    app.event(anything)(_acknowledged)
    app.action(anything)(_acknowledge)
    app.shortcut(anything)(_acknowledge)
    app.view(anything)(_acknowledge)
    app.command(anything)(wrong_name)


def _acknowledged() -> None:
    """Do nothing: Bolt acknowledges events by itself."""


def _acknowledge(ack: Ack) -> None:
    ack()
