"""`agent_session_stopped`: somebody pressed Stop in a conversation with the agent."""

from __future__ import annotations

from typing import Any

from slack_bolt import App

from bot.slack.desk.sessions import Sessions


def register(app: App, sessions: Sessions) -> None:
    """Listen to the Stop button; only agent apps are sent this."""

    def stop(event: dict[str, Any], body: dict[str, Any]) -> None:
        thread = f"{body.get('team_id') or ''}:{event['channel']}:{event['thread_ts']}"
        sessions.stop(thread, str(event.get("event_ts") or ""))

    app.event("agent_session_stopped")(stop)
