"""A small county to run commands in, and a runner that keeps stdout and stderr apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from referral_engine import cli

ROOT = Path(__file__).resolve().parents[3]

CONFIG = """\
county: {name: 测试县, zone: Asia/Shanghai}
database: sqlite:///var/referral.db
anchor: var/checkpoints.jsonl
organisation: org.yaml
rules: rules
calendar: {kind: weekdays}
plugins: {folders: [], entry_points: false}
intake: {auto_accept: true}
fields: {source: 来源}
flow:
  returns: 1
  return_within: 1wd
  transfers: 3
  reworks: 2
  tries: 3
  tries_apart: 0
  review_share: 100
  call_back_share: 100
  forward_suggested: true
  backdate: 3d
  objection: 15d
  recurrence: 90d
  recurrence_times: 3
  twin_likeness: 75
  twin_window: 3d
  representatives: 5
  confirmation: 30d
"""
ORG = """\
kind: organisation
hours: 24h
territories:
  - {code: "620922", name: 测试县}
  - {code: "620922100", name: 城关镇}
  - {code: "620922100200", name: 西关村}
units:
  - {id: centre, name: 县综治中心, kind: centre, territory: "620922"}
  - {id: chengguan, name: 城关镇综治中心, kind: centre, territory: "620922100"}
  - {id: xiguan, name: 西关村民委员会, kind: committee, territory: "620922100200"}
  - {id: discipline, name: 县纪委监委, kind: discipline, territory: "620922"}
  - {id: police, name: 县公安局, kind: department, territory: "620922"}
  - {id: housing, name: 县住建局, kind: department, territory: "620922"}
  - {id: justice, name: 县司法局, kind: department, territory: "620922"}
people:
  - {id: d1, name: 调度员甲, posts: [{unit: chengguan, role: dispatcher}]}
  - {id: l1, name: 值班领导乙, posts: [{unit: chengguan, role: duty_leader}]}
  - {id: h1, name: 住建经办人, posts: [{unit: housing, role: officer}]}
  - id: x1
    name: 兼职的人
    posts: [{unit: justice, role: officer}, {unit: police, role: officer}]
  - {id: s1, name: 密件联系人, posts: [{unit: discipline, role: sealed_contact}]}
"""
RULES = """\
kind: routing
hit: first
rules:
  - id: gas-leak
    name: 燃气泄漏
    basis: 城镇燃气管理条例
    when: {text: {contains: 燃气泄漏}}
    refer: {lead: housing, support: [police], whistle: emergency}
  - id: third-time
    name: 第三次反映
    when: {repeats: {same: [reporter, category], within: 90d, at_least: 3}}
    refer: {lead: centre}
  - id: suit
    name: 涉法涉诉
    when: {category: {under: X03}}
    redirect: litigation
  - id: housing
    name: 物业
    when: {category: {under: D15}}
    refer: {lead: housing}
default: {refer: {lead: "@township"}, why: 属地首接}
"""
SHARED = """\
kind: categories
categories:
  D02: {label: 邻里}
  D15: {label: 物业}
  X02: {label: 检举控告}
  X03: {label: 涉法涉诉}
"""
TESTS = """\
tests:
  - name: 物业归住建
    issue: {category: D15, text: 电梯坏了, received_at: 2026-11-02T09:00+08:00}
    expect: {rule: housing, lead: housing}
"""
ISSUES = [
    {
        "id": "1", "channel": "hotline", "received_at": "2026-11-02T09:00+08:00",
        "category": "D15", "territory": "620922100200", "text": "电梯坏了三天没有人修",
        "reporter": {"name": "张三丰", "phone": "13800001234"},
    },
    {
        "id": "2", "channel": "hotline", "received_at": "2026-11-02T09:05+08:00",
        "category": "D02", "territory": "620922100200", "text": "邻居把杂物堆在楼道里",
    },
]  # fmt: skip


class Ran(NamedTuple):
    """What a command said; `code` is its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Referral = Callable[..., Ran]


@pytest.fixture
def referral(capsys: pytest.CaptureFixture[str]) -> Referral:
    """`referral("case", "list")` runs that command in this process."""

    def run(*words: object) -> Ran:
        capsys.readouterr()
        code = cli.status([str(word) for word in words])
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of a few units and rules, which is the current directory."""
    files = {
        "config.yaml": CONFIG,
        "org.yaml": ORG,
        "rules/routing.yaml": RULES,
        "rules/categories.yaml": SHARED,
        "rules/tests/routing.yaml": TESTS,
        "rules/whistles.yaml": (ROOT / "rules/whistles.yaml").read_text("utf-8"),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    for variable in ("REFERRAL_CONFIG", "REFERRAL_DATABASE_URL", "REFERRAL_MASTER_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write(county: Path) -> Callable[..., Path]:
    """Writes issues as JSON lines into the county's folder."""

    def written(*issues: dict[str, Any], name: str = "issues.jsonl") -> Path:
        file = county / name
        lines = (json.dumps(issue, ensure_ascii=False) for issue in issues)
        file.write_text("\n".join(lines) + "\n", "utf-8")
        return file

    return written


@pytest.fixture
def cases(referral: Referral, write: Callable[..., Path]) -> list[str]:
    """The codes of two cases taken in: one with housing, one with the township's centre."""
    assert referral("intake", write(*ISSUES), "--backfill").code == 0
    listed = {line["category"]: line["code"] for line in referral("case", "list", "--json").json}
    return [listed["D15"], listed["D02"]]
