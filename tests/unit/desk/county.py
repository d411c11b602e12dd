"""A county small enough to hold in the head, whole enough that nothing in it is a stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from referral_engine.clock import VirtualClock
from referral_engine.desk.publishing import publish_first
from referral_engine.model import command as c
from referral_engine.model.issue import Issue, Location, Reporter
from referral_engine.model.plugin_settings import BreakerSettings, PluginSettings
from referral_engine.model.principal import ENGINE, Principal
from referral_engine.model.referral import Referral
from referral_engine.plugins.department import Department
from referral_engine.plugins.departments import Departments
from referral_engine.plugins.in_thread import InThread
from referral_engine.store import Keyring, Store
from referral_engine.trial.box import Box, open_box
from referral_engine.workspace import Workspace
from tests.databases import empty_store

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
"""Monday 09:00 in the county."""
NEVER = BreakerSettings(failures=1_000, window=1_000)
"""Departments that are called however often they fail: for what befalls a single call."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VILLAGE, GRID = "620922100200", "620922100200001"

CLERK = Principal("clerk", ("dispatcher",), "centre")
LEADER = Principal("leader", ("duty_leader",), "centre")
CALLER = Principal("caller", ("callback_officer",), "centre")
ADMIN = Principal("admin", ("administrator",), "centre")
AUDITOR = Principal("auditor", ("auditor",), "centre")
OFFICER = Principal("officer", ("officer",), "housing")
POLICEMAN = Principal("policeman", ("officer",), "police")
KEEPER = Principal("keeper", ("sealed_contact",), "discipline")

CONFIG = """\
county: {name: 测试县, zone: Asia/Shanghai}
organisation: org.yaml
rules: rules
calendar: {kind: china, override: calendar.yaml}
plugins: {folders: [], entry_points: false}
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
SLEEPLESS = CONFIG.replace("calendar.yaml}", 'calendar.yaml, quiet: "03:00-03:01"}')
"""For whoever goes by the real clock: what is told in the night would wait for the morning."""
ORG = """\
kind: organisation
hours: 24h
territories:
  - {code: "620922", name: 测试县}
  - {code: "620922100", name: 城关镇}
  - {code: "620922100200", name: 西关村}
  - {code: "620922100200001", name: 西关一网格}
units:
  - {id: centre, name: 县综治中心, kind: centre, territory: "620922"}
  - {id: xiguan, name: 西关村民委员会, kind: committee, territory: "620922100200"}
  - {id: discipline, name: 县纪委监委, kind: discipline, territory: "620922"}
  - {id: police, name: 县公安局, kind: department, territory: "620922"}
  - {id: housing, name: 县住建局, kind: department, territory: "620922"}
people:
  - {id: clerk, name: 调度员甲, posts: [{unit: centre, role: dispatcher}]}
  - {id: leader, name: 值班领导乙, posts: [{unit: centre, role: duty_leader}]}
  - {id: officer, name: 住建经办人, posts: [{unit: housing, role: officer}]}
  - {id: keeper, name: 密件联系人, posts: [{unit: discipline, role: sealed_contact}]}
"""
ROUTING = """\
kind: routing
rank: 10
hit: first
rules:
  - id: gas-leak
    name: 燃气泄漏
    when: {text: {contains: 燃气泄漏}}
    refer: {lead: housing, support: [police], whistle: emergency}
  - id: third-time
    name: 第三次反映
    when: {repeats: {same: [reporter, category], within: 90d, at_least: 3}}
    refer: {lead: centre}
  - id: accusation
    name: 检举控告
    when: {category: {under: X02}}
    refer: {lead: discipline}
  - id: housing
    name: 物业
    when: {category: {under: D15}}
    refer: {lead: housing}
default: {refer: {lead: "@county"}}
"""
ILL = """\
kind: routing
rank: 5
hit: all
rules:
  - id: canteen
    name: 同一食堂
    when: {category: {eq: E01}}
    link: incident
  - id: same-person
    name: 同一人再来
    when: {category: {eq: X01}}
    link: related
