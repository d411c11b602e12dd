"""Escalation inference against durable-rules through its own Host, on the same rules and cases.

The Host gets the rules as its manual writes them: a condition on the case, or a join of two flags,
in rulesets of at most 40 (more of them end in one condition and crash it), each case under a sid of
its own. Its timer threads are not started, which only helps it. Both must fire the same rules.

Run: .venv/bin/python benchmarks/bench_inference.py [--full]
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from durable.engine import Host  # noqa: E402

from benchmarks.page import Line  # noqa: E402
from benchmarks.routing.timing import race  # noqa: E402
from referral_engine.rules.infer import Inference  # noqa: E402
from referral_engine.rules.tree import All, Condition, EscalationRule  # noqa: E402
from tests.strategies.escalation import COUNTY, leaf, rule, table  # noqa: E402

FLAGS = 12
PACK = 40
Spec = dict[str, Any]
Case = dict[str, Any]


def specs(number: int) -> list[Spec]:
    """Four of five rules look at the case, every third of them derives a flag; the fifth joins two
    flags."""
    chance = random.Random(number)
    found: list[Spec] = []
    for place in range(number):
        spec: Spec = {"id": f"rule-{place}"}
        if place % 5 == 4:
            spec["flags"] = chance.sample(range(FLAGS), 2)
        else:
            spec |= {"age": chance.randrange(1, 40), "severity": chance.randrange(1, 5)}
            spec["transfers"] = chance.randrange(4)
            if place % 3 == 0:
                spec["derives"] = chance.randrange(FLAGS)
        found.append(spec)
    return found


def cases(number: int) -> list[Case]:
    chance = random.Random(7)
    return [
        {
            "people": chance.randrange(48),
            "severity": chance.randrange(1, 5),
            "reworks": chance.randrange(6),
        }
        for _ in range(number)
    ]


def ours(found: Sequence[Spec]) -> Callable[[Case], list[str]]:
    inference = Inference(table(*map(_rule, found)), COUNTY, "durable")
    return lambda case: sorted(fired.rule_id for fired in inference.infer(case, ()).fired)


def _rule(spec: Spec) -> EscalationRule:
    parts: tuple[Condition, ...]
    if "flags" in spec:
        parts = (leaf("flags", "has_all", tuple(f"f{flag}" for flag in spec["flags"])),)
    else:
        parts = (
            leaf("people", "gte", spec["age"]),
            leaf("severity", "lte", spec["severity"]),
            leaf("reworks", "gte", spec["transfers"]),
        )
    derives = f"f{spec['derives']}" if "derives" in spec else ""
    return rule(spec["id"], All(parts, parts[0].place), derive=derives)


class _Still(Host):  # type: ignore[misc]
    def _run(self) -> None:
        """No timer threads."""


def host(found: Sequence[Spec]) -> Callable[[Case], list[str]]:
    fired: set[str] = set()
    raised: list[int] = []
    packs = [found[begin : begin + PACK] for begin in range(0, len(found), PACK)]

    def action(spec: Spec) -> Callable[[Any], None]:
        def run(context: Any) -> None:
            fired.add(spec["id"])
            if "derives" in spec:
                raised.append(spec["derives"])

        return run

    definitions = {
        f"pack{number}": {
            **{s["id"]: {**_definition(s, p), "run": action(s)} for p, s in enumerate(pack)},
            "end": {"pri": PACK, "all": [{"m": {"kind": "case"}}], "run": lambda _context: None},
        }
        for number, pack in enumerate(packs)
    }
    names = list(definitions)
    joined = [any("flags" in spec for spec in pack) for pack in packs]
    engine = _Still(definitions)
    sids = count(1)

    def fires(case: Case) -> list[str]:
        fired.clear()
        raised.clear()
        sid = str(next(sids))
        for name in names:
            engine.assert_fact(name, {"kind": "case", "id": "case", "sid": sid, **case})
        for flag in dict.fromkeys(raised):
            for name, joins in zip(names, joined, strict=True):
                if joins:
                    _raise_flag(engine, name, sid, flag)
        for name in names:
            engine.delete_state(name, sid)
        return sorted(fired)

    return fires


def _raise_flag(engine: Host, name: str, sid: str, flag: int) -> None:
    from durable.engine import MessageNotHandledException

    try:
        engine.assert_fact(name, {"kind": "flag", "id": f"f{flag}", "sid": sid, "code": flag})
    except MessageNotHandledException:
        return  # no join of this pack reads the flag


def _definition(spec: Spec, priority: int) -> dict[str, Any]:
    if "flags" in spec:
        both = [
            {f"p{n}": {"$and": [{"kind": "flag"}, {"code": flag}]}}
            for n, flag in enumerate(spec["flags"])
        ]
        return {"pri": priority, "all": both}
    clauses = [
        {"kind": "case"},
        {"$gte": {"people": spec["age"]}},
        {"$lte": {"severity": spec["severity"]}},
        {"$gte": {"reworks": spec["transfers"]}},
    ]
    return {"pri": priority, "all": [{"m": {"$and": clauses}}]}


def main() -> None:
    full = "--full" in sys.argv
    for number in (25, 120, 300):
        found = specs(number)
        engines = {"ours": ours(found), "Host": host(found)}
        given = cases(1_000 if full else 300)
        chunks = [given[begin : begin + 20] for begin in range(20, len(given), 20)]
        timed = race(engines, dict.fromkeys(engines, "all"), given[:20], chunks)
        detail = f"{1e6 / timed.rate('ours'):.0f} µs : {1e6 / timed.rate('Host'):.0f} µs"
        ratio = 1 / timed.ratio("ours", "Host")
        line = Line(
            f"inference at {number} rules : own Host, time", ratio, 0.5, detail, at_most=True
        )
        print(f"{line.what:62} {line.ratio:8.2f} {line.wanted:7} {line.verdict:7} {line.detail}")


if __name__ == "__main__":
    main()
