"""What all handlers of the department answer alike."""

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

MINUTES = timedelta(minutes=1)
HOURS = timedelta(hours=1)
DAYS = timedelta(days=1)


class Course(Handler):
    """Urged, invited, returned: noted, attended, worked on again."""

    def escalated(self, referral: Referral, escalation: Escalation) -> Reply:
        if referral.state == "offered":
            return None
        return Progress("已收到催办，由分管局领导督促市场监管所加快办理。")

    def conference(self, referral: Referral, conference: Conference) -> Reply:
        return Progress("将派执法人员参加会商。") if referral.state == "claimed" else None

    def returned(self, referral: Referral) -> Reply:
        wait = after(referral, "again", 4 * HOURS, 2 * DAYS, referral.report_by)
        return [Progress("反馈被退回，重新核查现场和票据。"), Wait(wait, "end")]


def meets(referral: Referral, clock: str) -> str:
    """The clock's name where the engine watches it for this referral, else nothing."""
    return clock if clock in referral.clocks else ""
