"""投诉: accepted within 7 working days (clock `accept`), then mediated (clock `mediate`)."""

from __future__ import annotations

from referral_engine import Claim, Progress, Referral, Reply, Wait

from .course import DAYS, HOURS, Course
from .department import market_supervision
from .pace import after
from .record import first_word
from .settlement import accepted, agreement, both_agree


@market_supervision.handles(category=("D04", "D05", "D11", "D12", "D16", "D17", "Q01"), role="lead")
class Complaint(Course):
    """Accepted by the plugin; mediated only where both agree, else a person asks the trader."""

    def offered(self, referral: Referral) -> Reply:
        said = "投诉已登记，将在七个工作日内决定是否受理并告知。"
        by = referral.clocks.get("accept", referral.report_by)
        wait = after(referral, "accept", 4 * HOURS, 2 * DAYS, by)
        return [Claim(), *first_word(referral, said), Progress(said), Wait(wait, "accept")]

    def work(self, referral: Referral) -> Reply:
        if referral.bookmark == "accept":
            if not both_agree(referral):
                return accepted(referral)
            by = referral.clocks.get("mediate", referral.report_by)
            return [accepted(referral), Wait(after(referral, "meet", DAYS, 3 * DAYS, by), "meet")]
        if referral.bookmark == "meet":
            told = Progress("已组织双方调解。", status="complaint_mediating")
            wait = after(referral, "end", 2 * HOURS, 2 * DAYS, referral.report_by)
            return [told, Wait(wait, "end")]
        return agreement(referral)
