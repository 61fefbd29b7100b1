"""The compose file: in step with the program, and no container holds a secret that it has no use for."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from confnotes import main
from tests.conftest import ROOT
from tests.deploy.settings import SECRETS, VARIABLES

COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# What each may know; the page checks what Slack signs for assistants (docs/web.md), and the job signs what the others check.
NEEDED = {
    "ingest": {"CONFNOTES_REPORT_WEBHOOK", "CONFNOTES_BUILD_KEY", "CONFNOTES_QDRANT_API_KEY"},
    "bot": {one for one in SECRETS if one.startswith("SLACK_")}
    | {"CONFNOTES_STORE", "CONFNOTES_INSTALLATIONS_KEY", "CONFNOTES_BUILD_KEY", "CONFNOTES_QDRANT_API_KEY"},
    "web": {"CONFNOTES_WEB_TOKEN", "CONFNOTES_BUILD_KEY", "CONFNOTES_QDRANT_API_KEY", "SLACK_SIGNING_SECRET"},
}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_knows_its_own_secrets_only(name: str) -> None:
    """Of all secrets that the program has, those that a service does not need are blanked, and the others are not."""
    environment = SERVICES[name]["environment"]
    assert environment.keys() <= VARIABLES
    assert {key for key, value in environment.items() if value == ""} == SECRETS - NEEDED[name]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_runs_a_command_that_exists(name: str) -> None:
    """The command is one of the program's, with options that it has."""
    program, command, *words = SERVICES[name]["command"]
    options = {option for parameter in main.commands[command].params for option in parameter.opts}

    assert program == "confnotes"
    assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_closed(name: str) -> None:
    """Nothing is written outside volumes, no capability is kept, and ports open on this machine only."""
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert {volume.split(":")[0] for volume in service["volumes"]} <= {"data", "../notes"}
    assert (ROOT / "deploy" / "../notes").is_dir()


def test_one_container_repeats_the_job() -> None:
    """The job, the bot and the page have the same builds, and only the job and the bot write beside them."""
    assert SERVICES["ingest"]["command"] == ["confnotes", "ingest", "--every", "24h"]
    assert {one["environment"]["CONFNOTES_INDEX_DIR"] for one in SERVICES.values()} == {"/data/index"}
    assert "data:/data:ro" in SERVICES["web"]["volumes"]
