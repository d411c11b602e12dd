"""A department that does as it should, beside all the others."""

from __future__ import annotations

from datetime import timedelta

from referral_engine import (
    Claim,
    Conference,
    Contact,
    Department,
    Escalation,
    Handler,
    Progress,
    Referral,
    Reply,
    Report,
    Wait,
    hookimpl,
)

department = Department(
    "well_behaved", "守规矩的部门", "2.1", statuses={"open": "办理中", "met": "已参会"}
)


@department.handles(category="S02", when=lambda referral: referral.people < 100)
class Hazards(Handler):
    def offered(self, referral: Referral) -> Reply:
        return [Claim(), Contact("已电话联系"), Wait(timedelta(hours=2), "inspect")]

    def work(self, referral: Referral) -> Reply:
        return Report(f"{referral.bookmark}完毕，隐患已排除。")

    def withdraw(self, referral: Referral) -> Reply:
        return None

    def escalated(self, referral: Referral, escalation: Escalation) -> Reply:
        return Progress(f"{escalation.effect} {escalation.level}", status="open")

    def conference(self, referral: Referral, conference: Conference) -> Reply:
        return Progress(f"{conference.id} {len(conference.members)}", status="met")

    def returned(self, referral: Referral) -> Reply:
        return [Progress("重新核查"), Wait(timedelta(days=1), "again")]


@hookimpl
def referral_departments() -> list[Department]:
    return [department]
