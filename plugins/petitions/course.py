"""What all handlers of the petitions office answer alike."""

from __future__ import annotations

from datetime import timedelta

from referral_engine import (
    Conference,
    Escalation,
    Handler,
    Progress,
    Referral,
    Reply,
    Wait,
)

from .pace import after

HOURS = timedelta(hours=1)
DAYS = timedelta(days=1)


class Course(Handler):
    """Urged, invited, returned: noted, attended, worked on again."""

    def escalated(self, referral: Referral, escalation: Escalation) -> Reply:
        if referral.state == "offered":
            return None
        return Progress("已收到催办，由分管领导包案督促。")

    def conference(self, referral: Referral, conference: Conference) -> Reply:
        return Progress("将参加会商并通报信访人诉求。") if referral.state == "claimed" else None

    def returned(self, referral: Referral) -> Reply:
        wait = after(referral, "again", 4 * HOURS, 2 * DAYS, referral.report_by)
        return [Progress("审核退回，重新办理。", status="sent_back"), Wait(wait, "again")]
