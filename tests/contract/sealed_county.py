"""Two worlds that differ by sealed cases alone, and the command line run in both."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import make_url

from tests.contract.conftest import Placed
from tests.databases import copied, execute, on_server, question, url_of
from tests.district import Ran, referral_here
from tests.unit.cli.conftest import CONFIG, ROOT

__all__ = ["KNOW", "PEOPLE", "SECRETS", "World", "build", "said", "unset"]

ORG = """\
kind: organisation
hours: 24h
territories:
  - {code: "620922", name: 测试县}
  - {code: "620922100", name: 城关镇}
  - {code: "620922101", name: 北城镇}
  - {code: "620922100200", name: 西关村}
units:
  - {id: centre, name: 县综治中心, kind: centre, territory: "620922"}
  - {id: chengguan, name: 城关镇综治中心, kind: centre, territory: "620922100"}
  - {id: beicheng, name: 北城镇综治中心, kind: centre, territory: "620922101"}
  - {id: xiguan, name: 西关村民委员会, kind: committee, territory: "620922100200"}
  - {id: discipline, name: 县纪委监委, kind: discipline, territory: "620922"}
  - {id: police, name: 县公安局, kind: department, territory: "620922"}
  - {id: housing, name: 县住建局, kind: department, territory: "620922"}
people:
"""
# Who they are and where, by role; `secretary` is the accused.
PEOPLE = {
    "secretary": ("chengguan", "township_director"), "d1": ("chengguan", "dispatcher"),
    "l1": ("chengguan", "duty_leader"), "g1": ("xiguan", "grid_member"),
    "v1": ("xiguan", "village_director"), "n1": ("beicheng", "township_director"),
    "d0": ("centre", "dispatcher"), "l0": ("centre", "duty_leader"),
    "r0": ("centre", "reviewer"), "c0": ("centre", "callback_officer"),
    "m0": ("centre", "mediator"), "k0": ("centre", "county_leader"),
    "a0": ("centre", "administrator"), "u0": ("centre", "auditor"),
    "h1": ("housing", "officer"), "s0": ("centre", "sealed_contact"),
    "s1": ("discipline", "sealed_contact"), "j1": ("discipline", "officer"),
    "p1": ("police", "officer"),
}  # fmt: skip
KNOW = {"accusation": {"s1", "j1"}, "violence": {"s0", "p1"}}
"""Whom the case is meant for; everybody else knows of none."""
RULES = """\
kind: routing
rank: 1
hit: all
rules:
  - {id: seal-violence, name: 家暴, when: {text: {contains: 家暴}}, seal: domestic_violence}
"""
DECIDE = """\
kind: routing
rank: 9
hit: first
rules:
  - {id: accused, name: 检举, when: {category: {eq: X02}}, refer: {lead: discipline}}
  - {id: violence, name: 家暴, when: {sealed: {eq: true}}, refer: {lead: police}}
  - id: again
    name: 反复
    when: {repeats: {same: [reporter, category], within: 90d, at_least: 2}}
    refer: {lead: centre}
  - {id: housing, name: 物业, when: {category: {under: D15}}, refer: {lead: housing}}
default: {refer: {lead: "@township"}}
"""
CATEGORIES = """\
kind: categories
categories: {D01: {label: 家庭}, D02: {label: 邻里}, D15: {label: 物业}, X02: {label: 检举控告}}
"""
PLACE = "620922100200"
SECRETS = {
    "accusation": ("玛瑙湖鹦鹉", "欧阳锦绣", "13987654321", "紫藤巷"),
    "violence": ("琥珀山猫头鹰", "司徒静姝", "13912345678", "青萝弄"),
}
WORDS = {kind: "，".join(words) for kind, words in SECRETS.items()}


def issue(id: str, category: str, text: str, **given: Any) -> dict[str, Any]:
    base = {"id": id, "channel": "hotline", "category": category, "territory": PLACE, "text": text,
            "received_at": "2026-11-02T09:00+08:00"}  # fmt: skip
    return base | given


def reporter(kind: str) -> dict[str, Any]:
    _word, name, phone, address = SECRETS[kind]
    return {"reporter": {"name": name, "phone": phone}, "location": {"address": address}}


OPEN = [
    issue("1", "D15", "电梯坏了三天没有人修", reporter={"name": "张三丰", "phone": "13800001234"}),
    issue("2", "D02", "邻居把杂物堆在楼道里"),
]
SEALED = {
    "accusation": issue("s", "X02", f"举报镇委书记收钱，{WORDS['accusation']}", title="举报",
                        accused=["chengguan"], **reporter("accusation")),
    "violence": issue("v", "D01", f"丈夫家暴，{WORDS['violence']}", **reporter("violence")),
}  # fmt: skip
ALIKE = [
    {**SEALED["accusation"], "id": "s2", "category": "D02", "accused": [],
     "text": SEALED["accusation"]["text"].replace("举报", "")},
    {**SEALED["violence"], "id": "v2", "text": SEALED["violence"]["text"].replace("家暴", "")},
]  # fmt: skip
"""From the same reporters, at the same places, in nearly the same words; not sealed."""


class World(NamedTuple):
    """A workspace with its store; codes by what they are."""

    folder: Path
    codes: dict[str, str]

    def referral(self, *words: str, language: str = "en") -> Ran:
        """Runs a command in this process, in this world."""
        return referral_here(self.folder, *words, lang=language)

    def done(self, *words: str) -> Ran:
        ran = self.referral(*words)
        assert ran.code == 0, f"{words}: {ran.err}"
        return ran

    def write(self, name: str, *issues: dict[str, Any]) -> None:
        lines = [json.dumps(each, ensure_ascii=False) + "\n" for each in issues]
        (self.folder / name).write_text("".join(lines), "utf-8")

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return question(self.folder, statement, *values)

    def change(self, statement: str, *values: object) -> None:
        """Behind the engine's back."""
        assert execute(self.folder, statement, *values) > 0

    def copy(self, folder: Path, **codes: str) -> World:
        return World(copied(self.folder, folder), self.codes | codes)


