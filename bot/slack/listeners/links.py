"""`link_shared`: somebody posts a talk's address, and its card appears below; only where that was set up."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import App
from slack_sdk.errors import SlackApiError

from bot.answering import talk_card
from bot.answering.question.addresses import talks_at
from bot.slack.desk import delivery
from bot.slack.desk.desk import Desk
from bot.slack.intake.incoming import Doors
from bot.slack.messages.cards import unfurled
from bot.slack.messages.message import Frame, Request
from index.search import Searcher

MOST_LINKS = 5  # of one message
_log = logging.getLogger(__name__)


def register(app: App, desk: Desk, doors: Doors) -> None:
    """Listen to the addresses of the sites that the app's manifest names."""

    def claim(body: dict[str, Any], next: Callable[[], None]) -> None:
        event = body["event"]
        team_id = str(body.get("team_id") or "")
        if doors.of(body).open_to(team_id, str(event["channel"])) and desk.claim(f"event:{body['event_id']}"):
            desk.run("a card below an address", lambda: _show(desk, team_id, event), lambda _: None)
        next()

    app.event("link_shared", middleware=[claim])(_acknowledged)


def _show(desk: Desk, team_id: str, event: Mapping[str, Any]) -> None:
    """Show the cards of the talks that a message's addresses lead to, quietly: what is no talk shows nothing."""
    searcher = desk.audiences.of_channel(team_id, str(event["channel"]))
    urls = [str(link["url"]) for link in (event.get("links") or [])[:MOST_LINKS]]
    cards = {url: card for url in urls if (card := _card(url, searcher, desk))}
    if not cards:
        return
    try:
        delivery.unfurl(desk.workspaces.client(team_id), event, cards)
    except SlackApiError as error:
        _log.warning("a card below an address was not taken: %s", error.response.get("error"))


def _card(url: str, searcher: Searcher, desk: Desk) -> dict[str, Any] | None:
    rows = talks_at(url, searcher)
    if not rows:
        return None
    talk = searcher.build.stored_talks.rows[rows[0]]
    frame = Frame(Request(""), searcher, look=desk.composer.look)
    return {"blocks": unfurled(talk, talk_card(searcher, talk.talk_id), frame)}


def _acknowledged() -> None:
    """Do nothing more: the card is made on another thread."""
