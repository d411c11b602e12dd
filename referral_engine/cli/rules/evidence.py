"""What is known of rules when they are published: their tests, and what history says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec

from referral_engine.cli.progress import steps
from referral_engine.desk import Desk, publishing
from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.rules.ruleset import Loaded
from referral_engine.trial.backtest import Period, Request, backtest
from referral_engine.trial.backtest.told import sums_told
from referral_engine.trial.rule_tests import run_tests

__all__ = ["evidence_for", "evidence_said"]

_NAMED = 20
"""Failed tests kept by name."""


def evidence_for(desk: Desk, loaded: Loaded, days: int, *, untested: bool) -> dict[str, Any]:
    """Tests and backtest of these rules in plain values; faulty rules have none.

    Raises Refused (TESTS_FAIL) unless `untested`.
    """
    if loaded.errors:
        return {}
    results = run_tests(desk.workspace, loaded)
    failed = [result.name for result in results if not result.passed]
    if failed and not untested:
        raise Refused(
            "TESTS_FAIL",
            _("{count} of {all} rule tests fail: {names}").format(
                count=len(failed), all=len(results), names=", ".join(failed[:_NAMED])
            ),
            _("`referral rules test` shows why; --untested publishes all the same."),
        )
    tests = {"run": len(results), "failed": failed[:_NAMED]}
    found = _backtest(desk, loaded, days)
    return {"tests": tests} if found is None else {"tests": tests, "backtest": found}


def evidence_said(evidence: dict[str, Any]) -> Iterator[str]:
    """The same for people."""
    if tests := evidence.get("tests"):
        passed = tests["run"] - len(tests["failed"])
        yield _("{passed} of {all} tests passed").format(passed=passed, all=tests["run"])
    if found := evidence.get("backtest"):
        told = _("{changed} of {cases} cases of {period_days} days decided otherwise")
        yield told.format(**found)


def _backtest(desk: Desk, loaded: Loaded, days: int) -> dict[str, Any] | None:
    """The last days' cases; None where there is nothing to compare with."""
    now = desk.clock.now()
    active = publishing.active_hash(desk.store, now)
    if not days or active is None or active == loaded.rule_set.hash:
        return None
    before = publishing.stored_rule_set(desk.store, desk.workspace, active)
    period = Period(since=now - timedelta(days=days))
    asked = Request(before, loaded.rule_set, now, period)
    with steps(_("backtest")) as begin, backtest(desk.workspace, asked, begin) as made:
        told: dict[str, Any] = msgspec.to_builtins(sums_told(made.tally, by_day=False))
    return told | {"from": active, "period_days": days}
