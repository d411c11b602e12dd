"""A rule set is loaded in a child process before it is published."""

from __future__ import annotations

from pathlib import Path

import pytest

from referral_engine.errors import Faulty
from referral_engine.rules.infer import trial, trial_load
from referral_engine.rules.infer.durable import durable_available
from referral_engine.rules.tree import All, Not
from tests.strategies.escalation import COUNTY, HERE, leaf, rule, table

pytestmark = pytest.mark.skipif(
    not durable_available(), reason="durable-rules is not installed: nothing is loaded"
)

RULES = table(*(rule(f"r{n}", leaf("people", "gte", n), derive=f"f{n}") for n in range(120)))


def test_sound_rules_pass() -> None:
    assert trial_load(RULES, COUNTY) is None
    assert trial_load((), COUNTY) is None


@pytest.mark.parametrize("culprit", [0, 63, 119])
def test_the_rule_that_kills_the_child_is_named(
    culprit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child that dies of one rule, as the library would; ours no longer emit what kills it."""
    child = tmp_path / "child.py"
    dying = f"""
import json, os, sys
if any('"r{culprit}"' in definition for definition in json.load(sys.stdin)):
    os.kill(os.getpid(), 11)"""
    child.write_text(dying, "utf-8")
    monkeypatch.setattr(trial, "_CHILD", child)
    fault = trial_load(RULES, COUNTY)
    assert fault is not None
    assert (fault.code, fault.rule, fault.place) == ("INFERENCE_LOAD", f"r{culprit}", HERE)
    assert fault.message == f"durable-rules cannot load `r{culprit}`: killed by signal 11"


def test_rules_that_only_the_fixpoint_takes_are_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "_CHILD", Path("/nowhere"))
    many = All(tuple(leaf("tags", "has", f"t{n}") for n in range(300)), HERE)
    assert trial_load(table(rule("one", many)), COUNTY) is None
    assert trial_load(RULES, COUNTY) is not None


def test_a_circle_of_flags_is_a_fault_of_its_own() -> None:
    circle = table(rule("odd", Not(leaf("flags", "has", "a"), HERE), derive="a"))
    with pytest.raises(Faulty, match="`odd` derives `a`"):
        trial_load(circle, COUNTY)
