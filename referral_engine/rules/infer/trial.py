"""A rule set is loaded in a child process before it is published.

durable-rules can crash or hang while it loads, and neither can be caught in the process it happens
in. The child dies instead, and the rule that killed it is found by loading ever shorter beginnings
of the rule set.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.fields import Registry
from referral_engine.rules.infer.agenda import Agenda
from referral_engine.rules.infer.durable import durable_available
from referral_engine.rules.infer.encode import TooWide
from referral_engine.rules.infer.fences import OutsideProfile
from referral_engine.rules.infer.shards import Program
from referral_engine.rules.terms import Surroundings, Terms
from referral_engine.rules.tree import EscalationRule, EscalationTable

__all__ = ["LOAD_SECONDS", "Definitions", "load_in_child", "shortest_failing", "trial_load"]

LOAD_SECONDS = 10.0
"""The time a child may take. Three hundred rules load in some 0.2 s, Python's start included."""

_CHILD = Path(__file__).with_name("child.py")

Definitions = list[str]


def trial_load(
    tables: tuple[EscalationTable, ...],
    world: Surroundings,
    *,
    seconds: float = LOAD_SECONDS,
    fields: Registry | None = None,
) -> Fault | None:
    """The fault of the first rule that durable-rules cannot load, or None.

    None as well where the rules would run on the fixpoint anyway: without durable-rules, or
    beyond its profile. Raises Faulty for a flag that depends on its own absence.
    """
    agenda = Agenda.of(tables)
    if not agenda.rules or not durable_available():
        return None
    try:
        program = Program.of(agenda, Terms.of(world, fields))
    except (OutsideProfile, TooWide):
        return None

    def definitions(count: int) -> Definitions:
        part = program.limited_to(range(count))
        return [shard.definition for shards in part.strata for shard in shards]

    reason = load_in_child(definitions(len(agenda.rules)), seconds)
    if not reason:
        return None
    count = shortest_failing(len(agenda.rules), definitions, seconds)
    return _fault(agenda.rules[count - 1].rule, reason)


def load_in_child(definitions: Definitions, seconds: float) -> str:
    """What became of a child that loaded these rulesets: empty if all went well."""
    import subprocess  # only who publishes pays for it

    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_CHILD)],
            input=json.dumps(definitions),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _("not loaded after {seconds:g} s").format(seconds=seconds)
    if done.returncode < 0:
        return _("killed by signal {number}").format(number=-done.returncode)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [str(done.returncode)]
        return last[0]
    return ""


def shortest_failing(count: int, definitions: Callable[[int], Definitions], seconds: float) -> int:
    """How many of the first rules it takes to fail; the last of them is the one to name.

    A rule may fail only together with earlier ones, so beginnings are tried, not rules alone.
    """
    works, fails = 0, count
    while fails - works > 1:
        middle = (works + fails) // 2
        if load_in_child(definitions(middle), seconds):
            fails = middle
        else:
            works = middle
    return fails


def _fault(rule: EscalationRule, reason: str) -> Fault:
    message = _("durable-rules cannot load `{rule}`: {reason}")
    return Fault(
        place=rule.place,
        code="INFERENCE_LOAD",
        message=message.format(rule=rule.id, reason=reason),
        suggestion=_("simplify its condition; the rules in force stay as they are"),
        rule=rule.id,
    )
