"""What all handlers of the justice stations answer alike."""

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
        return Progress("已收到催办，司法所所长督促调解员加快办理。")

    def conference(self, referral: Referral, conference: Conference) -> Reply:
        return Progress("将派调解员参加会商。") if referral.state == "claimed" else None

    def returned(self, referral: Referral) -> Reply:
        wait = after(referral, "again", 4 * HOURS, 2 * DAYS, referral.report_by)
        return [Progress("反馈被退回，补充走访和卷宗材料。"), Wait(wait, "again")]
