"""The breaker by itself, over times that are given to it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_engine.model.plugin_settings import BreakerSettings
from referral_engine.plugins.breaker import Breaker, Ticket

SETTINGS = BreakerSettings(failures=3, share=50, window=8, pause=10, longest=35, patience=100)


def call(it: Breaker, now: float, *, failed: bool) -> Ticket | None:
    ticket = it.admit(now)
    if ticket is not None:
        it.ended(ticket, now, failed=failed)
    return ticket


def opened(at: float = 0.0) -> Breaker:
    it = Breaker(SETTINGS)
    for _call in range(SETTINGS.failures):
        call(it, at, failed=True)
    return it


def test_failures_in_a_row_open_it() -> None:
    it = Breaker(SETTINGS)
    for failed in (True, True, False, True, True):
        assert call(it, 0, failed=failed) == "call"
    assert (it.state(0), it.since) == ("closed", None)
    call(it, 7, failed=True)
    assert (it.state(7), it.since, it.wait(7)) == ("open", 7, 10)
    assert it.admit(16.9) is None


def test_a_share_of_the_last_calls_opens_it_and_what_was_long_ago_does_not_count() -> None:
    it = Breaker(SETTINGS)
    for failed in (True, True, False, False, False, False, False, False, True, False):
        call(it, 0, failed=failed)
    for failed in (True, False, True):
        call(it, 0, failed=failed)
        assert it.state(0) == "closed"
    call(it, 0, failed=True)
    assert it.state(0) == "open"


def test_the_pause_grows_up_to_the_longest_and_a_success_sets_it_back() -> None:
    it, now, pauses = opened(), 0.0, []
    for _probe in range(4):
        pauses.append(it.wait(now))
        now += pauses[-1]
        assert it.state(now) == "half_open"
        assert call(it, now, failed=True) == "probe"
    assert pauses == [10, 20, 35, 35]
    now += it.wait(now)
    assert call(it, now, failed=False) == "probe"
    assert (it.state(now), it.wait(now), it.since) == ("closed", 0, None)
    for _call in range(SETTINGS.failures):
        call(it, now, failed=True)
    assert it.wait(now) == 10


def test_one_probe_at_a_time() -> None:
    it = opened()
    assert it.admit(10) == "probe"
    assert (it.admit(10), it.admit(1_000), it.wait(1_000)) == (None, None, math.inf)
    it.ended("probe", 1_000, failed=False)
    assert it.admit(1_000) == "call"


@pytest.mark.parametrize("failed", [True, False])
def test_a_call_that_began_before_it_opened_says_nothing(failed: bool) -> None:
    it = Breaker(SETTINGS)
    early = it.admit(0)
    assert early == "call"
    for _call in range(SETTINGS.failures):
        call(it, 0, failed=True)
    it.ended(early, 5, failed=failed)
    assert (it.state(5), it.wait(5)) == ("open", 5)


def test_it_forgives_while_patience_lasts() -> None:
    it = Breaker(SETTINGS)
    assert not it.forgives(0)
    it = opened(at=50)
    assert (it.forgives(150), it.forgives(150.5)) == (True, False)


def test_what_was_down_before_is_asked_once() -> None:
    it = Breaker(SETTINGS)
    it.restore(since=-500, now=0)
    assert (it.state(0), it.since) == ("half_open", -500)
    assert (it.admit(0), it.admit(0)) == ("probe", None)


STEPS = st.lists(
    st.tuples(st.sampled_from(["begin", "good", "bad"]), st.floats(0, 60), st.integers(0, 5)),
    max_size=80,
)


@given(STEPS)
def test_it_never_lets_two_probes_out_and_always_recovers(
    steps: list[tuple[str, float, int]],
) -> None:
    """However calls begin, end and overlap."""
    it, now, out = Breaker(SETTINGS), 0.0, []
    for what, passes, which in steps:
        now += passes
        if what == "begin":
            waited, before = it.wait(now), it.state(now)
            ticket = it.admit(now)
            assert (ticket is None) == (waited > 0)
            assert ticket != "call" or before == "closed"
            out += [] if ticket is None else [ticket]
        elif out:
            it.ended(out.pop(which % len(out)), now, failed=what == "bad")
        assert out.count("probe") <= 1
        assert it.wait(now) <= SETTINGS.longest or "probe" in out
    for ticket in out:
        it.ended(ticket, now, failed=True)
    assert it.wait(now) <= SETTINGS.longest, "nobody waits longer than the longest pause"
    now += it.wait(now)
    assert call(it, now, failed=False) is not None
    assert it.state(now) == "closed"


@given(st.lists(st.booleans(), max_size=200))
def test_it_stays_closed_unless_a_threshold_is_met(outcomes: list[bool]) -> None:
    """Against a reading of the settings that keeps the whole history."""
    it, history = Breaker(SETTINGS), []
    for failed in outcomes:
        if it.state(0) != "closed":
            return
        call(it, 0, failed=failed)
        history.append(failed)
        last = history[-SETTINGS.window :]
        row = history[-SETTINGS.failures :] == [True] * SETTINGS.failures
        share = len(last) == SETTINGS.window and sum(last) * 100 >= SETTINGS.share * len(last)
        assert (it.state(0) != "closed") == (failed and (row or share))
