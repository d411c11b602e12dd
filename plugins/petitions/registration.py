"""登记办理: what the office itself answers, within 15 days (信访工作条例 Art. 22–24)."""

from __future__ import annotations

from datetime import datetime

from referral_engine import Claim, Defer, Handler, Progress, Referral, Reply, Wait

from .course import DAYS, HOURS, Course
from .department import petitions
from .pace import after, pick
from .record import feedback, first_word

# Shorter than this, nobody can tell what is asked for.
_LEAST_WORDS = 12
_REPORTS = (
    "经调查核实，会同属地乡镇当面答复信访人，就政策依据和办理结果作出说明并出具处理意见书，已告知三十日内可申请复查。",
    "已召集责任单位逐项核对诉求，合理部分已解决到位，出具处理意见书并送达，已告知复查权利。",
    "经包案领导下访约谈，反映的问题已与责任单位协调解决，办理结果已书面答复并告知复查权利。",
)


def too_short(referral: Referral) -> bool:
    """It does not say what is asked for."""
    return not referral.sealed and len(referral.words.strip()) < _LEAST_WORDS


@petitions.handles(when=too_short, role="lead")
class TooShort(Handler):
    def offered(self, referral: Referral) -> Reply:
        return Defer("诉求不明，请接访人员联系信访人补充材料。")


@petitions.handles(category=("X01", "Q01", "D99"), role="lead")
class Registration(Course):
    """待签收 → 已签收待办理 → 待审核 → 已办结."""

    def offered(self, referral: Referral) -> Reply:
        said = "信访事项已登记，将在十五日内决定是否受理并书面告知。"
        wait = after(referral, "decide", DAYS, 3 * DAYS, _decide_by(referral))
        return [
            Claim(), *first_word(referral, said), Progress(said, status="signed"),
            Wait(wait, "decide"),
        ]  # fmt: skip

    def work(self, referral: Referral) -> Reply:
        if referral.bookmark == "decide":
            meets = "accept" if "accept" in referral.clocks else ""
            wait = after(referral, "end", DAYS, 8 * DAYS, referral.report_by)
            told = "已决定受理并书面告知信访人，正会同责任单位调查核实。"
            return [Progress(told, meets=meets), Wait(wait, "review")]
        if referral.bookmark == "review":
            wait = after(referral, "reviewed", 2 * HOURS, 6 * HOURS, referral.report_by)
            return [Progress("处理意见书已拟定，送审。", status="to_review"), Wait(wait, "end")]
        told = _REPORTS[pick(referral, "report", len(_REPORTS))]
        done = Progress("处理意见书已送达。", status="done")
        return [done, feedback(referral, told, "solved", "handling_opinion")]


def _decide_by(referral: Referral) -> datetime | None:
    return referral.clocks.get("accept", referral.report_by)
