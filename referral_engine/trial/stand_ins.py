"""Who acts where only the act is told: somebody nameless who holds a role that may do it."""

from __future__ import annotations

from referral_engine.lifecycle import REFERRAL_STEPS, roles_for
from referral_engine.model.case import Case
from referral_engine.model.principal import CENTRE_ROLES, Principal, Role
from referral_engine.org import Org

__all__ = ["StandIns"]

_UNIT_VERBS = frozenset(step.command for step in REFERRAL_STEPS)
_APART = ("review", "call_back")
_RUNNING = ("unit", "lead", "support", "owner", "superior", "next", "centre", "leader")


class StandIns:
    """A role is held by another nameless person each time, so that what needs a second has one."""

    def __init__(self, org: Org) -> None:
        self._org = org

    def of(self, case: Case, verb: str, who: str, turn: str) -> Principal:
        """Whoever may give the command `verb`: of the unit `who`, or the role it names, or of the
        unit whose business it is. `turn` tells the people of one case apart.
        """
        if who == "reporter" or (not who and roles_for(verb) == ("reporter",)):
            return Principal(case.reporter, ("reporter",))
        roles = roles_for(verb)
        unit = self._unit(case, who, verb)
        own: tuple[Role, ...] = ("officer", "mediator") if verb in _UNIT_VERBS else CENTRE_ROLES
        held = tuple(role for role in roles if role in own) or roles
        if case.sealed and "sealed_contact" in roles and unit in (case.holder, case.owner):
            held = ("sealed_contact",)
        return Principal(f"test/{turn}", tuple(r for r in held if r != "reporter"), unit)

    def _unit(self, case: Case, who: str, verb: str) -> str:
        if who and who not in _RUNNING:
            return self._station(case, who)
        lead = case.lead()
        match who:
            case "support":
                found = next((r for r in case.referrals if r.role == "support" and r.open), None)
                return found.station if found else ""
            case "owner":
                return case.owner
            case "superior" | "next":
                return self._org.superior(case.owner) or case.holder
            case "unit" | "lead":
                return lead.station if lead else case.owner
            case "centre" | "leader":
                return case.holder
        if verb in _UNIT_VERBS and lead is not None:
            return lead.station
        return self._apart(case) if verb in _APART else case.holder

    def _station(self, case: Case, unit: str) -> str:
        """A department acts through the station that has its part of the case."""
        found = (r.station for r in reversed(case.referrals) if unit in r.units)
        return next(found, unit)

    def _apart(self, case: Case) -> str:
        """Nobody reviews their own unit's work: the holder, else the nearest unit above it."""
        handlers = {unit for r in case.referrals if r.claimed_at for unit in r.units}
        if case.holder not in handlers:
            return case.holder
        return self._org.superior_not_in(case.holder, frozenset(handlers)) or case.holder
