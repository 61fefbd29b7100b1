"""The app manifests are what Slack takes, and ask for exactly what the listeners need."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.slack.listeners.shortcuts import CALLBACK_ID
from bot.slack.workspaces import AGENT_SCOPE, SCOPES

ROOT = Path(__file__).resolve().parents[3]
NAMES = ("manifest.json", "manifest.http.json", "manifest.agent.json")
AGENT_EVENTS = {"agent_session_stopped", "app_context_changed"}
BY_CHOICE = {"link_shared"}  # set up by hand, with the sites' names
# The scope that Slack asks for before it sends an event (https://docs.slack.dev/reference/events).
NEEDED_BY_EVENT = {
    "agent_session_stopped": AGENT_SCOPE,
    "app_context_changed": None,
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
}


def manifest_of(name: str) -> dict[str, Any]:
    """Read a manifest."""
    manifest: dict[str, Any] = json.loads((ROOT / "deploy/slack" / name).read_text(encoding="utf-8"))
    return manifest


@pytest.mark.shared
@pytest.mark.parametrize("name", NAMES)
def test_the_manifest_is_valid_by_slacks_schema(name: str, shared: Path) -> None:
    """Slack's own schema for manifests finds nothing wrong."""
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    schema = json.loads((shared / "reference/slack-manifest.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)

    assert [error.message for error in validator.iter_errors(manifest_of(name))] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_manifest_asks_for_exactly_what_the_listeners_need(name: str) -> None:
    """Every event has a listener and every listener its event; each scope is needed by an event, the command or the answers."""
    agent = name == "manifest.agent.json"
    manifest = manifest_of(name)
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "bot/slack/listeners").glob("*.py")
    )
    listened = (
        set(re.findall(r"app\.event\(\"(\w+)\"", source)) - BY_CHOICE - (set() if agent else AGENT_EVENTS)
    )

    assert {event.split(".")[0] for event in events} == listened
    by_events = {NEEDED_BY_EVENT[event] for event in events} - {None}
    assert set(scopes) == by_events | {"chat:write", "commands", "im:write"}
    assert set(scopes) == {*SCOPES, *([AGENT_SCOPE] if agent else [])}
    assert [shortcut["callback_id"] for shortcut in manifest["features"]["shortcuts"]] == [CALLBACK_ID]
    assert manifest["settings"]["socket_mode_enabled"] is (name != "manifest.http.json")
    assert ("agent_view" in manifest["features"]) is agent


def test_the_variants_differ_in_nothing_else() -> None:
    """The agent's manifest is the ordinary one with the agent experience added."""
    plain, agent = manifest_of("manifest.json"), manifest_of("manifest.agent.json")
    agent["features"].pop("agent_view")
    agent["oauth_config"]["scopes"]["bot"].remove(AGENT_SCOPE)
    events = agent["settings"]["event_subscriptions"]
    events["bot_events"] = [event for event in events["bot_events"] if event not in AGENT_EVENTS]

    assert agent == plain
