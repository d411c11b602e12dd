"""配合: a joint inspection while another unit leads."""

from __future__ import annotations

from referral_engine import Arrive, Claim, Progress, Referral, Reply, pick, wait_within

from .course import DAYS, HOURS, Course, feedback
from .department import market_supervision

_REPORTS = (
    "已参加联合检查，核查经营主体资格和进货台账，两处问题已当场整改，检查记录已移交主办单位。",
    "已配合现场核查并出具检查意见，未发现职责范围内的违法行为，后续加强巡查。",
)


@market_supervision.handles(role="support")
class Support(Course):
    def offered(self, referral: Referral) -> Reply:
        wait = wait_within(referral, "arrive", 2 * HOURS, DAYS, referral.arrive_by)
        return [Claim(), Progress("已指派执法人员参加联合检查。"), wait]

    def work(self, referral: Referral) -> Reply:
        if referral.bookmark == "arrive":
            return [Arrive(), wait_within(referral, "end", 4 * HOURS, 2 * DAYS)]
        told = _REPORTS[pick(referral, "report", len(_REPORTS))]
        return feedback(referral, told, "solved", "inspection_record")
