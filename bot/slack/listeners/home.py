"""`app_home_opened`: what the notes cover, how to ask, and how old they are."""

from __future__ import annotations

from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from bot.slack.desk.desk import Desk
from bot.slack.desk.sessions import suggest
from bot.slack.messages.home import home_view


def register(app: App, desk: Desk, command: str) -> None:
    """Listen to the Home tab being opened, and in an agent app to the Messages tab."""

    def publish(event: dict[str, Any], client: WebClient) -> None:
        if event.get("tab") != "home":
            if desk.sessions is not None:
                build = desk.composer.live.searcher.build
                desk.run(
                    "suggested prompts", lambda: suggest(client, event["channel"], build), lambda _: None
                )
            return
        desk.run("the Home tab", lambda: _show(client, event["user"], desk, command), lambda _: None)

    app.event("app_home_opened")(publish)


def _show(client: WebClient, user_id: str, desk: Desk, command: str) -> None:
    client.views_publish(
        user_id=user_id,
        view=home_view(desk.composer.live.searcher.build, command, desk.composer.live.trouble),
    )
