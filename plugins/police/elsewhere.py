"""What is no police matter: help that others give, and civil debts."""

from __future__ import annotations

from referral_engine import Decline, Handler, NotNeeded, Referral, Reply

from .department import GROUNDS, police
from .words import DEBT, NOT_POLICE, OFFENCE


def not_police(referral: Referral) -> bool:
    """Help that the police do not give, and no hint of an offence."""
    return referral.mentions(NOT_POLICE) and not referral.mentions(OFFENCE)


def civil_debt(referral: Referral) -> bool:
    """Money owed between private parties, and no hint of an offence."""
    return referral.mentions(DEBT) and not referral.mentions(OFFENCE)


@police.handles(when=not_police)
class NotPolice(Handler):
    """Back to the hotline in one step; a support says that it is not needed."""

    def offered(self, referral: Referral) -> Reply:
        if referral.role == "support":
            return NotNeeded(GROUNDS["non_police_help"])
        return Decline("non_police_help", "hotline_12345", GROUNDS["non_police_help"])


@police.handles(when=civil_debt, role="lead")
class CivilDebt(Handler):
    """The police must not step into economic disputes."""

    def offered(self, referral: Referral) -> Reply:
        return Decline("civil_debt", "justice", GROUNDS["civil_debt"])
