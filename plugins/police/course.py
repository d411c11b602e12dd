"""The course of police work that most handlers share: claim, go there, report."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

import referral_engine
from referral_engine import Act, Claim, Progress, Referral, Reply, Wait, pick, wait_within

from .record import feedback, on_the_spot

MINUTES = timedelta(minutes=1)
HOURS = timedelta(hours=1)


class Course(referral_engine.Course):
    """接警 → 处警 → 反馈. A subclass says what is promised, found and reported.

    ``attend`` and ``finish`` are the least and greatest time each takes.
    """

    phoned = "已电话联系反映人：{said}"
    noted = "反映人未留联系方式，已在案件进度中告知：{said}"
    urged = "已收到催办，值班所领导督促办理。"
    attends = "将派员参加会商。"
    sent_back = "反馈被退回，重新核查。"
    sent_back_status = "attending"
    redo = (2 * HOURS, 8 * HOURS)

    promise: ClassVar[str] = "已接警，民警将尽快到场核查。"
    attend: ClassVar[tuple[timedelta, timedelta]] = (15 * MINUTES, 60 * MINUTES)
    finish: ClassVar[tuple[timedelta, timedelta]] = (1 * HOURS, 5 * HOURS)
    reports: ClassVar[tuple[str, ...]] = ()

    def offered(self, referral: Referral) -> Reply:
        received = Progress("已登记接警，指派辖区民警。", status="received")
        said = self.first_word(referral, self.promise)
        return [Claim(), *said, received, self.on_the_way(referral)]

    def on_the_way(self, referral: Referral) -> Wait:
        """How long the officers take to get there."""
        return wait_within(referral, "attend", *self.attend, referral.arrive_by)

    def work(self, referral: Referral) -> Reply:
        if referral.bookmark == "attend":
            return [*self.attended(referral), wait_within(referral, "finish", *self.finish)]
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
