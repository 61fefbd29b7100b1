"""The dashboard and the alert rules: they parse, each alert fires on what it is for, and each leads to what to do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

ALERTS = ROOT / "deploy" / "observability" / "alerts.yaml"
ALERTS_TESTS = [ROOT / "tests" / "deploy" / f"alerts{which}_test.yaml" for which in ("", "_of_days")]
DASHBOARD: dict[str, Any] = json.loads(
    (ROOT / "deploy" / "observability" / "dashboard.json").read_text("utf-8")
)
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(ALERTS.read_text("utf-8"))["groups"] for rule in group["rules"]
]
METRIC = re.compile(r"\b(?:confnotes|process|python)_[a-z0-9_]+")


def promtool(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run promtool, or skip."""
    if (program := shutil.which("promtool")) is None:
        pytest.skip("promtool is not installed (Debian's package prometheus)")
    return subprocess.run(
        [program, *arguments], input=given, capture_output=True, text=True, cwd=ROOT, check=False
    )


def lint(page: str) -> str:
    """Return what promtool dislikes in a page of metrics; nothing where it is not installed."""
    if shutil.which("promtool") is None:
        return ""
    done = promtool("check", "metrics", given=page)
    return done.stdout + done.stderr


def expressions() -> list[str]:
    """Return the dashboard's expressions as they are sent for one job."""
    found = [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", ())]
    found += [one["expr"] for one in DASHBOARD["annotations"]["list"]]
    return [one.replace("$job", "confnotes").replace("$__rate_interval", "5m") for one in found]


def named() -> set[str]:
    """Return the metrics that the dashboard and the rules name."""
    return {
        name for expr in [*expressions(), *(rule["expr"] for rule in RULES)] for name in METRIC.findall(expr)
    }


def test_the_rules_are_rules() -> None:
    """Prometheus takes the rules, and the dashboard's expressions as such."""
    done = promtool("check", "rules", str(ALERTS))

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboards_expressions_are_expressions(tmp_path: Path) -> None:
    """Prometheus reads every expression of the dashboard."""
    rules = [{"record": f"panel:{number}", "expr": expr} for number, expr in enumerate(expressions())]
    file = tmp_path / "panels.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), encoding="utf-8")
    done = promtool("check", "rules", str(file))

    assert len(rules) > 30
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_fires_on_what_it_is_for() -> None:
    """By Prometheus's own unit tests: each alert fires on its trouble, none while all is well."""
    done = promtool("test", "rules", *map(str, ALERTS_TESTS))
    tests = [test for file in ALERTS_TESTS for test in yaml.safe_load(file.read_text("utf-8"))["tests"]]
    fires = {one["alertname"] for test in tests for one in test["alert_rule_test"] if one["exp_alerts"]}

    assert done.returncode == 0, done.stdout + done.stderr
    assert fires == {rule["alert"] for rule in RULES}


def test_each_alert_leads_to_what_to_do() -> None:
    """Every alert names a section of docs/operations.md, and every such section is that of an alert."""
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    sections = {heading.lower() for heading in re.findall(r"^### (Confnotes\w+)$", page, re.MULTILINE)}
    led_to = [rule["annotations"]["runbook"] for rule in RULES]

    assert sorted(led_to) == sorted(f"docs/operations.md#{section}" for section in sections)
    for rule in RULES:
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert rule["annotations"]["summary"]


def test_the_dashboards_panels_do_not_overlap() -> None:
    """Panels have titles and ids of their own, and places that do not overlap."""
    panels = DASHBOARD["panels"]
    taken: dict[tuple[int, int], str] = {}
    for panel in panels:
        at = panel["gridPos"]
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert (x, y) not in taken, f"{panel['title']} lies on {taken[x, y]}"
                taken[x, y] = panel["title"]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["title"] for panel in panels)