"""
CLAIM = """\
kind: escalation
rules:
  - id: claim-remind
    name: 催办
    on: {claim: 80%}
    remind: true
  - id: claim-late
    name: 逾期督办
    on: {claim: 100%}
    derive: late-claim
    supervise: true
  - id: claim-up
    name: 提级
    on: {claim: 150%}
    when: {flags: {has: late-claim}}
    step_up: "@county"
"""
CATEGORIES = """\
kind: categories
categories:
  D02: {label: 邻里}
  D15: {label: 物业}
  E01: {label: 食品安全}
  X01: {label: 信访}
  X02: {label: 检举控告}
"""
CALENDAR = "kind: calendar\ndays: {}\n"
WHISTLES = Path(__file__).parents[3] / "rules/whistles.yaml"

FILES = {
    "config.yaml": CONFIG,
    "org.yaml": ORG,
    "calendar.yaml": CALENDAR,
    "rules/routing.yaml": ROUTING,
    "rules/link.yaml": ILL,
    "rules/claim.yaml": CLAIM,
    "rules/categories.yaml": CATEGORIES,
    "rules/whistles.yaml": WHISTLES.read_text("utf-8"),
}


def make(folder: Path, **changed: str) -> Workspace:
    """The county in `folder`; a file of FILES by its name without folder and ending."""
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(changed.get(file.stem, text), "utf-8")
    return Workspace.open(folder / "config.yaml")


@contextmanager
def opened(folder: Path, start: datetime = START, **changed: str) -> Iterator[Box]:
    """An engine of the county that stands at `start`."""
    with TemporaryDirectory(prefix="referral-box-") as apart:
        file = Path(apart) / "box.db"
        file.write_bytes(empty_store())
        with open_box(make(folder, **changed), start, database=f"sqlite:///{file}") as box:
            yield box


@contextmanager
def staffed(
    folder: Path,
    *plugins: Department,
    keys: Keyring | None = None,
    clock: VirtualClock | None = None,
    breaker: BreakerSettings = NEVER,
    database: str = "",
) -> Iterator[Box]:
    """The same with these departments acting, in threads, on a store that stays in `folder` or in
    an empty `database`.
    """
    workspace = make(folder)
    file = folder / "box.db"
    if not (database or keys or file.exists()):
        file.write_bytes(empty_store())
    guard = InThread({each.id: each for each in plugins})
    profiles = {each.id: each.profile() for each in plugins}
    time = clock or VirtualClock(START)
    settings = PluginSettings(deadline=5.0, breaker=breaker)
    departments = Departments(guard, profiles, (), (), settings, lambda: time.now().timestamp())
    with Store.open(database or f"sqlite:///{file}", keys) as store, departments:
        box = Box(workspace, store, time, departments)
        publish_first(box.desk, "tester")
        yield box


def issue(text: str = "电梯坏了三天没有人修", **given: Any) -> Issue:
    """An issue for housing, received at START unless told otherwise."""
    asked: dict[str, Any] = {
        "channel": "hotline", "received_at": START, "category": "D15", "territory": GRID,
    }  # fmt: skip
    return Issue(text=text, **{**asked, **given})


def register(box: Box, given: Issue | None = None) -> str:
    """A new case; everything due at once is done. Its code."""
    code = box.register(given or issue(), ENGINE).case
    box.settle()
    return code


def lead(box: Box, code: str) -> Referral:
    """The lead's referral of a case."""
    found = box.case(code).lead()
    assert found is not None
    return found


def handled(box: Box, given: Issue) -> str:
    """A case that went the whole way: claimed, reported, reviewed, called back, closed."""
    code = register(box, given)
    part = lead(box, code)
    by = Principal("handler", ("officer",), part.unit)
    box.do(code, c.Claim(part.id), by)
    box.do(code, c.Contact(part.id, "打过电话"), by)
    box.do(code, c.Report(part.id, "修好了"), by)
    box.do(code, c.Review(passed=True), LEADER)
    box.do(code, c.CallBack(reached=True, resolved="yes", score=5), CALLER)
    box.do(code, c.Close(), LEADER)
    box.settle()
    return code


def by_name(name: str, phone: str, address: str = "") -> dict[str, Any]:
    """Who reports, for `issue`."""
    given: dict[str, Any] = {"reporter": Reporter(name=name, phone=phone)}
    return given | ({"location": Location(address=address)} if address else {})
