"""One message that is a complaint and a tip-off: two procedures, two clocks, one answer."""

from __future__ import annotations

from referral_engine import Arrive, Claim, Progress, Referral, Reply, wait_within

from .course import DAYS, HOURS, Course
from .department import market_supervision
from .inspection import filed, founded, informed, not_founded, result
from .settlement import accepted, agreement, both_agree
from .words import complains, informs


def both(referral: Referral) -> bool:
    """It asks for something and tells of an offence."""
    return complains(referral) and informs(referral)


@market_supervision.handles(when=both, role="lead")
class Both(Course):
    """Accepting the complaint and filing the offence are decided apart, each by its own clock."""

    def ends(self, referral: Referral) -> bool:
        return both_agree(referral) and founded(referral)

    def offered(self, referral: Referral) -> Reply:
        said = "您的来信包含投诉和举报，将分别按调解和执法两个程序办理。"
        by = referral.clocks.get("accept")
        return [
            Claim(), *self.first_word(referral, said),
            Progress("举报线索已登记，将依法核查。", status="tip_off_verifying"),
            wait_within(referral, "accept", 4 * HOURS, 2 * DAYS, by),
        ]  # fmt: skip

    def work(self, referral: Referral) -> Reply:
        if referral.bookmark == "accept":
            by = referral.clocks.get("file")
            return [Arrive(), accepted(referral), wait_within(referral, "file", DAYS, 3 * DAYS, by)]
        if referral.bookmark == "file":
            found = filed(referral) if founded(referral) else not_founded()
            if not self.ends(referral):
                return found
            return [found, wait_within(referral, "end", DAYS, 3 * DAYS)]
        more = [] if referral.bookmark == "again" else informed(referral)
        return [*more, *agreement(referral, f"举报部分：{result(referral)}")]
