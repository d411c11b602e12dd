"""What a plan comes to, counted event by event. Counts of parts add up, in whatever order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import msgspec

from referral_engine.model import event as e
from referral_engine.model.case import Case

__all__ = ["ClockCount", "Count", "DayCount", "UnitCount"]


class ClockCount(msgspec.Struct):
    """Clocks of one name: begun, met, and those whose end came first. One that has run out is
    late whether or not the act came after all."""

    started: int = 0
    met: int = 0
    late: int = 0


class UnitCount(msgspec.Struct):
    """What one unit was given and did. ``late`` counts its clocks that ran out by name, ``days``
    the referrals offered to it by local day."""

    offered: int = 0
    claimed: int = 0
    declined: int = 0
    reported: int = 0
    late: dict[str, int] = {}
    days: dict[date, int] = {}


class DayCount(msgspec.Struct):
    """Cases that came and that ended on one local day."""

    came: int = 0
    ended: int = 0


class Count(msgspec.Struct):
    """The whole of it.

    ``kinds``      events by kind; ``ownerless`` those that left a case without an owner
    ``ended``      cases by the state in which they ended, ``open`` by the state they are left in
    ``answered``   cases whose reporter had an answer by the end, open ones included
    ``unanswered`` cases that ended without one
    ``rungs``      escalations by what was done; recommendations by their step
    ``calls``      call-backs by result, ``scores`` by score
    ``refused``    acts that the flow refused, by code: people try what is no longer to be done
    """

    issues: int = 0
    kinds: dict[str, int] = {}
    ownerless: int = 0
    ended: dict[str, int] = {}
    open: dict[str, int] = {}
    answered: int = 0
    unanswered: int = 0
    clocks: dict[str, ClockCount] = {}
    units: dict[str, UnitCount] = {}
    days: dict[date, DayCount] = {}
    rungs: dict[str, int] = {}
    calls: dict[str, int] = {}
    scores: dict[int, int] = {}
    refused: dict[str, int] = {}

    @property
    def events(self) -> int:
        """All events that were recorded."""
        return sum(self.kinds.values())

    def add(self, case: Case, events: Iterable[e.Event], day: date) -> None:
        """Counts events of `case`, which stands as after them all; `day` is the local one."""
        kinds = self.kinds
        for event in events:
            body = event.body
            kind, found = _COUNTED[type(body)]
            kinds[kind] = kinds.get(kind, 0) + 1
            if not event.owner:
                self.ownerless += 1
            if found is not None:
                found(self, case, body, day)

    def end(self, case: Case, day: date) -> None:
        """Counts a case that is over."""
        _more(self.ended, case.state)
        self.day(day).ended += 1
        if case.answered_at is not None:
            self.answered += 1
        else:
            self.unanswered += 1

    def leave(self, case: Case) -> None:
        """Counts a case that is still open when the plan ends."""
        _more(self.open, case.state)
        self.answered += case.answered_at is not None

    def refuse(self, code: str) -> None:
        """Counts an act that the flow refused."""
        _more(self.refused, code)

    def day(self, day: date) -> DayCount:
        """The count of a local day."""
        found = self.days.get(day)
        if found is None:
            found = self.days[day] = DayCount()
        return found

    def clock(self, name: str) -> ClockCount:
        """The count of the clocks of a name."""
        found = self.clocks.get(name)
        if found is None:
            found = self.clocks[name] = ClockCount()
        return found

    def unit(self, id: str) -> UnitCount:
        """The count of a unit."""
        found = self.units.get(id)
        if found is None:
            found = self.units[id] = UnitCount()
        return found

    def merge(self, other: Count) -> None:
        """Adds what another part came to; the order in which parts are added changes nothing."""
        _add(self, other)


def _add(mine: Any, theirs: Any) -> None:
    """Adds numbers field by field, and tables of them entry by entry."""
    for field in mine.__struct_fields__:
        value, more = getattr(mine, field), getattr(theirs, field)
        if isinstance(value, dict):
            _add_table(value, more)
        else:
            setattr(mine, field, value + more)


def _add_table(mine: dict[Any, Any], theirs: dict[Any, Any]) -> None:
    for key, more in theirs.items():
        if isinstance(more, int):
            mine[key] = mine.get(key, 0) + more
        else:
            _add(mine.setdefault(key, type(more)()), more)


# -- what single kinds of events add -----------------------------------------------------------
def _registered(count: Count, _case: Case, _body: e.Registered, day: date) -> None:
    count.issues += 1
    count.day(day).came += 1


def _offered(count: Count, _case: Case, body: e.Offered, day: date) -> None:
    unit = count.unit(body.referral.unit)
    unit.offered += 1
    _more(unit.days, day)


def _of_unit(attribute: str) -> Callable[[Count, Case, Any, date], None]:
    def counted(count: Count, case: Case, body: Any, _day: date) -> None:
        referral = case.referral(body.referral)
        if referral is not None:
            unit = count.unit(referral.unit)
            setattr(unit, attribute, getattr(unit, attribute) + 1)

    return counted


def _clock_started(count: Count, _case: Case, body: e.ClockStarted, _day: date) -> None:
    count.clock(body.deadline.name).started += 1


def _clock_met(count: Count, case: Case, body: e.ClockMet, _day: date) -> None:
    for clock in case.deadlines:
        if clock.id == body.deadline:
            count.clock(clock.name).met += 1
            return


def _mark_fired(count: Count, case: Case, body: e.MarkFired, _day: date) -> None:
    if body.share != 1.0:
        return
    count.clock(body.name).late += 1
    referral = case.referral(body.referral)
    if referral is not None:
        _more(count.unit(referral.unit).late, body.name)


def _effect_done(count: Count, _case: Case, body: e.EffectDone, _day: date) -> None:
    step = body.target.partition(":")[0] if body.effect == "recommend" else ""
    _more(count.rungs, f"{body.effect}:{step}" if step else body.effect)


def _stepped_up(count: Count, _case: Case, body: e.SteppedUp, _day: date) -> None:
    if body.reason.startswith("backstop"):
        _more(count.rungs, "backstop")


def _called_back(count: Count, _case: Case, body: e.CalledBack, _day: date) -> None:
    _more(count.calls, body.result)
    if body.score:
        _more(count.scores, body.score)


def _more(table: dict[Any, int], key: Any) -> None:
    table[key] = table.get(key, 0) + 1


_Counting = Callable[[Count, Case, Any, date], None]
_MORE: dict[type, _Counting] = {
    e.Registered: _registered,
    e.Offered: _offered,
    e.Claimed: _of_unit("claimed"),
    e.Declined: _of_unit("declined"),
    e.Reported: _of_unit("reported"),
    e.ClockStarted: _clock_started,
    e.ClockMet: _clock_met,
    e.MarkFired: _mark_fired,
    e.EffectDone: _effect_done,
    e.SteppedUp: _stepped_up,
    e.CalledBack: _called_back,
}
_COUNTED: dict[type, tuple[str, _Counting | None]] = {
    kind: (str(kind.__struct_config__.tag), _MORE.get(kind)) for kind in e.EVENTS
}
"""Of each kind of event its name and what else it adds to."""
