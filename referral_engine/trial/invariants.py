"""What must hold after every step of a story, whatever the rules say (rules.md, domain.md §1b)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from referral_engine.flow.apply import apply
from referral_engine.i18n import _
from referral_engine.model.case import Case
from referral_engine.model.event import Event, event_name
from referral_engine.store import Store
from referral_engine.store.audit import verify
from referral_engine.store.tables import OUTBOXES, wakeup

__all__ = ["broken", "broken_case"]


def broken(store: Store) -> list[str]:
    """Every invariant that does not hold over all cases; empty when all is well."""
    found = [str(finding) for finding in verify(store.engine)]
    with store.reading() as reader:
        codes = [each.event.case for each in reader.all_events() if each.event.seq == 1]
        for code in codes:
            loaded = reader.load(code)
            if loaded is not None:
                found += broken_case(loaded.case, reader.events(code))
    return found + list(_failures(store))


def broken_case(case: Case, events: list[Event]) -> list[str]:
    """What does not hold of one case and its history."""
    return [*_owners(events), *_watched(case), *_recused(case), *_fitting(case)]


def _owners(events: list[Event]) -> Iterator[str]:
    """An owner at every event, and never one that is barred."""
    case: Case | None = None
    for event in events:
        case = apply(case, event)
        where = f"{event.case} event {event.seq} ({event_name(event.body)})"
        if not event.owner:
            yield _("{where}: nobody owns the case").format(where=where)
        if event.owner in case.barred or case.holder in case.barred:
            yield _("{where}: the owner is barred: {unit}").format(where=where, unit=event.owner)


def _watched(case: Case) -> Iterator[str]:
    """Somebody is watched by a clock, or named persons are waited for."""
    if case.over:
        return
    waits = any(proposal.state == "open" for proposal in case.proposals)
    if not waits and not any(deadline.open for deadline in case.deadlines):
        yield _("{code}: no deadline runs and nobody is waited for").format(code=case.code)


def _recused(case: Case) -> Iterator[str]:
    """The accused act nowhere in the case."""
    for referral in case.referrals:
        if referral.open and set(referral.units) & set(case.barred):
            yield _("{id}: the referral is with a barred unit").format(id=referral.id)


def _fitting(case: Case) -> Iterator[str]:
    """State, lead, clock stops and answer tell the same story."""
    leads = [r for r in case.referrals if r.role == "lead" and r.open]
    if len(leads) > 1:
        yield _("{code}: two units lead it").format(code=case.code)
    wanted = {"assigned": ["offered"], "in_progress": ["claimed"]}.get(case.state, [])
    if [lead.state for lead in leads] != wanted:
        held = ", ".join(lead.state for lead in leads) or "–"
        yield _("{code} is {state}, its lead {lead}").format(
            code=case.code, state=case.state, lead=held
        )
    stops = {stop.scope for stop in case.pauses if stop.until is None}
    for clock in case.deadlines:
        if clock.state == "paused" and not {"case", clock.referral} & stops:
            yield _("{code}: the clock {name} stands still for nothing").format(
                code=case.code, name=clock.name
            )
    if case.over and stops:
        yield _("{code} is over and still on hold").format(code=case.code)
    if case.state in ("closed", "rejected", "redirected") and case.answered_at is None:
        yield _("{code} ended without an answer").format(code=case.code)
    if case.contested and not any(d.open and d.name == "designate" for d in case.deadlines):
        yield _("{code} is contested and nobody designates").format(code=case.code)


def _failures(store: Store) -> Iterator[str]:
    """A timer, call, notice or follow-up that failed is an error here, not one to try again."""
    with store.reading() as reader:
        failed = select(wakeup.c.case_code, wakeup.c.error).where(wakeup.c.error != "")
        for row in reader.connection.execute(failed):
            yield _("{code}: a timer failed: {error}").format(code=row[0], error=row[1])
        for box in OUTBOXES:
            query = select(box.c.case_code, box.c.error).where(box.c.error != "")
            for row in reader.connection.execute(query):
                yield f"{row[0]}: {box.name}: {row[1]}"
