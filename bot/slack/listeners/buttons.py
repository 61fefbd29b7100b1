"""Clicks: turning pages, another conference, sharing, thumbs."""

from __future__ import annotations

import json
import re
from typing import Any

from slack_bolt import Ack, App
from slack_sdk.errors import SlackApiError

from bot.answering.stages import stage
from bot.errors import SlackFault
from bot.slack.desk import delivery
from bot.slack.desk.desk import Desk
from bot.slack.intake.commands import Command, Verb
from bot.slack.messages.message import Message, Request
from bot.telemetry.questions import observing
from index.search import Searcher


class Click:
    """One click on a button, with the places that it came from."""

    def __init__(self, body: dict[str, Any]) -> None:
        container = body.get("container", {})
        self.team_id: str = (body.get("team") or {}).get("id") or ""
        self.user_id: str = body["user"]["id"]
        self.stranger = (body["user"].get("team_id") or self.team_id) != self.team_id
        self.channel_id: str = container.get("channel_id") or (body.get("channel") or {}).get("id", "")
        self.message_ts: str = container.get("message_ts", "")
        self.thread_ts: str | None = (
            body.get("message", {}).get("thread_ts") or container.get("thread_ts") or self.message_ts or None
        )
        self.private = bool(container.get("is_ephemeral"))
        self.response_url: str = body.get("response_url") or ""  # the Home tab has none
        self.action_id: str = body["actions"][0].get("action_id", "")
        self.value: str = body["actions"][0].get("value", "")
        self.key = f"click:{body['trigger_id']}"
        self.message_key = f"{self.channel_id}:{self.message_ts}"

    def searcher(self, desk: Desk) -> Searcher:
        """Return the build that may be asked for the one who clicked."""
        return desk.audiences.of_person(self.team_id, self.channel_id, stranger=self.stranger)


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

    def watch(ack: Ack, body: dict[str, Any]) -> None:
        click = Click(body)
        if desk.claim(click.key):
            desk.run("a watch", lambda: _watch(desk, click), lambda message: tell(desk, click, message))
        ack()

    app.action(re.compile("^page:"))(page)
    app.action(re.compile("^watch:"))(watch)
    app.action("share")(share)


def tell(desk: Desk, click: Click, message: Message) -> None:
    """Show something to the person who clicked, and to nobody else."""
    client = desk.workspaces.client(click.team_id)
    if not click.response_url:
        delivery.post_to_person(client, click.user_id, message)
        return
    if click.private:
        delivery.respond(click.response_url, message)
        return
    try:
        delivery.show_privately(client, click.channel_id, click.user_id, click.thread_ts, message)
    except (SlackApiError, SlackFault, OSError):
        delivery.respond(click.response_url, message)


def _turn(desk: Desk, click: Click) -> None:
    """Show another page, or more.

    In place where that takes nothing from others, else to the one who clicked.
    """
    request = Request.from_value(click.value)
    if not click.response_url:
        _open_conversation(desk, click, request)
    elif click.action_id == "page:more" and not click.private:
        searcher = desk.audiences.of_channel(click.team_id, click.channel_id)
        message = desk.composer.compose(request, searcher).message
        delivery.respond(click.response_url, message, replace=True)
    else:
        message = desk.composer.compose(request, click.searcher(desk), private=True).message
        if click.private:
            delivery.respond(click.response_url, message, replace=True)
        else:
            tell(desk, click, message)


def _open_conversation(desk: Desk, click: Click, request: Request) -> None:
    """Answer a question that was clicked in the Home tab, as a direct message to go on from."""
    with observing("slack", "home") as observed:
        composed = desk.composer.compose(request, click.searcher(desk), private=True)
        composed.note(observed)
        client = desk.workspaces.client(click.team_id)
        with stage("deliver"):
            posted = delivery.post_to_person(client, click.user_id, composed.message)
    if desk.keeps_questions:
        thread = f"{click.team_id}:{posted['channel']}:{posted['ts']}"
        desk.store.add_turn(thread, str(posted["ts"]), click.user_id, request.text)


def _watch(desk: Desk, click: Click) -> None:
    """Watch a phrase for the one who clicked, or watch it no longer."""
    phrase = str(json.loads(click.value)["phrase"])
    searcher = click.searcher(desk)
    verb: Verb = "watch" if click.action_id.startswith("watch:add") else "unwatch"
    asked = Command(verb, phrase)
    message = desk.teller.watches.answer(asked, click.team_id, click.user_id, searcher, desk.composer.command)
    tell(desk, click, message)


def _share(desk: Desk, click: Click) -> None:
    """Post a private answer for all, saying who shared it.

    A response address reaches channels that the bot is not in.
    """
    request = Request.from_value(click.value)
    searcher = desk.audiences.of_channel(click.team_id, click.channel_id)
    message = desk.composer.compose(request, searcher, shared_by=click.user_id).message
    delivery.respond(click.response_url, message, in_channel=True)
    delivery.remove(click.response_url)
