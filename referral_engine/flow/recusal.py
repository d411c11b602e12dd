"""Recusal and sealing: whatever the rules say, the accused neither receive nor see the case."""

from __future__ import annotations

from collections.abc import Iterable

from referral_engine.errors import Refused
from referral_engine.flow.access import keeps_seals
from referral_engine.flow.draft import Draft
from referral_engine.flow.offer import drop, hold_at_centre
from referral_engine.i18n import _
from referral_engine.model import event as e
from referral_engine.model.command import AddAccused

__all__ = ["ACCUSATION", "add_accused", "bar", "barred_by", "clear_of", "is_accusation", "seal"]

ACCUSATION = "accusation"
_ACCUSATIONS = "X02"
"""Category 检举控告 (domain.md §4); a county that has no such code seals by ``accused`` alone."""


def is_accusation(draft: Draft) -> bool:
    """An issue that accuses someone, by its category or because it names the accused."""
    return bool(draft.case.accused) or draft.case.category.startswith(_ACCUSATIONS)


def barred_by(draft: Draft, accused: Iterable[str]) -> frozenset[str]:
    """Person or unit, superior office, stations, signers: everyone the accusation bars."""
    return frozenset[str]().union(*(draft.org.related(each) for each in accused))


def bar(draft: Draft, accused: tuple[str, ...], note: str = "") -> None:
    """Bars the accused; where they held the case, the nearest superior not accused holds it."""
    case = draft.case
    units = barred_by(draft, accused) | frozenset(case.barred)
    holder = clear_of(draft, case.holder, units)
    draft.record(
        e.Barred(units=tuple(sorted(units)), accused=accused, holder=holder, note=note),
        owner=holder if case.owner in units else "",
    )


def seal(draft: Draft, reason: str) -> None:
    """Seals the case before anyone is chosen; an accusation is held by discipline, any other by
    the nearest unit with a contact for sealed cases. A unit that has the case in hand keeps it."""
    case = draft.case
    if case.sealed and (reason != ACCUSATION or case.sealed == ACCUSATION):
        return
    holder = draft.org.discipline() if reason == ACCUSATION else ""
    if not holder or holder in case.barred:
        holder = _keeper(draft)
    owner = holder if case.owner == case.holder else ""
    draft.record(e.Sealed(reason, holder=holder), owner=owner)


def add_accused(draft: Draft, command: AddAccused) -> None:
    """A late accusation: referrals of the accused end, access is revoked, the owner moves up."""
    known = tuple(unit for unit in command.units if unit)
    if not known:
        raise Refused("NO_ACCUSED", _("An accusation names somebody."), _("Name --unit."))
    note = draft.keep(command.reason)
    bar(draft, known, note)
    seal(draft, ACCUSATION)
    barred = frozenset(draft.case.barred)
    lost = False
    for referral in draft.case.referrals:
        if referral.open and barred.intersection(referral.units):
            drop(draft, referral, "recusal")
            lost = lost or referral.role == "lead"
    if lost or draft.case.owner in barred:
        hold_at_centre(draft, "designate")


def clear_of(draft: Draft, holder: str, barred: frozenset[str]) -> str:
    """``holder``, or who holds the case where it is barred: the nearest superior that is not,
    then discipline, the root centre, any government; in the end somebody has to."""
    if holder and holder not in barred:
        return holder
    org = draft.org
    governments = (unit.id for unit in org.content.units if unit.kind == "government")
    above = [*org.superiors_of(holder), org.discipline(), draft.centre(org.tree.root), *governments]
    return next((unit for unit in above if unit and unit not in barred), holder)


def _keeper(draft: Draft) -> str:
    """The nearest unit upwards that has a contact for sealed cases; the holder where none has."""
    case, org = draft.case, draft.org
    chain = [case.holder, *org.superiors_of(case.holder)]
    fit = (unit for unit in chain if unit not in case.barred and keeps_seals(unit, org))
    return next(fit, case.holder)
