"""配合: a joint inspection while another unit leads."""

from __future__ import annotations

from referral_engine import Arrive, Claim, Progress, Referral, Reply, Wait

from .course import DAYS, HOURS, Course
from .department import market_supervision
from .pace import after, pick
from .record import feedback

_REPORTS = (
    "已参加联合检查，核查经营主体资格和进货台账，责令当场改正两处问题，检查记录已移交主办单位。",
    "已配合现场核查并出具检查意见，未发现职责范围内的违法行为，后续加强巡查。",
)


@market_supervision.handles(role="support")
class Support(Course):
    def offered(self, referral: Referral) -> Reply:
        by = referral.arrive_by or referral.report_by
        wait = after(referral, "arrive", 2 * HOURS, DAYS, by)
        return [Claim(), Progress("已指派执法人员参加联合检查。"), Wait(wait, "arrive")]

    def work(self, referral: Referral) -> Reply:
        if referral.bookmark == "arrive":
            wait = after(referral, "end", 4 * HOURS, 2 * DAYS, referral.report_by)
            return [Arrive(), Wait(wait, "end")]
        told = _REPORTS[pick(referral, "report", len(_REPORTS))]
        return feedback(referral, told, "solved", "inspection_record")
