"""Thumbs: what people thought of an answer, and on 👎 a short reason in a form; reactions count too."""

from __future__ import annotations

import json
import logging
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.evaluation.golden import golden_fields
from bot.feedback import Verdict
from bot.slack.desk.desk import Desk
from bot.slack.intake.incoming import Doors
from bot.slack.listeners.buttons import Click, tell
from bot.slack.messages import cards, kit
from bot.slack.messages.message import Request

REASON_FORM = "feedback_reason"
_log = logging.getLogger(__name__)
_THUMBS = {"+1": "up", "thumbsup": "up", "-1": "down", "thumbsdown": "down"}


def register(app: App, desk: Desk, doors: Doors) -> None:
    """Listen to thumbs, to the form that follows on 👎, and to the same emoji as reactions."""

    def thumb(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        _take(desk, Click(body), body["trigger_id"], client)

    def added(event: dict[str, Any], body: dict[str, Any]) -> None:
        if found := _reaction(event, doors.of(body)):
            desk.feedback.add(Verdict(*found, reaction=True))

    def removed(event: dict[str, Any], body: dict[str, Any]) -> None:
        if found := _reaction(event, doors.of(body)):
            desk.feedback.take_back(*found)

    def reason(ack: Ack, body: dict[str, Any]) -> None:
        _note_reason(desk, ack, body)

    app.action("feedback")(thumb)
    app.view(REASON_FORM)(reason)
    app.event("reaction_added")(added)
    app.event("reaction_removed")(removed)


def _take(desk: Desk, click: Click, trigger_id: str, client: WebClient) -> None:
    """Keep a verdict, and ask on 👎 for a reason."""
    if not desk.claim(click.key):
        return
    verdict = "down" if json.loads(click.value).get("v") == "down" else "up"
    desk.run("feedback", lambda: _keep(desk, click, verdict), lambda message: tell(desk, click, message))
    if verdict == "down":
        # At once: a trigger is good for three seconds, too few to wait for a free worker.
        _ask_reason(client, trigger_id, click.message_key)


def _note_reason(desk: Desk, ack: Ack, body: dict[str, Any]) -> None:
    ack()
    fields = body["view"]["state"]["values"]["reason"]["text"]
    desk.feedback.add_reason(body["view"]["private_metadata"], body["user"]["id"], fields.get("value") or "")


def reason_form(message_key: str) -> kit.Json:
    """Ask what was wrong with an answer."""
    field = {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 500}
    return {
        "type": "modal",
        "callback_id": REASON_FORM,
        "private_metadata": message_key,
        "title": kit.plain("What was wrong?"),
        "submit": kit.plain("Send"),
        "close": kit.plain("Skip"),
        "blocks": [
            {
                "type": "input",
                "block_id": "reason",
                "optional": True,
                "label": kit.plain("In a few words"),
                "element": field,
            }
        ],
    }


def _reaction(event: dict[str, Any], doors: Doors) -> tuple[str, str, str] | None:
    """Return the message, the person and the verdict of a thumb below one of the bot's messages, None for others."""
    verdict = _THUMBS.get(str(event.get("reaction", "")).split("::")[0])
    item = event.get("item", {})
    if verdict is None or event.get("item_user") != doors.bot_user_id or item.get("type") != "message":
        return None
    return f"{item['channel']}:{item['ts']}", str(event["user"]), verdict


def _ask_reason(client: WebClient, trigger_id: str, message_key: str) -> None:
    """Open the form; where the click came too late for one, the verdict is kept without a reason."""
    try:
        client.views_open(trigger_id=trigger_id, view=reason_form(message_key))
    except (SlackApiError, OSError) as error:
        _log.warning(
            "the form for a reason could not be opened: %s",
            error.response.get("error") if isinstance(error, SlackApiError) else error,
        )


def _keep(desk: Desk, click: Click, verdict: str) -> None:
    request = Request.from_value(click.value)
    answer = desk.composer.compose(request, click.searcher(desk)).answer
    desk.feedback.add(
        Verdict(
            click.message_key,
            click.user_id,
            verdict,
            question=request.text if desk.keeps_questions else None,
            build=answer.build if answer else None,
            quotes=tuple(quote.passage_id for quote in answer.quotes) if answer else (),
            hits=tuple(hit.passage.passage_id for hit in answer.hits) if answer else (),
            golden=golden_fields(answer, request.history) if answer and desk.keeps_questions else {},
        )
    )
    tell(
        desk,
        click,
        cards.note("Thank you. Your verdict is kept with the question, to make the next version better."),
    )
