"""The examination of the set-up at Slack: what is well is said to be, and each defect is named with the way out."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import Settings
from bot.slack.doctor import examine
from bot.slack.workspaces import SCOPES
from tests.bot.slack.conftest import make_settings
from tests.slack_server import LocalSlack


def test_the_doctor_finds_everything_well(slack: LocalSlack, tmp_path: Path, published: Path) -> None:
    """With a build, the right tokens and all scopes every finding is well."""
    findings = list(examine(make_settings(slack, tmp_path, published)))

    assert [finding.what for finding in findings] == [
        "index and model",
        "engine",
        "memory",
        "sources",
        "disk",
        "clock",
        "tokens",
        "bot token",
        "scopes",
        "Slack's clock",
        "socket",
    ]
    assert all(finding.well for finding in findings), findings


@pytest.mark.parametrize(
    ("wrong", "what", "said"),
    [
        ({"slack_bot_token": None}, "tokens", "SLACK_BOT_TOKEN is not set"),
        ({"slack_bot_token": SecretStr("xapp-1")}, "tokens", "does not begin with xoxb-"),
        ({"slack_bot_token": SecretStr("xoxb-wrong")}, "bot token", "invalid_auth"),
        ({"slack_app_token": SecretStr("xapp-wrong")}, "socket", "invalid_auth"),
        ({"slack_api_url": "http://127.0.0.1:9/api/"}, "bot token", "cannot be reached"),
    ],
)
def test_the_doctor_says_what_to_fix(
    slack: LocalSlack, settings: Settings, wrong: dict[str, object], what: str, said: str
) -> None:
    """Each defect is found under its name, with words that lead on."""
    found = {finding.what: finding for finding in examine(settings.model_copy(update=wrong))}

    assert not found[what].well
    assert said in found[what].said


@pytest.mark.parametrize(("off_s", "said"), [(400, "s ahead of Slack's"), (-400, "s behind Slack's")])
def test_the_doctor_compares_the_clock_with_slacks(
    slack: LocalSlack, tmp_path: Path, published: Path, off_s: float, said: str
) -> None:
    """A clock that Slack would refuse requests by is named with how far it is off."""
    settings = make_settings(slack, tmp_path, published)
    found = {finding.what: finding for finding in examine(settings, now=lambda: round(time.time()) + off_s)}

    assert not found["Slack's clock"].well
    assert said in found["Slack's clock"].said
    assert "NTP" in found["Slack's clock"].said


def test_the_doctor_finds_a_missing_build_and_scope(tmp_path: Path) -> None:
    """No build and a missing scope are both named, with the way out."""
    with LocalSlack(frozenset(SCOPES) - {"im:history"}) as slack:
        found = {
            finding.what: finding for finding in examine(make_settings(slack, tmp_path, tmp_path / "none"))
        }

    assert "confnotes ingest" in found["index and model"].said
    assert "lacks im:history" in found["scopes"].said
