"""An organisation that lacks a unit with something in hand is refused."""

from __future__ import annotations

import pytest

from referral_engine.desk.stranding import refuse_stranding, stranded
from referral_engine.errors import Refused
from referral_engine.trial.box import Box
from referral_engine.workspace import Workspace
from tests.unit.desk.county import ORG, handled, issue, register

WITHOUT_HOUSING = "\n".join(
    line for line in ORG.splitlines() if "id: housing" not in line and "id: officer" not in line
)


def edited(box: Box, org: str) -> Workspace:
    root = box.workspace.config.root
    (root / "org.yaml").write_text(org, "utf-8")
    return Workspace.open(root / "config.yaml")


def test_a_unit_with_open_cases_must_not_go(box: Box) -> None:
    register(box)
    org = edited(box, WITHOUT_HOUSING).org
    assert stranded(box.store, org) == {"housing": 1}
    with pytest.raises(Refused, match=r"ORG_STRANDS: .*housing \(1\)"):
        refuse_stranding(box.store, org)


def test_a_support_is_in_hand_too(box: Box) -> None:
    register(box, issue("小区燃气泄漏"))
    without = ORG.replace("{id: police,", "{id: constabulary,")
    assert stranded(box.store, edited(box, without).org) == {"police": 1}


def test_a_unit_that_is_done_may_go(box: Box) -> None:
    handled(box, issue())
    refuse_stranding(box.store, edited(box, WITHOUT_HOUSING).org)


def test_a_unit_that_ended_and_has_a_successor_is_no_trouble(box: Box) -> None:
    register(box)
    ended = ORG.replace(
        '{id: housing, name: 县住建局, kind: department, territory: "620922"}',
        '{id: housing, name: 县住建局, kind: department, territory: "620922",'
        " until: 2026-11-01, succeeded_by: police}",
    )
    assert ended != ORG
    refuse_stranding(box.store, edited(box, ended).org)
