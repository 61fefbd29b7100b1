"""`/kubecon`: the slash command, answered to the asker alone."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App

from bot.slack.desk.desk import Desk
from bot.slack.intake.incoming import Doors
from bot.slack.intake.jobs import Job
from bot.slack.messages import cards
from bot.slack.mrkdwn import read


def register(app: App, desk: Desk, doors: Doors, command: str) -> None:
    """Listen to the command by its configured name."""

    def take(ack: Ack, body: dict[str, Any]) -> None:
        if not doors.of(body).open_to(str(body.get("team_id", "")), str(body["channel_id"])):
            ack(cards.NOT_HERE)
            return
        job = Job(
            kind="command",
            team_id=str(body.get("team_id", "")),
            channel_id=body["channel_id"],
            user_id=body["user_id"],
            text=read(body.get("text") or "", doors.bot_user_id),
            response_url=body["response_url"],
        )
        desk.accept([f"command:{body['trigger_id']}"], job)
        ack()

    app.command(command)(take)
