"""The agent experience: somebody pressed Stop in a conversation, or looks at another channel or message beside it."""

from __future__ import annotations

from typing import Any

from slack_bolt import App

from bot.slack.desk.sessions import Sessions


def register(app: App, sessions: Sessions) -> None:
    """Listen to the Stop button and to what people look at; only agent apps are sent these."""

    def stop(event: dict[str, Any], body: dict[str, Any]) -> None:
        thread = f"{body.get('team_id') or ''}:{event['channel']}:{event['thread_ts']}"
        sessions.stop(thread, str(event.get("event_ts") or ""))

    def look(event: dict[str, Any]) -> None:
        if user_id := event.get("user"):
            sessions.note_view(str(user_id), event.get("context") or {})

    app.event("agent_session_stopped")(stop)
    app.event("app_context_changed")(look)
