"""A case played through pure decisions: no store, no runner, only `decide` and a clock by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest

from referral_engine.errors import Refused
from referral_engine.flow.access import sight
from referral_engine.flow.apply import replay
from referral_engine.flow.decide import decide
from referral_engine.flow.draft import Setting
from referral_engine.flow.facts import Facts
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.deadline import Deadline
from referral_engine.model.event import Event, event_name
from referral_engine.model.issue import Issue
from referral_engine.model.outcome import Call, FollowUp, Notice, Resolution
from referral_engine.model.principal import ENGINE, Principal, Role
from referral_engine.model.referral import Referral
from referral_engine.model.target import Target
from referral_engine.rules.load import load_sources
from referral_engine.workspace import Workspace

__all__ = ["CODE", "RULES", "Play", "at", "by", "reporter", "setting", "to", "workspace"]

ROOT = Path(__file__).resolve().parents[3]
ZONE = ZoneInfo("Asia/Shanghai")
CODE = "6209222026101200000001"
T = TypeVar("T")

RULES: dict[str, str] = {
    "clocks.yaml": """
kind: whistles
whistles:
  routine: {claim: 2wh, contact: 1d, report: 5wd}
  joint: {claim: 2wh, contact: 1d, confer: 24h, report: 3wd}
  emergency: {claim: 15m, contact: 30m, arrive: 30m, report: 24h}
dispatch: {claim: 2wh, contact: 1d, report: 5wd}
case: {answer: 60d, accept: 1wd, designate: 1wd, sign: 1wd, review: 1wd, call_back: 3wd,
       close: 2wd, archive: 30d, supervise: 2wd, confer: 24h}
""",
    "categories.yaml": """
kind: categories
categories: {D01: 家庭, D02: 邻里, D10: 欠薪, D12: 消费, D20: 说不准, E01: 事件, M01: 市容,
             M04: 噪声, P05: 户籍, Q01: 咨询, S03: 燃气, X01: 信访, X02: 检举控告, X03: 涉法涉诉}
""",
    "paths.yaml": """
kind: path
paths:
  - id: mediation
    name: 调解
    steps:
      - id: mediate
        name: 调解
        within: {mediate: {30d: claimed}}
        on: {success: {outcome: mediated}, failure: {next: guide, outcome: not_mediated}}
      - id: guide
        name: 告知
        refer: {lead: legal_aid}
        within: {report: 3wd}
        on: {success: {outcome: guided}, failure: {outcome: not_mediated}}
      - id: enforce
        name: 申请执行
        begins: perform
        refer: {lead: legal_aid}
        on: {success: {outcome: guided}}
  - id: petition
    name: 信访
    steps:
      - id: handle
        name: 办理
        within: {accept: {15d: received}, report: 60d}
        decline: 5wd
        extend: {report: 30d}
        stops: []
        on: {objection: {next: review, within: 30d}}
      - id: review
        name: 复查
        refer: {lead: county_government}
        within: {report: 30d}
        extend: {}
        stops: []
        on: {objection: {next: re-examine, within: 30d}}
      - id: re-examine
        name: 复核
        refer: {lead: petitions}
        within: {report: 30d}
        stops: [hearing]
        final: yes
""",
    "prepare.yaml": """
kind: routing
rank: 1
hit: all
rules:
  - id: violence
    name: 家暴
    when: {text: {contains: 家暴}}
    seal: domestic_violence
  - id: face
    name: 人脸
    when: {text: {contains: 人脸}}
    seal: privacy
  - id: same-event
    name: 同一事件
    when: {category: {eq: E01}}
    link: incident
  - id: mediated
    name: 调解
    when: {category: {eq: D02}}
    path: mediation
  - id: petitioned
    name: 信访
    when: {category: {eq: X01}}
    path: petition
""",
    "decide.yaml": """
