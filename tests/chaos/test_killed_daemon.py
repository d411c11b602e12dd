"""kill -9 of the daemon twenty times in the run: nothing is lost, nothing happens twice."""

from __future__ import annotations

import pytest

from tests.chaos.conftest import FreshDistrict
from tests.chaos.histories import differences, faults
from tests.chaos.killing import dice, kill_at, reached
from tests.databases import on_server, question
from tests.district import LONGEST, referral, start

pytestmark = [pytest.mark.data, pytest.mark.chaos]

RUN = ("run", "--until-idle", "--clock", "virtual")


@pytest.mark.matrix
def test_the_history_of_a_large_district_is_that_of_an_undisturbed_run(many: FreshDistrict) -> None:
    kill(many, 7_000, 20)


def test_the_history_is_that_of_an_undisturbed_run(some: FreshDistrict) -> None:
    """Event by event on a file. On a server virtual time steps over the lease of the dead, so that
    moments differ: there tests/chaos/load kills workers in real time.
    """
    if on_server(some("either")):
        pytest.skip("a server's leases outlive the dead in virtual time")
    kill(some, 700, 10)


def kill(fresh: FreshDistrict, cases: int, kills: int) -> None:
    chance, calm, killed = dice(), fresh("calm"), fresh("killed")
    undisturbed = start(calm, *RUN)
    look = reached(killed, "case_event")
    begun = look()
    # An event a case and clock at least is still to come: every kill falls into the work.
    goals = sorted(chance.sample(range(begun, begun + 25 * cases), kills))
    for goal in goals:
        assert kill_at(start(killed, *RUN), look, goal, chance), f"idle before {goal} of {goals}"
    referral(killed, *RUN, ends=0)
    assert undisturbed.wait(timeout=LONGEST) == 0

    assert faults(killed) == {}
    assert differences(calm, killed) == {}
    assert question(killed, "SELECT count(*) FROM case_file") == [(cases,)]
    proof = referral(killed, "audit", "verify", "--json", ends=0).json
    assert (proof["ok"], proof["cases"], proof["findings"]) == (True, cases, [])
