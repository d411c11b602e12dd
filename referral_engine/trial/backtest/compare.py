"""What differs between two outcomes of one case, and what came of its clocks in hindsight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from referral_engine.model.case import Case
from referral_engine.model.referral import Referral

__all__ = ["CLOCKS", "WHAT", "Change", "Clock", "Movement", "compared"]

CLOCKS = ("claim", "arrive", "report")
WHAT = (
    "outcome", "lead", "support", "whistle", "path", "sealed", "proposal", "claim_by", "arrive_by",
    "report_by",
)  # fmt: skip
"""What is compared, under the names of `referral simulate`."""

_HIDDEN = ("lead", "support", "whistle", "path", "proposal", "claim_by", "arrive_by", "report_by")
_DONE = {"claim": "claimed_at", "arrive": "arrived_at", "report": "reported_at"}

Movement = Literal["tightened", "eased", "added", "dropped"]


class Clock(msgspec.Struct, frozen=True):
    """What became of one clock. ``late`` holds, for the published and the proposed one, whether
    what was done in fact came after it; None where that would judge nobody fairly.
    """

    name: str
    movement: Movement
    late: tuple[bool, bool] | None = None


class Change(msgspec.Struct, frozen=True):
    """A case that would be decided otherwise. ``differs`` maps what to (published, proposed)."""

    case: str
    decided_at: datetime
    rules: tuple[str, str]
    differs: dict[str, tuple[Any, Any]]
    clocks: tuple[Clock, ...] = ()


def compared(
    code: str,
    decided_at: datetime,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    case: Case | None,
    now: datetime,
) -> Change | None:
    """The change, or None where the outcome is the same but for the rule that led to it.

    ``case`` is the case as it stands today, for hindsight. Of what one of the rule sets would
    seal only that is told.
    """
    differs = {what: (before[what], after[what]) for what in WHAT if before[what] != after[what]}
    if not differs:
        return None
    rules = (before["rule"], after["rule"])
    if before["sealed"] or after["sealed"]:
        differs = {what: both for what, both in differs.items() if what not in _HIDDEN}
        return Change(code, decided_at, rules, differs) if differs else None
    clocks = tuple(_clocks(before, after, case, now))
    return Change(code, decided_at, rules, differs, clocks)


def _clocks(
    before: Mapping[str, Any], after: Mapping[str, Any], case: Case | None, now: datetime
) -> Iterator[Clock]:
    part = _judged(after["lead"], before["lead"], case)
    for name in CLOCKS:
        old, new = _moment(before[f"{name}_by"]), _moment(after[f"{name}_by"])
        if old == new:
            continue
        late = _late(name, old, new, part, now) if part and old and new else None
        yield Clock(name, _movement(old, new), late)


def _movement(old: datetime | None, new: datetime | None) -> Movement:
    if old is None or new is None:
        return "dropped" if new is None else "added"
    return "tightened" if new < old else "eased"


def _judged(lead: str | None, lead_before: str | None, case: Case | None) -> Referral | None:
    """The part of the unit that did the work, where both rule sets would have given it the case.

    None where time was stopped or given anew: then the clock that ran was neither of the two.
    """
    if case is None or case.pauses or lead is None or lead != lead_before:
        return None
    first = next((part for part in case.referrals if part.role == "lead"), None)
    if first is None or first.unit != lead or first.round > 1:
        return None
    own = [clock for clock in case.deadlines if clock.referral == first.id]
    return None if any(clock.pauses or len(clock.spans) > 1 for clock in own) else first


def _late(
    name: str, old: datetime, new: datetime, part: Referral, now: datetime
) -> tuple[bool, bool] | None:
    done: datetime | None = getattr(part, _DONE[name])
    if done is None and not part.open:
        return None  # given back or taken away before it was due
    ended = done or now
    return ended > old, ended > new


def _moment(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)
