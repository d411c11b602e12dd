"""Recusal and sealing: whatever the rules say, the accused neither receive nor see the case."""

from __future__ import annotations

from collections.abc import Iterable

from referral_engine.flow.draft import Draft
from referral_engine.flow.offer import drop, hold_at_centre
from referral_engine.model import event as e
from referral_engine.model.command import AddAccused

__all__ = ["ACCUSATION", "add_accused", "bar", "barred_by", "is_accusation", "seal"]

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
    holder = _clear_holder(draft, units)
    draft.record(
        e.Barred(units=tuple(sorted(units)), accused=accused, holder=holder, note=note),
        owner=holder if case.owner in units else "",
    )


def seal(draft: Draft, reason: str) -> None:
    """Seals the case before anyone is chosen; an accusation is held by discipline."""
    if draft.case.sealed:
        return
    holder = ""
    if reason == ACCUSATION:
        holder = draft.org.discipline()
        holder = "" if holder in draft.case.barred else holder
    draft.record(e.Sealed(reason, holder=holder), owner=holder)


def add_accused(draft: Draft, command: AddAccused) -> None:
    """A late accusation: referrals of the accused end, access is revoked, the owner moves up."""
    known = tuple(unit for unit in command.units if unit)
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


def _clear_holder(draft: Draft, barred: frozenset[str]) -> str:
    case = draft.case
    if case.holder not in barred:
        return case.holder
    return draft.org.superior_not_in(case.holder, barred) or draft.org.discipline()
