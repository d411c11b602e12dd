"""配合: law explained on the spot while another unit leads."""

from __future__ import annotations

from referral_engine import Arrive, Claim, Progress, Referral, Reply, pick, wait_within

from .course import DAYS, HOURS, Course, feedback
from .department import justice, legal_aid

_REPORTS = (
    "已派法律顾问到场释法，就权利义务、证据和法定途径作出说明，供主办单位参考。",
    "已会同主办单位参与现场调解，提供法律意见一份，后续随叫随到。",
)


@justice.handles(role="support")
@legal_aid.handles(role="support")
class Support(Course):
    def offered(self, referral: Referral) -> Reply:
        wait = wait_within(referral, "arrive", 2 * HOURS, DAYS, referral.arrive_by)
        return [Claim(), Progress("已指派法律顾问配合。"), wait]

    def work(self, referral: Referral) -> Reply:
        if referral.bookmark == "arrive":
            return [Arrive(), wait_within(referral, "end", 4 * HOURS, 2 * DAYS)]
        told = _REPORTS[pick(referral, "report", len(_REPORTS))]
        return feedback(referral, told, "solved", "legal_opinion")
