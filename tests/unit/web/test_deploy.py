"""Alert rules and dashboard ask for what there is, and fire when they should."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from referral_engine.trial.box import Box
from referral_engine.web.metrics import registry
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
TESTED = DEPLOY / "prometheus" / "alerts_test.yaml"
DASHBOARD = DEPLOY / "grafana" / "referral.json"
GUIDE = ROOT / "docs" / "monitoring.md"
SUFFIXES = {
    "counter": ("_total",),
    "histogram": ("_bucket", "_sum", "_count"),
    "info": ("_info",),
    "gauge": ("",),
}
METRIC = re.compile(r"\breferral_[a-z0-9_]+")
SELECTED = re.compile(r"(referral_[a-z0-9_]+)\s*\{([^}]*)\}")
GROUPED = re.compile(r"\bby \(([^)]*)\)")
SCRAPED = {"instance", "job"}
"""Labels that Prometheus itself adds."""


@pytest.fixture
def exported(box: Box) -> dict[str, set[str]]:
    """The labels of every metric the real registry has, by name as asked for."""
    found: dict[str, set[str]] = {}
    for family in registry(box.desk, box.runner).collect():
        labels = set(getattr(family, "_labelnames", ())) | {
            label for sample in family.samples for label in sample.labels
        }
        for suffix in SUFFIXES[family.type]:
            found[family.name + suffix] = labels | ({"le"} if suffix == "_bucket" else set())
    return found


def alerts() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    return found


def queries() -> Iterator[tuple[str, str]]:
    for rule in alerts():
        yield rule["alert"], rule["expr"]
    for panel in panels():
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


def test_every_query_asks_for_what_there_is(exported: dict[str, set[str]]) -> None:
    asked = list(queries())
    assert len(asked) > 30
    unknown = {(where, m) for where, expr in asked for m in METRIC.findall(expr)} - {
        (where, m) for where, _expr in asked for m in exported
    }
    assert unknown == set()


def test_every_label_asked_for_is_one(exported: dict[str, set[str]]) -> None:
    wrong = []
    for where, expr in queries():
        known = set().union(*(exported[m] for m in METRIC.findall(expr))) | SCRAPED
        for metric, selection in SELECTED.findall(expr):
            labels = set(re.findall(r"(\w+)\s*[=!]", selection))
            wrong += [(where, each) for each in labels - exported[metric] - SCRAPED]
        for grouped in GROUPED.findall(expr):
            wrong += [(where, each) for each in set(re.split(r",\s*", grouped)) - known]
    assert wrong == []


def test_every_metric_is_shown_or_watched(exported: dict[str, set[str]]) -> None:
    """What nobody looks at had better not be measured."""
    used = {metric for _where, expr in queries() for metric in METRIC.findall(expr)}
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in exported}
    seen = {re.sub(r"_(bucket|sum|count)$", "", name) for name in used}
    assert {name for name in families - seen if name.startswith("referral_")} == set()


def test_every_metric_and_alert_stands_in_the_guide(exported: dict[str, set[str]]) -> None:
    guide = GUIDE.read_text("utf-8")
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in exported}
    told = {name for name in families if name.startswith("referral_")}
    missing = {name for name in told if f"`{name}`" not in guide}
    missing |= {rule["alert"] for rule in alerts() if f"`{rule['alert']}`" not in guide}
    assert missing == set()


def test_every_alert_says_how_bad_it_is_and_what_to_do() -> None:
    for rule in alerts():
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}, rule["alert"]
        assert set(rule["annotations"]) == {"summary", "description"}, rule["alert"]


def test_every_alert_is_tested_both_ways() -> None:
    fires, rests = set(), set()
    for test in yaml.safe_load(TESTED.read_text("utf-8"))["tests"]:
        for asked in test["alert_rule_test"]:
            (fires if asked.get("exp_alerts") else rests).add(asked["alertname"])
    names = {rule["alert"] for rule in alerts()}
    assert fires == names
    assert rests == names


def test_panels_do_not_lie_on_each_other() -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in panels():
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24, panel["title"]
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert taken.setdefault((x, y), panel["title"]) == panel["title"]
    assert len({panel["id"] for panel in panels()}) == len(panels())


@pytest.mark.parametrize("words", [("check", "rules", ALERTS), ("test", "rules", TESTED)])
def test_promtool_accepts_the_rules_and_their_tests(words: tuple[str, str, Path]) -> None:
    beside = Path(sys.executable).with_name("promtool")
    promtool = str(beside) if beside.exists() else shutil.which("promtool")
    if promtool is None:
        pytest.skip("no promtool: it comes with Debian's package prometheus")
    done = subprocess.run(
        [promtool, *map(str, words)], capture_output=True, text=True, check=False, timeout=60,
        cwd=ALERTS.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
