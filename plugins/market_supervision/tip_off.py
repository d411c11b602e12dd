"""举报: verified, filed within 15 working days (clock `file`), the named informant told."""

from __future__ import annotations

from referral_engine import Arrive, Claim, Progress, Referral, Reply, Wait

from .course import DAYS, HOURS, Course
from .department import market_supervision
from .inspection import filed, founded, not_founded, result
from .pace import after
from .record import feedback, first_word
from .words import informs


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
