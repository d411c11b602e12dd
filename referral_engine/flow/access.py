"""Who may see a case, and how much of it."""

from __future__ import annotations

from typing import Literal

from referral_engine.model.case import Case
from referral_engine.model.principal import Principal
from referral_engine.org import Org

__all__ = ["Sight", "may_see", "sight"]

Sight = Literal["none", "masked", "full"]
"""``masked`` shows the case without who reports it; ``full`` shows names and phones."""

_OVERSIGHT = ("auditor", "administrator")


def may_see(by: Principal, case: Case, org: Org) -> bool:
    """Whether the case exists for this principal at all."""
    return sight(by, case, org) != "none"


def sight(by: Principal, case: Case, org: Org) -> Sight:
    """How much this principal sees.

    The barred see nothing, not even that there is a case. A sealed case is seen by the reporter,
    the units that act in it, and the sealed-case contacts of the unit that holds it.
    Names and phones: the reporter's own, the acting units, the centre and the call-back officer.
    """
    if by.has("engine"):
        return "full"
    if by.has("reporter") and by.id in (case.reporter, *case.reporters):
        return "full"
    if by.unit in case.barred or by.id in case.barred:
        return "none"
    acting = {unit for r in case.referrals if r.open or r.state == "reported" for unit in r.units}
    holds = by.unit in (case.holder, case.owner)
    if case.sealed:
        if by.unit in acting:
            return "full"
        return "full" if holds and by.has("sealed_contact") else "none"
    if holds or by.unit in acting:
        return "full"
    if by.has(*_OVERSIGHT):
        return "masked"
    if by.has("callback_officer", "reviewer", "dispatcher", "duty_leader", "county_leader",
              "township_director", "village_director"):  # fmt: skip
        return "full" if _in_charge(by, case, org) else "masked"
    return "masked" if _in_charge(by, case, org) else "none"


def _in_charge(by: Principal, case: Case, org: Org) -> bool:
    """The principal's unit lies on the line of the case's territory."""
    unit = org.unit(by.unit)
    return unit is not None and org.under(case.territory, unit.territory)
