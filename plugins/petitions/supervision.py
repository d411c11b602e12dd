"""督办: beside the responsible unit, as support."""

from __future__ import annotations

from referral_engine import Claim, Progress, Referral, Reply, pick, wait_within

from .course import DAYS, Course, feedback
from .department import petitions

_REPORTS = (
    "已向责任单位发出督办函，核对受理告知书和处理意见书均按期送达，信访人对程序无异议。",
    "已参加联合接访，督促责任单位逐项答复，信访事项录入系统并跟踪至办结。",
)


@petitions.handles(role="support")
class Supervision(Course):
    def offered(self, referral: Referral) -> Reply:
        registered = Progress("已登记并交办责任单位，按期督办。", status="signed")
        return [Claim(), registered, wait_within(referral, "report", DAYS, 3 * DAYS)]

    def work(self, referral: Referral) -> Reply:
        told = _REPORTS[pick(referral, "report", len(_REPORTS))]
        return feedback(referral, told, "solved", "supervision_letter")
