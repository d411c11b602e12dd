"""Shifts: handed over with what is open, taken over by another, and nothing sealed told."""

from __future__ import annotations

import pytest

from referral_engine.desk import shifts
from referral_engine.errors import Refused
from referral_engine.model import command as c
from referral_engine.store import Conflict, handovers
from referral_engine.trial.box import Box
from tests.unit.desk.county import AUDITOR, CLERK, LEADER, OFFICER, START, issue, lead, register


def refused(box: Box, *given: object) -> str:
    with pytest.raises(Refused) as caught:
        shifts.give(box.desk, *given)  # type: ignore[arg-type]
    return caught.value.code


def declined(box: Box) -> str:
    """A case that nobody wants: the centre holds it and must designate."""
    code = register(box)
    box.do(code, c.Decline(lead(box, code).id, "outside_remit"), OFFICER)
    return code


def test_what_is_open_goes_with_the_shift(box: Box) -> None:
    code = declined(box)
    given = shifts.give(box.desk, "centre", CLERK, "leader")
    assert given.load == (1, 0, 0)
    assert [line.id for line in shifts.held(box.desk, "centre", LEADER)] == [code]
    assert (given.taken_by, given.taken_at) == ("leader", None)
    taken = shifts.take(box.desk, "centre", LEADER)
    assert (taken.handed_by, taken.taken_by, taken.taken_at) == ("clerk", "leader", START)
    assert shifts.log(box.desk, "centre", AUDITOR, 5) == [taken]


def test_a_units_own_referrals_are_its_to_hand_over(box: Box) -> None:
    code = register(box)
    [line] = shifts.held(box.desk, "housing", OFFICER)
    assert (line.case, line.due_name) == (code, "claim")
    assert line.due_at is not None
    box.advance_to(line.due_at)
    given = shifts.give(box.desk, "housing", OFFICER)
    assert given.load[:2] == (1, 1)


def test_what_is_sealed_is_no_part_of_it(box: Box) -> None:
    register(box, issue("检举所长收钱", category="X02"))
    assert shifts.give(box.desk, "centre", CLERK).load == (0, 0, 0)


def test_only_the_units_people_hand_over_and_once(box: Box) -> None:
    assert refused(box, "housing", CLERK) == "NOT_YOUR_UNIT"
    assert refused(box, "centre", CLERK, "officer") == "NOT_YOUR_UNIT"
    assert refused(box, "centre", CLERK, "clerk") == "SAME_PERSON"
    shifts.give(box.desk, "centre", CLERK)
    assert refused(box, "centre", LEADER) == "SHIFT_WAITS"


def test_it_is_taken_by_whom_it_is_meant_for(box: Box) -> None:
    with pytest.raises(Refused, match="waits"):
        shifts.take(box.desk, "centre", LEADER)
    shifts.give(box.desk, "centre", CLERK)
    with pytest.raises(Refused, match="themselves"):
        shifts.take(box.desk, "centre", CLERK)
    shifts.take(box.desk, "centre", LEADER)
    with pytest.raises(Refused) as caught:
        shifts.take(box.desk, "centre", LEADER)
    assert caught.value.code == "NO_HANDOVER"


def test_the_store_itself_refuses_one_person_on_both_sides(box: Box) -> None:
    load = handovers.Load(0, 0, 0)
    with pytest.raises(Conflict):
        box.store.transact(lambda tx: handovers.give(tx.writing, "a", "x", "x", load, START))
