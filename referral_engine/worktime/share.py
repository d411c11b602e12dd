"""When a share of a clock has run, for notices and steps at 50 %, 80 %, 100 %, 150 %."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from referral_engine.model.hours import WorkHours
from referral_engine.worktime.calendar import WorkCalendar
from referral_engine.worktime.deadline import Due, Paused, end_of, measure_of
from referral_engine.worktime.instant import NEVER, from_micros, to_micros
from referral_engine.worktime.measure import Measure
from referral_engine.worktime.stops import Interval, merged

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["at_share", "at_shares"]


def at_share(
    clock: Due | Paused, share: float | Fraction, calendar: WorkCalendar, hours: WorkHours
) -> datetime | None:
    """The UTC moment by which `share` of the clock's running time has run; 1 is the deadline.

    Running time is what passes between start and deadline by the clock's own unit, stops taken
    out: working time for ``wh`` and ``wd`` (the rest of the starting day included), otherwise all
    the time. Beyond 1 it runs on in the same way. Never earlier for a larger share. None where an
    open stop comes first. Raises ValueError for a negative share.
    """
    return at_shares(clock, (share,), calendar, hours)[0]


def at_shares(
    clock: Due | Paused,
    shares: Sequence[float | Fraction],
    calendar: WorkCalendar,
    hours: WorkHours,
) -> list[datetime | None]:
    """`at_share` for several shares of one clock, whose running time is measured once."""
    if shares and min(shares) < 0:
        raise ValueError(f"a share of a clock cannot be negative: {min(shares)}")
    ends = clock.at if isinstance(clock, Due) else None
    if all(share == 1 for share in shares):
        return [ends] * len(shares)
    term = clock.term
    start = to_micros(term.start)
    measure = measure_of(term.span.unit, calendar, hours)
    end, total = _length(clock, start, measure, calendar, hours)
    stops = merged(term.stops, start) if term.stops else ()

    def moment(share: float | Fraction) -> datetime | None:
        if share == 1 or (share > 1 and ends is None):
            return ends
        reached = _reached(start, round(total * share), stops, measure)
        if reached is None:
            return None
        # A deadline moved out of the night can lie where the unit's own time stands still.
        return from_micros(max(reached, end) if share > 1 else reached)

    return [moment(share) for share in shares]


def _length(
    clock: Due | Paused, start: int, measure: Measure, calendar: WorkCalendar, hours: WorkHours
) -> tuple[int, int]:
    """Deadline and running time up to it; of a clock that stands still as if it had run on."""
    stops = clock.term.stops
    closed = tuple(stop for stop in stops if stop.until is not None) if stops else ()
    running = clock
    if isinstance(running, Paused):
        running = end_of(msgspec.structs.replace(clock.term, stops=closed), calendar, hours)
    assert isinstance(running, Due), "only an open stop leaves a clock without an end"
    end = to_micros(running.at)
    if not closed:
        return end, measure.run(start, end)
    stopped = sum(
        measure.run(since, min(until, end)) for since, until in merged(closed, start) if since < end
    )
    return end, measure.run(start, end) - stopped


def _reached(start: int, amount: int, stops: Sequence[Interval], measure: Measure) -> int | None:
    moment = measure.after(start, amount)
    for since, until in stops:
        if since >= moment:
            break
        if until == NEVER:
            return None
        moment = measure.after(until, measure.run(since, moment))
    return moment
