"""举报: verified, filed within 15 working days (clock `file`), the named informant told."""

from __future__ import annotations

from referral_engine import Act, Arrive, Claim, Progress, Referral, Reply, Wait

from .course import DAYS, HOURS, Course, meets
from .department import market_supervision
from .pace import after, pick
from .record import feedback, first_word, number
from .words import informs

_FILED = (
    "执法人员现场检查，发现违法线索属实，已依法立案调查，查封扣押涉案商品，处理结果将依法告知举报人。",
    "经现场核查并抽样送检，当事人涉嫌违法经营，已立案，责令立即停止销售并下架。",
    "经核查反映情况属实，已立案并责令限期改正，后续处罚信息依法公示。",
)
# One in so many is not filed; that decision is a person's, and the plugin stops before it.
_ONE_IN = 4


def founded(referral: Referral) -> bool:
    """Whether the inspection found what the message tells of."""
    return pick(referral, "founded", _ONE_IN) != 0


def filed(referral: Referral) -> Act:
    """The case is filed against the trader."""
    return Progress(
        f"核查属实，已立案（{number(referral, '案')}）。",
        status="tip_off_filed",
        meets=meets(referral, "file"),
    )


def not_founded() -> Act:
    """Nothing was found: a person proposes and another approves not to file."""
    return Progress("现场核查未发现所反映的违法行为，拟不予立案，报部门负责人审批。")


def result(referral: Referral) -> str:
    """What the tip-off came to, for the informant; his name stands nowhere in it."""
    told = _FILED[pick(referral, "report", len(_FILED))]
    return f"{told}（{number(referral, '举')}）"


@market_supervision.handles(when=informs, role="lead")
class TipOff(Course):
    """核查 → 立案 → 告知."""

    def offered(self, referral: Referral) -> Reply:
        said = "举报线索已登记，将依法核查，身份信息严格保密。"
        wait = after(referral, "verify", 4 * HOURS, 2 * DAYS, referral.report_by)
        return [
            Claim(), *first_word(referral, said), Progress(said, status="tip_off_verifying"),
            Wait(wait, "verify"),
        ]  # fmt: skip

    def work(self, referral: Referral) -> Reply:
        if referral.bookmark == "verify":
            by = referral.clocks.get("file", referral.report_by)
            return [Arrive(), Wait(after(referral, "file", DAYS, 4 * DAYS, by), "file")]
        if referral.bookmark == "file":
            if not founded(referral):
                return not_founded()
            wait = after(referral, "end", HOURS, 2 * DAYS, referral.report_by)
            return [filed(referral), Wait(wait, "end")]
        told = Progress("已将立案情况告知实名举报人。", status="informant_told")
        report = feedback(referral, result(referral), "solved", "inspection_record")
        return [told, report] if referral.reporter else report
