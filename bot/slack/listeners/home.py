"""`app_home_opened`: what the notes cover, how to ask, and how old they are."""

from __future__ import annotations

from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from bot.answering.rendering import counted, place
from bot.slack.desk.desk import Desk
from bot.slack.desk.sessions import suggest
from bot.slack.messages.home import home_view
from bot.slack.messages.message import Frame, Request

WEEK_DAYS = 7.0
MOST_LACKING = 10


def register(app: App, desk: Desk) -> None:
    """Listen to the Home tab being opened, and in an agent app to the Messages tab."""

    def publish(event: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        team_id = str(body.get("team_id") or "")
        if event.get("tab") != "home":
            if desk.sessions is not None:
                desk.sessions.note_view(event["user"], event.get("context") or {})
                searcher = desk.audiences.of_person(team_id)
                desk.run(
                    "suggested prompts", lambda: suggest(client, event["channel"], searcher), lambda _: None
                )
            return
        desk.run("the Home tab", lambda: _show(client, event["user"], team_id, desk), lambda _: None)

    app.event("app_home_opened")(publish)


def _show(client: WebClient, user_id: str, team_id: str, desk: Desk) -> None:
    """Publish a person's Home tab."""
    frame = Frame(Request(""), desk.audiences.of_person(team_id), look=desk.composer.look)
    desk.teller.arrivals.note(desk.audiences.of_person(""))  # what there is now is not new the next time
    new = desk.teller.arrivals.look(user_id, frame.searcher)
    lacking = desk.feedback.lacking(WEEK_DAYS) if user_id in desk.curators else []
    view = home_view(
        frame,
        desk.composer.command,
        trouble=desk.composer.live.trouble,
        watches=[watch.phrase for watch in desk.teller.watches.all(user_id) if watch.team_id == team_id],
        new=[" · ".join(part for part in (talk.title, place(talk)) if part) for talk in new],
        lacking=[f"{one.topic} ({counted(one.times, 'time')})" for one in lacking[:MOST_LACKING]],
    )
    client.views_publish(user_id=user_id, view=view)
