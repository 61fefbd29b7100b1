"""The message shortcut "Ask the conference notes": slash commands do not work in threads, this does."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App

from bot.slack.desk.desk import Desk
from bot.slack.intake.incoming import Doors
from bot.slack.intake.jobs import Job
from bot.slack.mrkdwn import read

CALLBACK_ID = "ask_notes"


def register(app: App, desk: Desk, doors: Doors) -> None:
    """Listen to the shortcut; its message is the question, its answer private."""

    def take(ack: Ack, body: dict[str, Any]) -> None:
        team_id, channel_id = str(body["team"]["id"]), str(body["channel"]["id"])
        if doors.of(body).open_to(team_id, channel_id):
            text = read(body["message"].get("text") or "", doors.bot_user_id)
            job = Job(
                "command", team_id, channel_id, body["user"]["id"], text, response_url=body["response_url"]
            )
            desk.accept([f"command:{body['trigger_id']}"], job)
        ack()

    app.message_shortcut(CALLBACK_ID)(take)