_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)?")


def said(world: World, ran: Ran) -> Ran:
    """What differs between two worlds only by when and where they are is taken out."""

    def plain(text: str) -> str:
        if on_server(world.folder):
            text = text.replace(make_url(url_of(world.folder)).database or "", "THERE")
        return _TIME.sub("T", text.replace(str(world.folder), "HERE"))

    return Ran(ran.code, plain(ran.out), plain(ran.err))


def build(folder: Path, placed: Placed) -> Iterator[World]:
    """The world without sealed cases, then one with an accusation, one with violence, one with
    both. The codes of the sealed cases are known in all of them, to be asked for.
    """
    base = _base(folder / "none", placed)
    worlds = {kind: _sealed(base, folder / f"tmp-{kind}", (kind,)) for kind in SEALED}
    both = _sealed(base, folder / "both", tuple(SEALED))
    yield base
    yield worlds["accusation"]
    yield worlds["violence"]
    yield both


def _base(folder: Path, placed: Placed) -> World:
    people = [
        f"  - {{id: {id}, name: 某{id}, posts: [{{unit: {unit}, role: {role}}}]}}"
        for id, (unit, role) in PEOPLE.items()
    ]
    files = {
        "config.yaml": CONFIG, "org.yaml": ORG + "\n".join(people) + "\n",
        "rules/prepare.yaml": RULES, "rules/decide.yaml": DECIDE,
        "rules/categories.yaml": CATEGORIES,
        "rules/whistles.yaml": (ROOT / "rules/whistles.yaml").read_text("utf-8"),
    }  # fmt: skip
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    world = World(placed(folder), {})
    world.write("open.jsonl", *OPEN)
    world.write("alike.jsonl", *ALIKE)
    world.done("intake", "open.jsonl", "--backfill")
    listed = json.loads(world.done("case", "list", "--json").out)
    world.codes.update({"open": next(line["code"] for line in listed if line["category"] == "D15")})
    world.done("desk", "claim", world.codes["open"], "--actor", "h1")
    world.done("run", "--until-idle")
    return world


def _sealed(base: World, folder: Path, kinds: tuple[str, ...]) -> World:
    """Sealed cases that have gone some way, with all that may lie beside a case."""
    world = base.copy(folder)
    for kind in kinds:
        known = {row[0] for row in world.sql("SELECT case_code FROM case_file")}
        world.write(f"{kind}.jsonl", SEALED[kind])
        world.done("intake", f"{kind}.jsonl", "--backfill")
        ((code,),) = [r for r in world.sql("SELECT case_code FROM case_file") if r[0] not in known]
        world.codes[kind] = code
        officer, keeper = ("j1", "s1") if kind == "accusation" else ("p1", "s0")
        words = WORDS[kind]
        world.done("desk", "claim", code, "--actor", officer)
        world.done("desk", "contact", code, "--note", words, "--actor", officer)
        world.done("desk", "extend", code, "--by", "1d", "--reason", words, "--actor", officer)
        world.done("centre", "letter", code, "--kind", "notice", "--to", "reporter",
                   "--text", words, "--actor", keeper)  # fmt: skip
        (world.folder / f"{kind}.jsonl").unlink()
    return world


def unset(patched: pytest.MonkeyPatch) -> None:
    """No variable of whoever runs the tests reaches the worlds."""
    for name in [name for name in os.environ if name.startswith("REFERRAL_")]:
        patched.delenv(name)
