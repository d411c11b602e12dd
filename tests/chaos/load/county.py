"""A county in a hurry: its clocks are minutes, its departments keep a book of every call.

Two departments have plugins, in processes of their own; the third has people at a desk. Whatever a
plugin is asked it writes into `outside.jsonl` first, as a department's own system would: so the
engine's claim that a call is made at least once, always under the same key, can be held against
what somebody else saw.
"""

from __future__ import annotations

from pathlib import Path

from tests.district import referral

__all__ = ["DESK", "PLUGINS", "make"]

PLUGINS = ("police", "housing")
DESK = "civil"

_CONFIG = """\
county: {name: 急县, zone: Asia/Shanghai}
database: sqlite:///var/referral.db
anchor: checkpoints.jsonl
organisation: org.yaml
rules: rules
calendar: {kind: china, override: calendar.yaml, earliest: "00:00", quiet: "03:00-03:01"}
plugins: {folders: [plugins], entry_points: false, deadline: 5}
flow:
  returns: 1
  return_within: 1wd
  transfers: 3
  reworks: 2
  tries: 3
  tries_apart: 0
  review_share: 0
  call_back_share: 0
  forward_suggested: true
  backdate: 3d
  objection: 15d
  recurrence: 90d
  recurrence_times: 1000
  twin_likeness: 75
  twin_window: 3d
  representatives: 5
  confirmation: 30d
"""
_ORG = """\
kind: organisation
hours: 24h
territories:
  - {code: "620922", name: 急县}
  - {code: "620922100", name: 城关镇}
units:
  - {id: centre, name: 县综治中心, kind: centre, territory: "620922"}
  - {id: discipline, name: 县纪委监委, kind: discipline, territory: "620922"}
  - {id: police, name: 县公安局, kind: department, territory: "620922"}
  - {id: housing, name: 县住建局, kind: department, territory: "620922"}
  - {id: civil, name: 县民政局, kind: department, territory: "620922"}
people:
  - {id: clerk, name: 调度员甲, posts: [{unit: centre, role: dispatcher}]}
  - {id: leader, name: 值班领导乙, posts: [{unit: centre, role: duty_leader}]}
  - {id: officer, name: 经办人丙, posts: [{unit: civil, role: officer}]}
"""
_ROUTING = """\
kind: routing
rank: 10
hit: first
rules:
  - {id: order, name: 治安, when: {category: {eq: S01}}, refer: {lead: police, support: [civil]}}
  - {id: estates, name: 物业, when: {category: {eq: D15}}, refer: {lead: housing}}
default: {refer: {lead: civil}}
"""
_LADDER = """\
kind: escalation
rules:
  - {id: claim-remind, name: 催办, on: {claim: 10%}, remind: true}
  - {id: claim-late, name: 督办, on: {claim: 25%}, derive: late-claim, supervise: true}
  - {id: claim-up, name: 提级, on: {claim: 100%}, step_up: "@county"}
  - {id: report-remind, name: 催报, on: {report: 5%}, remind: true}
  - {id: report-up, name: 提级, on: {report: 50%}, step_up: "@county"}
  - {id: close-late, name: 催结, on: {close: 10%}, remind: true}
"""
_CLOCKS = "{claim: 1m, contact: 1m, report: 3m}"
_WHISTLES = f"""\
kind: whistles
whistles:
  routine: {_CLOCKS}
  joint: {{claim: 1m, contact: 1m, confer: 2m, report: 3m}}
  emergency: {{claim: 1m, contact: 1m, arrive: 2m, initial: 2m, report: 3m}}
dispatch: {_CLOCKS}
case:
  answer: 5m
  accept: 1m
  designate: 1m
  sign: 1m
  review: 1m
  call_back: 1m
  close: 1m
  archive: 1d
  supervise: 1m
  confer: 1m
"""
_CATEGORIES = """\
kind: categories
categories:
  S01: {label: 治安}
  D15: {label: 物业}
  P01: {label: 救助}
"""
_PLUGIN = '''\
"""Writes down whatever it is asked, then takes its time over the answer."""

import json
import os
import time
from datetime import timedelta
from pathlib import Path

from referral_engine import Arrive, Claim, Contact, Department, Handler, Report, Wait, hookimpl

BOOK = Path(__file__).parents[2] / "outside.jsonl"
{id} = Department("{id}", "{name}", "1.0")


def enter(verb, referral):
    """One write to a file opened for appending is whole, whoever dies when."""
    at = referral.now.isoformat()
    said = {{"key": referral.key, "verb": verb, "case": referral.case, "at": at}}
    with open(BOOK, "ab", buffering=0) as book:
        book.write(json.dumps(said).encode() + b"\\n")
    time.sleep({slow} * int.from_bytes(os.urandom(2)) / 65536)


@{id}.handles()
class Everything(Handler):
    def offered(self, referral):
        enter("offered", referral)
        return [Claim(), Contact("联系过"), Wait(timedelta(seconds=2), "visit")]

    def work(self, referral):
        enter("work", referral)
        return [Arrive(), Report("处置了")]

    def escalated(self, referral, escalation):
        enter("escalated", referral)

    def withdraw(self, referral):
        enter("withdraw", referral)


@hookimpl
def referral_departments():
    return [{id}]
'''
_FILES = {
    "config.yaml": _CONFIG,
    "org.yaml": _ORG,
    "calendar.yaml": "kind: calendar\ndays: {}\n",
    "rules/routing.yaml": _ROUTING,
    "rules/ladder.yaml": _LADDER,
    "rules/whistles.yaml": _WHISTLES,
    "rules/categories.yaml": _CATEGORIES,
}


def make(folder: Path) -> Path:
    """The county in `folder`, checked by `rules check`."""
    for name, text in _FILES.items():
        _write(folder / name, text)
    for id in PLUGINS:
        told = _PLUGIN.format(id=id, name=f"县{id}", slow=0.15)
        _write(folder / "plugins" / id / "__init__.py", told)
    referral(folder, "rules", "check", ends=0)
    return folder


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
