"""What Slack sends that nobody asked for: acknowledged, so that it is not sent again and again."""

from __future__ import annotations

import re

from slack_bolt import Ack, App


def register(app: App) -> None:
    """Acknowledge every event and click that no other listener takes; register this last."""
    app.event(re.compile(".*"))(_acknowledged)
    app.action(re.compile(".*"))(_acknowledge)


def _acknowledged() -> None:
    """Do nothing: Bolt acknowledges events by itself."""


def _acknowledge(ack: Ack) -> None:
    ack()
