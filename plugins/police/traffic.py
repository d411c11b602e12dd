"""Traffic: accidents, traffic noise, parking and signals."""

from __future__ import annotations

from datetime import timedelta

from referral_engine import Act, Progress, Referral

from .course import HOURS, MINUTES, Course
from .department import police, traffic_police


@police.handles(category=("D14", "M04c"), role="lead")
@traffic_police.handles(category="D14")
class Accident(Course):
    """事故 without a life in danger: fixed on the spot, the finding of fault follows."""

    promise = "已接警，请开启危险报警闪光灯、放置警示牌，人员撤离至安全地带。"
    attend = (10 * MINUTES, 40 * MINUTES)
    finish = (3 * HOURS, timedelta(days=2))
    reports = (
        "民警到场勘查，当事人对事实无异议，已按简易程序出具道路交通事故认定书并告知赔偿调解途径。",
        "现场已勘查并恢复通行，事故认定书已送达各方，双方保险公司已介入定损理赔。",
    )

    def attended(self, referral: Referral) -> list[Act]:
        opened = Progress("现场勘查完毕，已受理事故。", status="case_opened")
        return [*super().attended(referral), opened]


@traffic_police.handles()
class Roads(Course):
    """秩序: parking, signals, lorries and the noise they make."""

    promise = "已登记，交警将到场核查交通秩序。"
    attend = (1 * HOURS, 6 * HOURS)
    finish = (6 * HOURS, timedelta(days=2))
    reports = (
        "已安排交警在高峰和夜间时段现场执勤、疏导交通，劝离违停车辆，通行秩序明显好转。",
        "已实地踏勘，优化该路口信号配时并增设警示设施，后续纳入日常巡查。",
    )
