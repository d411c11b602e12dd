"""What must not be mediated: crime, administrative acts, what a court or arbitrator has."""

from __future__ import annotations

from referral_engine import Decline, Handler, Referral, Reply

from .department import GROUNDS, justice
from .words import ADMINISTRATIVE, CRIME, ELSEWHERE, any_of


def crime(referral: Referral) -> bool:
    """The message tells of facts that may be a crime."""
    return any_of(referral, CRIME)


def in_court(referral: Referral) -> bool:
    """A court or an arbitrator has it already, and did not send it here."""
    return any_of(referral, ELSEWHERE) and referral.channel != "court"


def administrative_act(referral: Referral) -> bool:
    """It is about what an authority decided."""
    return any_of(referral, ADMINISTRATIVE)


@justice.handles(when=crime)
class Crime(Handler):
    """Facts of crime go to the police, whatever else is asked."""

    def offered(self, referral: Referral) -> Reply:
        return Decline("crime", "police", GROUNDS["crime"])


@justice.handles(when=in_court, role="lead")
class InCourt(Handler):
    def offered(self, referral: Referral) -> Reply:
        return Decline("handled_elsewhere", "", GROUNDS["handled_elsewhere"])


@justice.handles(when=administrative_act, role="lead", category=("D", "X01"))
class AdministrativeAct(Handler):
    """Guided by the legal aid centre, which explains review and suit."""

    def offered(self, referral: Referral) -> Reply:
        return Decline("administrative_act", "legal_aid", GROUNDS["administrative_act"])
