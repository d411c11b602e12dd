"""The course of police work that most handlers share: claim, go there, report."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from referral_engine import (
    Act,
    Claim,
    Conference,
    Escalation,
    Handler,
    Progress,
    Referral,
    Reply,
    Wait,
)

from .pace import after, pick
from .record import feedback, first_word, on_the_spot

MINUTES = timedelta(minutes=1)


class Course(Handler):
    """接警 → 处警 → 反馈. A subclass says what is promised, found and reported.

    ``attend`` and ``finish`` are the least and greatest time each takes.
    """

    promise: ClassVar[str] = "已接警，民警将尽快到场核查。"
    attend: ClassVar[tuple[timedelta, timedelta]] = (15 * MINUTES, 60 * MINUTES)
    finish: ClassVar[tuple[timedelta, timedelta]] = (60 * MINUTES, 300 * MINUTES)
    reports: ClassVar[tuple[str, ...]] = ()

    def offered(self, referral: Referral) -> Reply:
        received = Progress("已登记接警，指派辖区民警。", status="received")
        return [
            Claim(),
            *first_word(referral, self.promise),
            received,
            Wait(after(referral, "attend", *self.attend, referral.arrive_by), "attend"),
        ]

    def work(self, referral: Referral) -> Reply:
        if referral.bookmark == "attend":
            wait = after(referral, "finish", *self.finish, referral.report_by)
            return [*self.attended(referral), Wait(wait, "finish")]
        if referral.bookmark == "again":
            return feedback(referral, f"经再次上门核查并向反映人说明：{self.told(referral)}")
        return self.finished(referral)

    def attended(self, referral: Referral) -> list[Act]:
        """What is told once the officers are there."""
        return [on_the_spot(referral), Progress("民警已到场处置。", status="attending")]

    def finished(self, referral: Referral) -> Reply:
        """What is told in the end."""
        return feedback(referral, self.told(referral))

    def told(self, referral: Referral) -> str:
        """One of the reports of this kind of work."""
        return self.reports[pick(referral, "report", len(self.reports))]

    def escalated(self, referral: Referral, escalation: Escalation) -> Reply:
        if referral.state == "offered":
            return None
        return Progress("已收到催办，值班所领导督促办理。")

    def conference(self, referral: Referral, conference: Conference) -> Reply:
        return Progress("将派员参加会商。") if referral.state == "claimed" else None

    def returned(self, referral: Referral) -> Reply:
        wait = after(referral, "again", 2 * 60 * MINUTES, 8 * 60 * MINUTES, referral.report_by)
        return [Progress("反馈被退回，重新核查。", status="attending"), Wait(wait, "again")]
