"""登记办理: what the office itself answers; by when, the clocks of the rules say."""

from __future__ import annotations

from referral_engine import Claim, Defer, Handler, Progress, Referral, Reply, pick, wait_within

from .course import DAYS, HOURS, Course, day, feedback
from .department import petitions

# Shorter than this, nobody can tell what is asked for.
_LEAST_WORDS = 12
_REPORTS = (
    (
        "经调查核实，反映的问题属实，会同属地乡镇协调解决并当面答复，处理意见书已送达，"
        "已告知自收到之日起三十日内可申请复查。"
    ),
    (
        "已召集责任单位逐项核对诉求并协调解决，处理意见书已送达，"
        "已告知自收到之日起三十日内可申请复查。"
    ),
    (
        "经包案领导下访约谈，反映的问题已与责任单位协调解决，处理意见书已送达，"
        "已告知自收到之日起三十日内可申请复查。"
    ),
)


def too_short(referral: Referral) -> bool:
    """It does not say what is asked for."""
    return not referral.sealed and len(referral.words.strip()) < _LEAST_WORDS


@petitions.handles(when=too_short, role="lead")
class TooShort(Handler):
    def offered(self, referral: Referral) -> Reply:
        return Defer("诉求不明，请接访人员联系信访人补充材料。")


def unhurried(referral: Referral) -> bool:
    """An emergency wants somebody on the spot: it is left to people."""
    return referral.whistle != "emergency"


@petitions.handles(category=("X01", "Q01", "D99"), when=unhurried, role="lead")
class Registration(Course):
    """待签收 → 已签收待办理 → 待审核 → 已办结."""

    def offered(self, referral: Referral) -> Reply:
        by = referral.clocks.get("accept")
        said = f"信访事项已登记，将在{day(by)}决定是否受理并书面告知。"
        return [
            Claim(), *self.first_word(referral, said), Progress(said, status="signed"),
            wait_within(referral, "decide", DAYS, 3 * DAYS, by),
        ]  # fmt: skip

    def work(self, referral: Referral) -> Reply:
        if referral.bookmark == "decide":
            meets = "accept" if "accept" in referral.clocks else ""
            told = "已决定受理并书面告知信访人，正会同责任单位调查核实。"
            return [Progress(told, meets=meets), wait_within(referral, "review", DAYS, 8 * DAYS)]
        if referral.bookmark == "review":
            drafted = Progress("处理意见书已拟定，送审。", status="to_review")
            return [drafted, wait_within(referral, "end", 2 * HOURS, 6 * HOURS)]
        told = _REPORTS[pick(referral, "report", len(_REPORTS))]
        done = Progress("处理意见书已送达。", status="done")
        return [done, feedback(referral, told, "solved", "handling_opinion")]
