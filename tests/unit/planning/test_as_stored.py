"""A plan comes to what the same commands come to at the desk of a store, clock by clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from referral_engine.flow.decide import decide
from referral_engine.flow.draft import Setting
from referral_engine.flow.facts import Facts
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.outcome import Resolution
from referral_engine.model.principal import ENGINE
from referral_engine.planning.play import Play
from referral_engine.planning.townships import Part
from referral_engine.trial.box import open_box
from tests.unit.planning.conftest import MONDAY, Staged

DAYS = 3


def stands(case: Case) -> dict[str, Any]:
    """What both sides agree in, though a case has another code in each and a store links those that
    are alike."""
    return {
        "rule": case.rule, "state": case.state, "outcome": case.outcome, "owner": case.owner,
        "referrals": [(r.unit, r.station, r.role, r.state) for r in case.referrals],
        "clocks": [(d.name, d.since, d.due, d.state, d.late, d.marks) for d in case.deadlines],
        "flags": case.flags, "reworks": case.reworks, "score": case.score,
    }  # fmt: skip


def test_a_plan_is_what_the_store_makes_of_the_same_commands(
    staged: Staged, parts: tuple[Part, ...]
) -> None:
    stage = staged(usually={"silent": 30.0, "declines": 20.0})
    acted: list[tuple[datetime, str, c.Request]] = []
    planned: dict[str, Case] = {}

    def looked_on(
        case: Case | None, request: c.Request, facts: Facts, setting: Setting, now: datetime
    ) -> Resolution | None:
        made = decide(case, request, facts, setting, now)
        if made is not None:
            planned[made.case.code] = made.case
            if not isinstance(request.command, c.Tick):
                acted.append((now, made.case.code, request))
        return made

    Play(stage, parts[0], 1, flow=looked_on).run(MONDAY, MONDAY + timedelta(days=DAYS - 1))
    # It plays one case after the other; the store meets them all at once.
    acted.sort(key=lambda each: each[0])
    codes: dict[str, str] = {}
    with open_box(stage.workspace, acted[0][0], rules=stage.setting.rules) as box:
        for at, code, request in acted:
            box.advance_to(at)
            if isinstance(request.command, c.Register):
                sent = box.desk.register(request.command.issue, ENGINE, auto_accept=True)
                codes[code] = sent.result().case
                continue
            written = msgspec.json.encode(request.command).decode().replace(code, codes[code])
            command = msgspec.json.decode(written, type=c.Command)
            box.desk.send(c.Request(codes[code], command, request.by)).result()
        end = datetime.combine(MONDAY + timedelta(days=DAYS), datetime.min.time())
        box.advance_to(end.replace(tzinfo=stage.workspace.calendar.zone) - timedelta.resolution)
        stored = {code: box.case(own) for code, own in codes.items()}
    # What is over a plan lets go of; it names no problem, for it has not the words of the others.
    running = [code for code, case in planned.items() if not case.over and not stored[code].problem]
    assert len(running) > 3
    assert any(case.flags for case in planned.values())
    for code in running:
        assert stands(planned[code]) == stands(stored[code])
