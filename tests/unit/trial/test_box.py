"""The engine in a box: one moment after the other, and nothing else lets time pass."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from referral_engine.model import command as c
from referral_engine.model.event import MarkFired
from referral_engine.model.issue import Issue
from referral_engine.model.principal import ENGINE
from referral_engine.rules.runtime import ActiveRules
from referral_engine.trial.box import Box, open_box
from referral_engine.trial.invariants import broken, broken_case
from referral_engine.workspace import Workspace
from tests.unit.flow.play import at, by

START = at("10-12 09:00")


def noise(box: Box) -> str:
    issue = Issue("hotline", START, category="M04a", territory="620922100001", text="厂里机器响")
    code = box.register(issue, ENGINE).case
    box.settle()
    return code


def test_each_due_moment_is_its_own_jump(workspace: Workspace, rules: ActiveRules) -> None:
    with open_box(workspace, START, rules=rules) as box:
        code = noise(box)
        box.advance_to(START + timedelta(hours=3))
        fired = [e.recorded_at for e in box.events(code) if isinstance(e.body, MarkFired)]
        assert sorted(set(fired)) == [at("10-12 10:36"), at("10-12 11:00"), at("10-12 12:00")]
        assert box.now() == START + timedelta(hours=3)


def test_time_does_not_go_back(workspace: Workspace, rules: ActiveRules) -> None:
    with open_box(workspace, START, rules=rules) as box, pytest.raises(ValueError, match="back"):
        box.advance_to(START - timedelta(minutes=1))


def test_words_wait_for_the_end_of_quiet_hours(workspace: Workspace, rules: ActiveRules) -> None:
    with open_box(workspace, at("10-12 22:30"), rules=rules) as box:
        issue = Issue("hotline", box.now(), category="M04a", territory="620922100001", text="响")
        box.register(issue, ENGINE)
        box.settle()
        assert [n.to for _at, n in box.post.delivered if n.to == "ecology"] == []
        box.advance_to(at("10-13 08:00"))
        assert {when for when, n in box.post.delivered if n.to == "ecology"} == {at("10-13 08:00")}


def test_plugins_act_by_themselves(workspace: Workspace, rules: ActiveRules) -> None:
    with open_box(workspace, START, rules=rules, plugins=True) as box:
        place = "620922100001"
        issue = Issue("hotline", START, category="P05", territory=place, text="办户口本")
        code = box.register(issue, ENGINE).case
        box.advance_to(START + timedelta(hours=2))
        lead = box.case(code).lead()
        assert lead is not None
        assert lead.claimed_by.startswith("plugin:police@")


def test_codes_come_in_the_order_of_registration(workspace: Workspace, rules: ActiveRules) -> None:
    with open_box(workspace, START, rules=rules) as box:
        made = [noise(box) for _turn in range(5)]
        assert box.codes() == made
        assert broken(box.store) == []


def test_the_invariants_see_what_is_broken(workspace: Workspace, rules: ActiveRules) -> None:
    with open_box(workspace, START, rules=rules) as box:
        code = noise(box)
        case, events = box.case(code), box.events(code)
    assert broken_case(case, events) == []
    assert "no deadline runs" in broken_case(replace(case, deadlines=()), events)[0]
    assert "barred unit" in broken_case(replace(case, barred=("ecology",)), events)[0]
    orphan = [replace(event, owner="") for event in events[-1:]]
    assert "nobody owns" in broken_case(case, [*events[:-1], *orphan])[0]
    for changed, words in (
        ({"state": "in_progress"}, "its lead offered"),
        ({"referrals": (*case.referrals, case.referrals[0])}, "two units lead it"),
        ({"deadlines": (replace(case.deadlines[0], state="paused"),)}, "stands still for nothing"),
        ({"state": "closed", "referrals": ()}, "ended without an answer"),
        ({"contested": True}, "nobody designates"),
    ):
        assert any(words in text for text in broken_case(replace(case, **changed), events)), words


def test_a_command_of_the_box_goes_through_the_door(
    workspace: Workspace, rules: ActiveRules
) -> None:
    with open_box(workspace, START, rules=rules) as box:
        code = noise(box)
        lead = box.case(code).lead()
        assert lead is not None
        who = by("officer", "ecology")
        first = box.do(code, c.Claim(lead.id), who, key="k")
        again = box.do(code, c.Claim(lead.id), who, key="k")
        assert (first.duplicate, again.duplicate) == (False, True)
        assert again.version == first.version