kind: routing
rank: 9
hit: first
rules:
  - {id: accused, name: 检举, when: {category: {eq: X02}}, refer: {lead: discipline}}
  - {id: judicial, name: 涉法涉诉, when: {category: {eq: X03}}, redirect: political_legal}
  - {id: petition, name: 信访, when: {category: {eq: X01}}, refer: {lead: housing}}
  - {id: outside, name: 不归这里, when: {category: {eq: Q01}}, reject: outside_remit}
  - id: gas
    name: 燃气
    when: {category: {eq: S03}}
    refer: {lead: gas_company, support: [{to: fire, required: true}, housing], whistle: emergency}
  - {id: grid, name: 网格, when: {category: {eq: M01}}, refer: {lead: "@grid"}}
  - {id: noise, name: 噪声, when: {category: {eq: M04}}, refer: {lead: ecology, support: [police]}}
  - {id: wages, name: 欠薪, when: {category: {eq: D10}},
     refer: {lead: human_resources, support: [housing], whistle: joint}}
  - {id: police, name: 户籍, when: {category: {eq: P05}}, refer: {lead: police}}
  - id: unsure
    name: 说不准
    when: {category: {eq: D20}}
    suggest: [{to: housing, share: 0.5}, {to: "@township", share: 0.3}, {to: police, share: 0.1}]
default: {refer: {lead: "@township"}}
""",
    "escalate.yaml": """
kind: escalation
rules:
  - {id: remind, name: 催办, on: [{claim: 80%}, {report: 80%}], remind: true}
  - {id: late-claim, name: 逾期, on: {claim: 100%}, derive: late-claim, supervise: true}
  - {id: up, name: 提级, on: {claim: 150%}, when: {flags: {has: late-claim}}, step_up: true}
  - {id: late-report, name: 逾期, on: {report: 100%}, derive: late-report, notify: "@centre"}
  - {id: card, name: 黄牌, on: {report: 150%}, when: {flags: {has: late-report}},
     recommend: {step: yellow_card, against: lead}}
  - {id: disputed, name: 争议, on: declined, priority: 1, step_up: "@common_superior",
     when: {all: [{category: {eq: X01}}, {returns: {gte: 2}}]}}
  - {id: unhappy, name: 不满意, on: unhappy, notify: "@centre"}
  - {id: again, name: 复发, on: recurred, supervise: ["@lead"]}
