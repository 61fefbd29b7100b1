"""The message shortcut "Ask the conference notes": slash commands do not work in threads, this does."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App

from bot.slack.desk.desk import Desk
from bot.slack.intake.incoming import Doors
from bot.slack.intake.jobs import Job
from bot.slack.messages import cards
from bot.slack.mrkdwn import words_of

CALLBACK_ID = "ask_notes"


def register(app: App, desk: Desk, doors: Doors) -> None:
    """Listen to the shortcut; its message is the question, its answer private, in the thread of the message."""

    def take(ack: Ack, body: dict[str, Any]) -> None:
        team_id, channel_id = str(body["team"]["id"]), str(body["channel"]["id"])
        job = Job(
            "shortcut",
            team_id,
            channel_id,
            body["user"]["id"],
            words_of(body["message"], doors.of(body).bot_user_id),
            thread_ts=str(body["message"].get("thread_ts") or ""),
            response_url=body["response_url"],
        )
        key = f"command:{body['trigger_id']}"
        if doors.of(body).open_to(team_id, channel_id):
            desk.accept([key], job)
        elif desk.claim(key):
            desk.run("refusing a shortcut", lambda: desk.tell(job, cards.not_here()), lambda _: None)
        ack()

    app.message_shortcut(CALLBACK_ID)(take)
