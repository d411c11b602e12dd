"""投诉: accepted in time (clock `accept`, set by the rules), then mediated (clock `mediate`)."""

from __future__ import annotations

from referral_engine import Claim, Progress, Referral, Reply, wait_within

from .course import DAYS, HOURS, Course, day
from .department import market_supervision
from .settlement import accepted, agreement, both_agree


@market_supervision.handles(category=("D04", "D05", "D11", "D12", "D16", "D17", "Q01"), role="lead")
class Complaint(Course):
    """Accepted by the plugin; mediated only where both agree, else a person asks the trader."""

    def ends(self, referral: Referral) -> bool:
        return both_agree(referral)

    def offered(self, referral: Referral) -> Reply:
        by = referral.clocks.get("accept")
        said = f"投诉已登记，将在{day(by)}决定是否受理并告知。"
        wait = wait_within(referral, "accept", 4 * HOURS, 2 * DAYS, by)
        return [Claim(), *self.first_word(referral, said), Progress(said), wait]

    def work(self, referral: Referral) -> Reply:
        if referral.bookmark == "accept":
            if not self.ends(referral):
                return accepted(referral)
            return [accepted(referral), wait_within(referral, "meet", DAYS, 3 * DAYS)]
        if referral.bookmark == "meet":
            told = Progress("已组织双方调解。", status="complaint_mediating")
            return [told, wait_within(referral, "end", 2 * HOURS, 2 * DAYS)]
        return agreement(referral)
