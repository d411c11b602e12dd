"""What another rule set would mean for a running case, before it is taken there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from referral_engine.desk.door import Desk
from referral_engine.desk.publishing import stored_rule_set
from referral_engine.model.case import Case
from referral_engine.model.deadline import Deadline
from referral_engine.rules.difference import changes
from referral_engine.rules.tree import RuleSet

__all__ = ["Coming", "Migration", "migration"]


class Coming(NamedTuple):
    """A share of a running clock at which other escalation rules are asked: (now, then) by id.

    ``at`` (UTC) is None where the running clock has no mark: rules are not asked there, for a
    migration moves no timer.
    """

    clock: str
    unit: str
    share: float
    at: datetime | None
    rules: tuple[tuple[str, ...], tuple[str, ...]]


class Migration(NamedTuple):
    """``rules`` by what happens to them: added, removed, changed; ``decided`` is what happens to
    the one that decided the case, which is not decided again; empty for nothing.
    """

    before: str
    after: str
    rules: dict[str, list[str]]
    decided: str
    coming: tuple[Coming, ...]


def migration(desk: Desk, case: Case, rule_set: str) -> Migration:
    """The difference for this case between its rules and those of the hash. Raises Refused."""
    old = stored_rule_set(desk.store, desk.workspace, case.rule_set)
    new = stored_rule_set(desk.store, desk.workspace, rule_set)
    found = changes(old, new)
    decided = next((what for what, ids in found.items() if case.rule in ids), "")
    open_ = [clock for clock in case.deadlines if clock.open]
    coming = tuple(each for clock in open_ for each in _coming(clock, old, new))
    return Migration(case.rule_set, rule_set, found, decided, coming)


def _coming(clock: Deadline, old: RuleSet, new: RuleSet) -> Iterator[Coming]:
    before, after = _asked(old, clock.name), _asked(new, clock.name)
    marks = {mark.share: mark for mark in clock.marks}
    for share in sorted({*before, *after}):
        mark, rules = marks.get(share), (before.get(share, ()), after.get(share, ()))
        if rules[0] != rules[1] and not (mark is not None and mark.fired):
            at = mark.at if mark is not None else None
            yield Coming(clock.name, clock.unit, share, at, rules)


def _asked(rules: RuleSet, clock: str) -> dict[float, tuple[str, ...]]:
    """The escalation rules that listen to a clock, by the share of its time."""
    found: dict[float, tuple[str, ...]] = {}
    for table in rules.escalation:
        for rule in table.rules:
            for occasion in rule.on:
                if occasion.share and occasion.name == clock:
                    found[occasion.share] = (*found.get(occasion.share, ()), rule.id)
    return found
