"""Clicks: turning pages, another conference, sharing, thumbs."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt import Ack, App
from slack_sdk.errors import SlackApiError

from bot.errors import SlackFault
from bot.slack.desk import delivery
from bot.slack.desk.desk import Desk
from bot.slack.messages.message import Message, Request


class Click:
    """One click on a button, with the places that it came from."""

    def __init__(self, body: dict[str, Any]) -> None:
        container = body.get("container", {})
        self.team_id: str = (body.get("team") or {}).get("id") or ""
        self.user_id: str = body["user"]["id"]
        self.channel_id: str = container.get("channel_id") or body.get("channel", {}).get("id", "")
        self.message_ts: str = container.get("message_ts", "")
        self.thread_ts: str | None = (
            body.get("message", {}).get("thread_ts") or container.get("thread_ts") or self.message_ts or None
        )
        self.private = bool(container.get("is_ephemeral"))
        self.response_url: str = body["response_url"]
        self.value: str = body["actions"][0].get("value", "")
        self.key = f"click:{body['trigger_id']}"
        self.message_key = f"{self.channel_id}:{self.message_ts}"


def register(app: App, desk: Desk) -> None:
    """Listen to the buttons of pages and to sharing."""

    def page(ack: Ack, body: dict[str, Any]) -> None:
        click = Click(body)
        if desk.claim(click.key):
            desk.run("a page", lambda: _turn(desk, click), lambda message: tell(desk, click, message))
        ack()

    def share(ack: Ack, body: dict[str, Any]) -> None:
        click = Click(body)
        key = f"share:{click.message_key}:{click.user_id}"

        def failed(message: Message) -> None:
            desk.store.release(key)
            tell(desk, click, message)

        if desk.claim(key):
            desk.run("sharing", lambda: _share(desk, click), failed)
        ack()

    app.action(re.compile("^page:"))(page)
    app.action("share")(share)


def tell(desk: Desk, click: Click, message: Message) -> None:
    """Show something to the person who clicked, and to nobody else."""
    if click.private:
        delivery.respond(click.response_url, message)
        return
    try:
        delivery.show_privately(
            desk.workspaces.client(click.team_id), click.channel_id, click.user_id, click.thread_ts, message
        )
    except (SlackApiError, SlackFault, OSError):
        delivery.respond(click.response_url, message)


def _turn(desk: Desk, click: Click) -> None:
    """Show another page: in place where the message is private, beside it where others read it too."""
    message = desk.composer.compose(Request.from_value(click.value), private=True).message
    if click.private:
        delivery.respond(click.response_url, message, replace=True)
    else:
        tell(desk, click, message)


def _share(desk: Desk, click: Click) -> None:
    """Post a private answer for all, saying who shared it. A response address reaches channels that the bot is not in."""
    request = Request.from_value(click.value)
    message = desk.composer.compose(request, shared_by=click.user_id).message
    delivery.respond(click.response_url, message, in_channel=True)
    delivery.remove(click.response_url)
