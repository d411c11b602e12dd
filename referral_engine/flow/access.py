"""Who may see a case, and how much of it."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.model.case import Case
from referral_engine.model.code import is_code
from referral_engine.model.principal import Principal, Role
from referral_engine.model.unit import TERRITORIAL
from referral_engine.org import PERSON, Org

__all__ = [
    "PRIVACY",
    "Sight",
    "hidden",
    "keeps_seals",
    "may_see",
    "sees_scores",
    "sight",
    "unknown_case",
]

Sight = Literal["none", "masked", "full"]
"""``masked`` shows the case without who reports it; ``full`` shows names and phones."""

PRIVACY = "privacy"
"""A seal over faces and names alone: whoever directs the case still sees the matter."""

_OVERSIGHT = ("auditor", "administrator")
_OFFICES = ("callback_officer", "reviewer", "dispatcher", "duty_leader", "county_leader",
            "township_director", "village_director")  # fmt: skip
_ACTING = ("offered", "claimed", "reported")
_STAND_IN = ("duty_leader", "county_leader", "township_director")


def hidden(case: Case) -> bool:
    """Whether the case is there only for those it is meant for, and for nobody else at all."""
    return case.sealed not in ("", PRIVACY)


def may_see(by: Principal, case: Case, org: Org) -> bool:
    """Whether the case exists for this principal at all."""
    return sight(by, case, org) != "none"


def sight(by: Principal, case: Case, org: Org) -> Sight:
    """How much this principal sees.

    The barred see nothing, not even that there is a case. A sealed case is seen by the reporter,
    the units that act in it, and the sealed-case contacts of the unit that holds it.
    Names and phones: the reporter's own, the acting units, the centre and the call-back officer,
    and never administrator or auditor, of whatever unit. Whoever reported the same and was merged
    sees the matter and not the other's name.
    """
    if by.has("engine"):
        return "full"
    if by.has("reporter") and by.id:
        if by.id == case.reporter:
            return "full"
        if by.id in case.reporters:
            return "masked"
    barred = case.barred
    if barred and (by.unit in barred or by.id in barred or PERSON + by.id in barred):
        return "none"
    ordinary = _ordinary(by, case, org)
    if not case.sealed or _acts(by, case) or _keeps_seal(by, case, org):
        return ordinary
    return "masked" if case.sealed == PRIVACY and ordinary != "none" else "none"


def sees_scores(by: Principal, case: Case) -> bool:
    """Whoever handles a case sees no score before it has ended (domain.md §9, 刷满意度)."""
    return case.over or not any(by.unit in r.units for r in case.referrals)


def unknown_case(id: str) -> Refused:
    """What is said of a code that does not exist, and in the same words of a case that does not
    exist for whoever asks: a seal must not even be guessed. Of a part, its case is said not to be
    there: whether the part is one would tell."""
    head = id.partition("-")[0]
    return Refused(
        "UNKNOWN_CASE",
        _("There is no case {code}.").format(code=head if is_code(head) else id),
        _("`referral case list` shows the newest."),
    )


def keeps_seals(unit: str, org: Org) -> bool:
    """Whether somebody in the unit is the contact for sealed cases."""
    people = org.people(unit)
    return any(p.unit == unit and p.role == "sealed_contact" for who in people for p in who.posts)


def _ordinary(by: Principal, case: Case, org: Org) -> Sight:
    """What a principal would see if nothing were sealed."""
    if _watches(by.roles):
        return "masked"
    if _acts(by, case) or by.unit in (case.holder, case.owner):
        return "full"
    if by.has(*_OVERSIGHT):
        return "masked"  # beside another role, of another unit
    unit = org.unit(by.unit)
    if unit is None or not org.under(case.territory, unit.territory):
        return "none"
    if by.has(*_OFFICES):
        return "full"
    # A grid or village answers for its place; a department has no business with others' cases.
    return "masked" if unit.kind in TERRITORIAL else "none"


@lru_cache(maxsize=256)
def _watches(roles: tuple[Role, ...]) -> bool:
    """Whoever only watches over the engine acts in no case, whatever unit the post is in."""
    return bool(roles) and all(role in _OVERSIGHT for role in roles)


def _acts(by: Principal, case: Case) -> bool:
    if _watches(by.roles):
        return False
    unit = by.unit
    for each in case.referrals:
        if (unit == each.station or unit == each.unit) and each.state in _ACTING:
            return True
    return False


def _keeps_seal(by: Principal, case: Case, org: Org) -> bool:
    """The contact of the unit that holds the case; its leader where it has no contact."""
    if by.unit not in (case.holder, case.owner):
        return False
    return by.has("sealed_contact") or (by.has(*_STAND_IN) and not keeps_seals(by.unit, org))
