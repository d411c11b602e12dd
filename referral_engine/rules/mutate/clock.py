"""Deadlines with one changed or left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from referral_engine.errors import Place
from referral_engine.rules.mutate.mutant import Change
from referral_engine.rules.mutate.operand import spans
from referral_engine.rules.tree import NamedClock, Within

__all__ = ["clock_changes"]


def clock_changes(
    within: Within, name: str, place_of: Callable[[str], Place]
) -> Iterator[Change[Within]]:
    """Each clock a unit longer and shorter, and none of it; `place_of` tells a clock's place."""
    for number, clock in enumerate(within):
        before, behind = within[:number], within[number + 1 :]
        place, label = place_of(clock.name), f"{name}.{clock.name}"
        for span in spans(clock.span):
            changed = replace(clock, span=span)
            whole = (*before, changed, *behind)
            yield Change(label, "deadline", place, _said(clock), _said(changed), whole)
        yield Change(label, "deadline", place, _said(clock), "", before + behind)


def _said(clock: NamedClock) -> str:
    since = f" since {clock.since}" if clock.since else ""
    return f"{clock.name}: {clock.span}{since}"