""",
}


def at(text: str) -> datetime:
    """``10-12 09:00`` local time of 2026 (or with its year), as UTC."""
    written = text if text.count("-") == 2 else f"2026-{text}"
    return datetime.fromisoformat(written).replace(tzinfo=ZONE).astimezone(UTC)


def by(role: Role, unit: str, id: str = "") -> Principal:
    """Somebody in a post; the same name is the same person."""
    return Principal(id or f"{role}@{unit}", (role,), unit)


def reporter(digest: str = "r1") -> Principal:
    return Principal(digest, ("reporter",))


def to(unit: str) -> Target:
    """A unit, or with @ a relative one."""
    return Target(relative=unit[1:]) if unit.startswith("@") else Target(unit=unit)


@cache
def workspace() -> Workspace:
    """The shipped organisation, calendar and limits; the rules are the few above."""
    return Workspace.open(ROOT / "config.yaml")


@cache
def setting(silent: bool = False) -> Setting:
    """What decisions stand on; `silent` leaves out every escalation rule."""
    ws = workspace()
    sources = {k: v for k, v in RULES.items() if not (silent and k == "escalate.yaml")}
    rules = load_sources(sources, ws.fields, ws.names)
    return ws.setting(ws.activate(rules), {})


class Play:
    """One case. Everything that decisions yield is gathered, oldest first."""

    def __init__(self, when: str = "10-12 09:00", *, silent: bool = False, **issue: Any) -> None:
        self.now = at(when)
        self.setting = setting(silent)
        self.downtime: tuple[tuple[datetime, datetime], ...] = ()
        self.events: list[Event] = []
        self.calls: list[Call] = []
        self.notices: list[Notice] = []
        self.follow_ups: list[FollowUp] = []
        self._case: Case | None = None
        options = {k: issue.pop(k) for k in ("auto_accept", "follows", "sealed") if k in issue}
        facts = issue.pop("facts", {})
        who = issue.pop("who", ENGINE)
        values = {"channel": "hotline", "received_at": self.now, "category": "M04",
                  "territory": "620922100001001", "text": "隔壁太吵", **issue}  # fmt: skip
        self.issue = Issue(**values)
        known = {"code": CODE, "issue": self.issue, "reporter": "r1", **facts}
        self._decide(c.Register(self.issue, **options), who, facts=Facts(**known))

    @property
    def case(self) -> Case:
        assert self._case is not None
        return self._case

    # -- doing --------------------------------------------------------------------------------
    def do(
        self, command: c.Command, who: Principal, *, happened: str = "", **facts: Any
    ) -> Resolution | None:
        """One command now. Raises Refused."""
        known = Facts(downtime=self.downtime, issue=self.issue, **facts)
        return self._decide(command, who, at(happened) if happened else None, known)

    def refused(self, command: c.Command, who: Principal, **options: Any) -> str:
        """The code with which the command is refused; nothing may have changed."""
        before = self.case
        with pytest.raises(Refused) as caught:
            self.do(command, who, **options)
        assert self.case == before
        assert caught.value.message
        return caught.value.code

    def until(self, when: str) -> Play:
        """Lets time pass: every moment at which something is due is a tick of its own."""
        end = at(when)
        while (due := self.case.next_at()) is not None and due <= end:
            self.now = max(due, self.now)
            self.do(c.Tick(), ENGINE)
        self.now = end
        return self

    def later(self, **by: float) -> Play:
        end = self.now + timedelta(**by)
        return self.until(end.astimezone(ZONE).strftime("%Y-%m-%d %H:%M"))

    def _decide(
        self, command: c.Command, who: Principal, happened: datetime | None = None,
        facts: Facts | None = None,
    ) -> Resolution | None:  # fmt: skip
        request = c.Request(CODE, command, who, happened_at=happened)
        resolution = decide(self._case, request, facts or Facts(), self.setting, self.now)
        if resolution is None:
            return None
        self._case = resolution.case
        self.events += resolution.events
        self.calls += resolution.calls
        self.notices += resolution.notices
        self.follow_ups += resolution.follow_ups
        assert replay(self.events) == self._case, "a projection is the fold of its events"
        return resolution

    # -- looking ------------------------------------------------------------------------------
    def kinds(self) -> list[str]:
        return [event_name(event.body) for event in self.events]

    def bodies(self, kind: type[T]) -> list[T]:
        return [event.body for event in self.events if isinstance(event.body, kind)]

    def referral(self, unit: str) -> Referral:
        """The unit's latest."""
        return next(r for r in reversed(self.case.referrals) if unit in r.units)

    def lead(self) -> Referral:
        found = self.case.lead()
        assert found is not None
        return found

    def clock(self, name: str, unit: str = "") -> Deadline:
        """The latest clock of this name, of the case or of a unit."""
        ids = {r.id for r in self.case.referrals if unit in r.units} if unit else {""}
        return next(
            d for d in reversed(self.case.deadlines) if d.name == name and d.referral in ids
        )

    def due(self, name: str, unit: str = "") -> str:
        """When it ends, local, as ``10-12 11:00``."""
        due = self.clock(name, unit).due
        return due.astimezone(ZONE).strftime("%m-%d %H:%M") if due else ""

    def open_clocks(self) -> list[str]:
        return sorted(d.name for d in self.case.deadlines if d.open)

    def told(self, who: str) -> list[str]:
        return [notice.subject for notice in self.notices if notice.to == who]

    def sees(self, who: Principal) -> str:
        return sight(who, self.case, self.setting.org)

    # -- usual ways ---------------------------------------------------------------------------
    def officer(self, unit: str = "") -> Principal:
        """An officer of the unit's station that acts here, by default of the lead's."""
        referral = self.referral(unit) if unit else self.lead()
        return by("officer", referral.station)

    def claimed(self) -> Play:
        self.do(c.Claim(self.lead().id), self.officer())
        return self

    def reported(self, outcome: str = "solved") -> Play:
        if self.lead().state == "offered":
            self.claimed()
        self.do(c.Report(self.lead().id, "done", outcome), self.officer())
        return self

    def reviewed(self) -> Play:
        self.reported()
        self.do(c.Review(passed=True), REVIEWER)
        return self

    def called_back(self, resolved: Any = "yes", score: int = 5) -> Play:
        self.do(c.CallBack(reached=True, resolved=resolved, score=score), CALLER)
        return self

    def closed(self) -> Play:
        self.reviewed().called_back()
        self.do(c.Close(), CENTRE)
        return self


CENTRE = by("dispatcher", "centre")
DUTY = by("duty_leader", "centre", "p0002")
COUNTY = by("county_leader", "centre", "p0001")
REVIEWER = by("reviewer", "centre")
CALLER = by("callback_officer", "centre")
SEALS = by("sealed_contact", "discipline")
Make = Callable[..., Play]
