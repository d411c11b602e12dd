"""What must not be mediated: crime, administrative acts, what a court or arbitrator has."""

from __future__ import annotations

from referral_engine import Decline, Defer, Handler, Referral, Reply

from .department import GROUNDS, justice
from .words import ADMINISTRATIVE, CRIME, ELSEWHERE


def crime(referral: Referral) -> bool:
    """The message tells of facts that may be a crime."""
    return referral.mentions(CRIME)


def in_court(referral: Referral) -> bool:
    """A court or an arbitrator has it already, and did not send it here."""
    return referral.mentions(ELSEWHERE) and referral.channel != "court"


def administrative_act(referral: Referral) -> bool:
    """It is about what an authority decided."""
    return referral.mentions(ADMINISTRATIVE)


@justice.handles(when=crime, role="lead")
class Crime(Handler):
    """Facts of crime go to the police, whatever else is asked."""

    def offered(self, referral: Referral) -> Reply:
        return Decline("crime", "police", GROUNDS["crime"])


@justice.handles(when=in_court, role="lead")
class InCourt(Handler):
    def offered(self, referral: Referral) -> Reply:
        return Decline("handled_elsewhere", "", GROUNDS["handled_elsewhere"])


@justice.handles(when=administrative_act, role="lead", category=("D", "X01"))
class AdministrativeReview(Handler):
    """行政复议 is the department's own work, and a person's: no time limit may be missed."""

    def offered(self, referral: Referral) -> Reply:
        return Defer(
            "来信对行政机关的决定不服，不属于人民调解范围："
            "请行政复议机构尽快联系反映人，告知申请期限、材料和受理机关。"
        )
