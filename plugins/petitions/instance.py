"""After the handling: telling how to ask for a review, and the last instance.

Both come to this office by the path `petition` (rules/paths/petition.yaml), whatever the matter is.
"""

from __future__ import annotations

from referral_engine import Claim, Defer, Handler, Progress, Referral, Reply, wait_within

from .course import DAYS, HOURS, Course, feedback
from .department import petitions


def to_inform(referral: Referral) -> bool:
    """The handling found nothing to support; the petitioner is told what may be done now."""
    return referral.step == "inform"


def last_instance(referral: Referral) -> bool:
    """复核: the authority above the reviewer decides, and then it is closed."""
    return referral.step == "re-examine"


@petitions.handles(when=to_inform, role="lead")
class Informing(Course):
    """书面告知: thirty days to ask for a review."""

    def offered(self, referral: Referral) -> Reply:
        noted = Progress("正在送达处理意见书和复查告知。", status="to_review")
        return [Claim(), noted, wait_within(referral, "told", HOURS, DAYS)]

    def work(self, referral: Referral) -> Reply:
        told = "处理意见书已送达，已书面告知自收到之日起三十日内可申请复查。"
        return [Progress(told, status="done"), feedback(referral, told, "solved", "notice")]


@petitions.handles(when=last_instance, role="lead")
class LastInstance(Handler):
    """Another authority decides; people send it the file and enter what it says."""

    def offered(self, referral: Referral) -> Reply:
        return Defer(
            "请将案卷转送上一级机关复核，三十日内录入复核意见；举行听证的，按听证时间申请中止计时。"
            "复核意见送达后终结。"
        )
