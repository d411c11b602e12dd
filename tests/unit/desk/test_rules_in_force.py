"""A case keeps the rules it was decided under; new cases take the new ones; faulty ones nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from referral_engine.desk.publishing import (
    Published,
    active_hash,
    publications,
    publish,
    roll_back,
)
from referral_engine.errors import Faulty, Refused
from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.trial.box import Box
from referral_engine.workspace import Workspace
from tests.unit.desk.county import ADMIN, CLAIM, HOUR, OFFICER, START, issue, register

SOONER = CLAIM.replace("claim: 80%", "claim: 50%").replace("id: claim-remind", "id: renamed")
RENAMED = CLAIM.replace("id: claim-", "id: other-")


def republish(box: Box, claim: str) -> Published:
    """The rules of claim.yaml edited, taken over as SIGHUP does, and published."""
    root = box.workspace.config.root
    (root / "rules/claim.yaml").write_text(claim, "utf-8")
    box.desk.refresh(Workspace.open(root / "config.yaml"))
    return publish(box.desk, box.desk.workspace.read_rules(), "tester", "edited")


def fired(box: Box, code: str) -> list[tuple[float, str]]:
    """Marks of the claim clock that fired, and effects done, in order."""
    found = []
    for event in box.events(code):
        match event.body:
            case e.MarkFired(name="claim", share=share):
                found.append((share, "mark"))
            case e.EffectDone(effect=effect, rule=rule):
                found.append((0.0, f"{rule} {effect}"))
    return found


def test_the_running_case_keeps_its_rules_and_the_next_takes_the_new(box: Box) -> None:
    old = register(box)
    box.advance_to(START + timedelta(minutes=30))
    published = republish(box, SOONER)
    new = register(box, issue("自来水管爆裂路面积水", received_at=box.now()))
    assert box.case(old).rule_set != published.rule_set == box.case(new).rule_set
    box.advance_to(START + timedelta(minutes=95))
    assert fired(box, old) == []
    assert fired(box, new) == [(0.5, "mark"), (0.0, "renamed remind")]


def test_nothing_fired_fires_again_and_no_clock_is_reset(box: Box) -> None:
    code = register(box)
    box.advance_to(START + timedelta(minutes=100))
    before, clocks = fired(box, code), box.case(code).deadlines
    assert before == [(0.8, "mark"), (0.0, "claim-remind remind")]
    republish(box, RENAMED)
    box.settle()
    assert fired(box, code) == before
    assert box.case(code).deadlines == clocks
    box.advance_to(START + 3 * HOUR)
    assert fired(box, code)[2:] == [
        (1.0, "mark"), (0.0, "claim-late supervise"), (1.5, "mark"), (0.0, "claim-up step_up"),
    ]  # fmt: skip


def test_a_migrated_case_goes_on_under_the_new_names_without_repeating(box: Box) -> None:
    code = register(box)
    box.advance_to(START + 2 * HOUR)
    before = fired(box, code)
    published = republish(box, RENAMED)
    box.do(code, c.Migrate(published.rule_set, "统一"), ADMIN)
    box.settle()
    migrated = next(x.body for x in box.events(code) if isinstance(x.body, e.RulesMigrated))
    assert box.case(code).rule_set == published.rule_set == migrated.rule_set
    assert fired(box, code) == before
    box.advance_to(START + 3 * HOUR)
    assert fired(box, code)[len(before) :] == [(1.5, "mark"), (0.0, "other-up step_up")]


def test_nobody_migrates_to_what_was_never_published(box: Box) -> None:
    code = register(box)
    with pytest.raises(Refused, match="UNKNOWN_RULE_SET"):
        box.do(code, c.Migrate("0" * 64, "统一"), ADMIN)
    with pytest.raises(Refused, match="FORBIDDEN"):
        box.do(code, c.Migrate(box.case(code).rule_set, "统一"), OFFICER)


def test_faulty_rules_change_nothing(box: Box) -> None:
    before = active_hash(box.store, box.now())
    with pytest.raises(Faulty) as caught:
        republish(box, CLAIM.replace("claim: 80%", "claime: 80%"))
    assert "rules/claim.yaml" in str(caught.value)
    assert active_hash(box.store, box.now()) == before
    assert box.case(register(box)).rule_set == before


def test_the_same_rules_are_published_once(box: Box) -> None:
    published = republish(box, CLAIM)
    assert published == Published(active_hash(box.store, box.now()) or "", 0)
    assert len(publications(box.store)) == 1


def test_rolled_back_rules_are_in_force_again(box: Box) -> None:
    first = active_hash(box.store, box.now()) or ""
    second = republish(box, SOONER)
    assert (second.number, active_hash(box.store, box.now())) == (2, second.rule_set)
    assert roll_back(box.desk, first[:12], "tester", "back") == Published(first, 3)
    assert box.case(register(box)).rule_set == first


def test_more_rule_sets_than_are_kept_compiled_still_answer(box: Box) -> None:
    codes = [register(box)]
    for n in range(9):
        republish(box, CLAIM.replace("name: 催办", f"name: 催办{n}"))
        codes.append(register(box, issue(f"第{n}件，与其他的都不相干")))
    assert len({box.case(code).rule_set for code in codes}) == 10
    box.advance_to(START + 2 * HOUR)
    assert all(fired(box, code)[0] == (0.8, "mark") for code in codes)
