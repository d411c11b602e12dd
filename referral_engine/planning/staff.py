"""Who acts in a plan: nameless holders of the posts that a command needs."""

from __future__ import annotations

from functools import lru_cache

from referral_engine.model.case import Case
from referral_engine.model.principal import Principal, Role
from referral_engine.org import Org

__all__ = ["officer", "somebody"]


@lru_cache(maxsize=4096)
def officer(unit: str) -> Principal:
    """Whoever acts for a unit in its referrals, sealed ones too."""
    return Principal(f"plan:{unit}", ("officer", "sealed_contact"), unit)


def somebody(word: str, case: Case, org: Org) -> Principal:
    """Somebody of a role where the case is held; a reviewer or caller of a unit that did not handle
    it. ``role#2`` is another person of that role, ``outside_leader`` one of discipline."""
    role, _mark, number = word.partition("#")
    unit = case.holder
    if role == "outside_leader":
        role, unit = "duty_leader", org.discipline()
    if role in ("reviewer", "callback_officer") and not case.sealed:
        handlers = {each for r in case.referrals if r.claimed_at for each in r.units}
        if unit in handlers:
            unit = org.superior_not_in(unit, frozenset(handlers)) or org.discipline()
    return _post(role, number, unit, sealed=bool(case.sealed))


@lru_cache(maxsize=4096)
def _post(role: Role, number: str, unit: str, *, sealed: bool) -> Principal:
    roles: tuple[Role, ...] = (role, "sealed_contact") if sealed else (role,)
    return Principal(f"plan:{role}{number}@{unit}", roles, unit)
