"""From a target in a rule to the unit that gets the case."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from referral_engine.model.target import Target

if TYPE_CHECKING:
    from referral_engine.org.organisation import Org

__all__ = ["resolve"]

Barred = frozenset[str]


def resolve(
    org: Org, target: Target, territory: str, at: datetime, first: str, barred: Barred
) -> str | None:
    """The unit meant, never a barred one; None where none is left. See Org.resolve."""
    if target.first_present:
        return _first_present(org, target.first_present, territory, at, first, barred)
    if target.relative == "first":
        return _first(org, territory, at, first, barred)
    if target.relative:
        return _allowed(org, org.answering(territory, target.relative), at, barred)
    if code := org.tree.exact(target.unit):
        return _allowed(org, org.answering(code, org.tree.level(code)), at, barred)
    if org.unit(target.unit) is None:
        return None
    unit = org.current(target.unit, at)
    return None if unit in barred else unit


def _first(org: Org, territory: str, at: datetime, first: str, barred: Barred) -> str | None:
    """Whoever took the case in; the centre where nobody did, and upwards from a barred one."""
    taker = first if org.unit(first) else org.centre(territory)
    return _allowed(org, [taker, *org.superiors_of(taker)], at, barred)


def _first_present(
    org: Org,
    targets: tuple[Target, ...],
    territory: str,
    at: datetime,
    first: str,
    barred: Barred,
) -> str | None:
    """The first one present; where none is, the last one, which is the list's "otherwise"."""
    last: str | None = None
    for target in targets:
        unit = resolve(org, target, territory, at, first, barred)
        if unit is None:
            continue
        if org.present(org.station(unit, territory), at) or org.present(unit, at):
            return unit
        last = unit
    return last


def _allowed(org: Org, units: Iterable[str], at: datetime, barred: Barred) -> str | None:
    return next((u for each in units if (u := org.current(each, at)) not in barred), None)
