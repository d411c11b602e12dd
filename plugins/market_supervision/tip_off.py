"""举报: verified, filed in time (clock `file`, set by the rules), the named informant told."""

from __future__ import annotations

from referral_engine import Arrive, Claim, Progress, Referral, Reply, wait_within

from .course import DAYS, HOURS, Course, feedback
from .department import market_supervision
from .inspection import filed, founded, informed, not_founded, result
from .words import informs


@market_supervision.handles(when=informs, role="lead")
class TipOff(Course):
    """核查 → 立案 → 告知."""

    def ends(self, referral: Referral) -> bool:
        return founded(referral)

    def offered(self, referral: Referral) -> Reply:
        said = "举报线索已登记，将依法核查，身份信息严格保密。"
        return [
            Claim(), *self.first_word(referral, said), Progress(said, status="tip_off_verifying"),
            wait_within(referral, "verify", 4 * HOURS, 2 * DAYS),
        ]  # fmt: skip

    def work(self, referral: Referral) -> Reply:
        if referral.bookmark == "verify":
            by = referral.clocks.get("file")
            return [Arrive(), wait_within(referral, "file", DAYS, 4 * DAYS, by)]
        if referral.bookmark == "file":
            if not founded(referral):
                return not_founded()
            return [filed(referral), wait_within(referral, "end", HOURS, 2 * DAYS)]
        report = feedback(referral, result(referral), "solved", "inspection_record")
        if referral.bookmark == "again":
            return report
        return [*informed(referral), report]
