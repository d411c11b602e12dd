"""kill -9 of the daemon twenty times in the run: nothing is lost, nothing happens twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.conftest import FreshDistrict
from tests.chaos.histories import differences, faults
from tests.chaos.killing import dice, kill_at, reached
from tests.databases import on_server, question
from tests.district import referral, start

pytestmark = [pytest.mark.data, pytest.mark.chaos]

RUN = ("run", "--until-idle", "--clock", "virtual")


@pytest.mark.matrix
def test_the_history_of_a_large_district_is_that_of_an_undisturbed_run(many: FreshDistrict) -> None:
    assert differences(undisturbed(many), killed(many, 7_000, 20)) == {}


def test_nothing_is_lost_and_nothing_happens_twice(some: FreshDistrict) -> None:
    """And on a file the history is that of an undisturbed run. On a server virtual time steps over
    the lease of the dead, so that moments differ.
    """
    left = killed(some, 700, 10)
    if not on_server(left):
        assert differences(undisturbed(some), left) == {}


def undisturbed(fresh: FreshDistrict) -> Path:
    folder = fresh("calm")
    referral(folder, *RUN, ends=0)
    return folder


def killed(fresh: FreshDistrict, cases: int, kills: int) -> Path:
    """A run that was killed so often, once it has come to its end and is found whole."""
    chance, folder = dice(), fresh("killed")
    look = reached(folder, "case_event")
    begun = look()
    # An event a case and clock at least is still to come: every kill falls into the work.
    goals = sorted(chance.sample(range(begun, begun + 25 * cases), kills))
    for goal in goals:
        assert kill_at(start(folder, *RUN), look, goal, chance), f"idle before {goal} of {goals}"
    referral(folder, *RUN, ends=0)

    assert faults(folder) == {}
    assert question(folder, "SELECT count(*) FROM case_file") == [(cases,)]
    proof = referral(folder, "audit", "verify", "--json", ends=0).json
    assert (proof["ok"], proof["cases"], proof["findings"]) == (True, cases, [])
    return folder
