"""Handing a shift over (交接班): what the unit has on its hands, who hands it over, who takes it.

The cases go with the unit and not with the person, so that nothing is without an owner while nobody
has taken over; what is recorded is that somebody looked at them, and who does from now on.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from referral_engine.desk.door import Desk
from referral_engine.desk.view import View
from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.model.principal import Principal
from referral_engine.org import Org
from referral_engine.store import CaseFilter, InboxLine, Tx, handovers
from referral_engine.store.handovers import Handover, Load

__all__ = ["Handover", "Held", "give", "held", "log", "take"]

_MOST = 10_000


class Held(NamedTuple):
    """One thing a unit has on its hands: a referral, or a case that it holds or owns itself.

    ``due_at`` is UTC, None where no clock runs; ``unsigned`` the proposals its people may sign.
    """

    id: str
    case: str
    state: str
    category: str
    due_name: str
    due_at: datetime | None
    unsigned: int = 0


def held(desk: Desk, unit: str, by: Principal) -> list[Held]:
    """All of it that `by` may see, the nearest clock first. Raises Refused (NO_SUCH_UNIT)."""
    view = View(desk.store, desk.workspace, desk.clock)
    found = {line.case: _referral(line) for line in view.inbox(unit, by)}
    for line in view.cases(by, _MOST, CaseFilter(owner=unit, open=True)):
        if line.code not in found:
            case = view.case(line.code, by, full=False).case
            clocks = [d for d in case.deadlines if d.due is not None and d.open]
            first = min(clocks, key=lambda d: d.due or case.received_at, default=None)
            unsigned = sum(p.state == "open" for p in case.proposals)
            found[line.code] = Held(
                line.code, line.code, line.state, line.category,
                first.name if first else "", first.due if first else None, unsigned,
            )  # fmt: skip
    return sorted(found.values(), key=lambda each: (each.due_at is None, each.due_at, each.id))


def _referral(line: InboxLine) -> Held:
    return Held(line.referral, line.case, line.state, line.category, line.due_name, line.due_at)


def give(desk: Desk, unit: str, by: Principal, to: str = "") -> Handover:
    """Hands the shift over, to the person `to`, or to whoever takes it.

    Raises Refused (NOT_YOUR_UNIT, NO_SUCH_PERSON, SAME_PERSON, SHIFT_WAITS).
    """
    org = desk.workspace.org
    _of_unit(org, unit, by.id)
    if to:
        _of_unit(org, unit, to)
    if to == by.id:
        raise _same()
    now = desk.clock.now()
    lines = held(desk, unit, by)
    load = Load(
        waiting=len(lines),
        late=sum(each.due_at is not None and each.due_at <= now for each in lines),
        unsigned=sum(each.unsigned for each in lines),
    )

    def write(tx: Tx) -> Handover:
        waiting = _last(handovers.newest(tx.writing, unit, 1))
        if waiting is not None and waiting.taken_at is None:
            raise Refused(
                "SHIFT_WAITS",
                _("{person} has handed this shift over; nobody has taken it yet.").format(
                    person=waiting.handed_by
                ),
                _("`referral desk take-over {unit}` takes it.").format(unit=unit),
            )
        return handovers.give(tx.writing, unit, by.id, to, load, now)

    return desk.store.transact(write)


def take(desk: Desk, unit: str, by: Principal) -> Handover:
    """Takes the unit's shift over from whoever handed it over.

    Raises Refused (NOT_YOUR_UNIT, NO_HANDOVER, SAME_PERSON, MEANT_FOR_ANOTHER).
    """
    _of_unit(desk.workspace.org, unit, by.id)
    now = desk.clock.now()

    def write(tx: Tx) -> Handover:
        waiting = _last(handovers.newest(tx.writing, unit, 1))
        if waiting is None or waiting.taken_at is not None:
            raise _none_waits()
        if waiting.handed_by == by.id:
            raise _same()
        if waiting.taken_by not in ("", by.id):
            raise Refused(
                "MEANT_FOR_ANOTHER",
                _("This shift was handed over to {person}.").format(person=waiting.taken_by),
            )
        if not handovers.take(tx.writing, waiting.id, by.id, now):
            raise _none_waits()  # somebody else was faster
        return waiting._replace(taken_by=by.id, taken_at=now)

    return desk.store.transact(write)


def log(desk: Desk, unit: str, by: Principal, limit: int) -> list[Handover]:
    """The unit's handovers, the newest first, for its own people and whoever watches over it.

    Raises Refused (NOT_YOUR_UNIT).
    """
    if not by.has("administrator", "auditor"):
        _of_unit(desk.workspace.org, unit, by.id)
    with desk.store.reading() as reader:
        return handovers.newest(reader.connection, unit, limit)


def _last(found: list[Handover]) -> Handover | None:
    return found[0] if found else None


def _of_unit(org: Org, unit: str, id: str) -> None:
    person = org.person(id)
    if person is None or unit not in person.units:
        raise Refused(
            "NOT_YOUR_UNIT",
            _("{person} has no post in {unit}.").format(person=id or "—", unit=unit),
            _("Name a person of the unit by --actor."),
        )


def _none_waits() -> Refused:
    return Refused("NO_HANDOVER", _("No shift of this unit waits to be taken over."))


def _same() -> Refused:
    return Refused("SAME_PERSON", _("Nobody takes a shift over from themselves."))
