"""受案调查: what could not be settled on the spot is decided by the officers in charge."""

from __future__ import annotations

from referral_engine import Defer, Handler, Referral, Reply

from .department import police, traffic_police


def investigated(referral: Referral) -> bool:
    """The path has come to its second step: officers were there, and a case was opened."""
    return referral.step == "investigate"


@police.handles(path="policing", when=investigated, role="lead")
@traffic_police.handles(path="policing", when=investigated, role="lead")
class Investigation(Handler):
    def offered(self, referral: Referral) -> Reply:
        return Defer(
            "已受案，由办案民警依法调查、处理；需要鉴定的，写明期限申请中止计时，只停本承办。"
        )
