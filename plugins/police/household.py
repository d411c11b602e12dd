"""户籍 and enquiries about papers."""

from __future__ import annotations

from referral_engine import Referral, Reply

from .course import HOURS, Course
from .department import police


@police.handles(category=("P05", "Q01"), role="lead")
class Household(Course):
    """Answered by the station's window; nobody has to come out for it."""

    promise = "已受理，户籍民警将核对所需材料后答复。"
    attend = (2 * HOURS, 8 * HOURS)
    reports = (
        "户籍民警已电话告知所需材料和办理流程，材料齐全的可到就近派出所窗口或者网上办理。",
        "已核对户籍信息，告知反映人补充证明后即可办理，对行动不便者可预约上门服务。",
    )

    def work(self, referral: Referral) -> Reply:
        return self.finished(referral)
