"""The systemd units: commands and variables that the program has, and hardened alike."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

from confnotes import main
from tests.conftest import ROOT
from tests.deploy.settings import SECRETS, VARIABLES

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))


def service(path: Path) -> configparser.SectionProxy:
    """Return a unit's description of its process."""
    unit = configparser.RawConfigParser(strict=False)  # a key may stand twice
    unit.optionxform = str  # type: ignore[assignment, method-assign]  # names are of two cases
    unit.read_string(path.read_text("utf-8"))
    return unit["Service"]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_what_exists(path: Path) -> None:
    """Commands and options are the program's, variables are settings and no secrets."""
    found = service(path)
    calls = [
        call
        for key in ("ExecStartPre", "ExecStart")
        for call in re.findall(r"bin/confnotes ([a-z]+)([^|;']*)", found.get(key, ""))
    ]
    variables = set(re.findall(r"([A-Z_]+)=", found.get("Environment", "")))

    assert calls
    for name, words in calls:
        options = {option for word in main.commands[name].params for option in word.opts}
        assert set(re.findall(r"--[a-z-]+", words)) <= options
    assert variables <= VARIABLES - SECRETS


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_writes_where_the_builds_are_only(path: Path) -> None:
    """No unit gains rights or writes outside its data, and none is started again after wrong usage."""
    found = service(path)

    assert found["User"] == "confnotes"
    assert found["NoNewPrivileges"] == "yes"
    assert found["ProtectSystem"] == "strict"
    assert found["ReadWritePaths"] == "/srv/confnotes/data"
    assert found["RestartPreventExitStatus"] == "2"


def test_the_nightly_unit_tells_the_exit_statuses_apart() -> None:
    """The job counts 3 as success and tries again what was not published, once a day it is started."""
    found = service(ROOT / "deploy" / "systemd" / "confnotes-ingest.service")
    timer = (ROOT / "deploy" / "systemd" / "confnotes-ingest.timer").read_text("utf-8")

    assert (found["SuccessExitStatus"], found["Restart"]) == ("3", "on-failure")
    assert "--wait" in found["ExecStart"]
    assert timer.count("OnCalendar=") == 1
