"""户籍 and enquiries about papers."""

from __future__ import annotations

from datetime import timedelta

from referral_engine import Referral, Reply

from .course import Course
from .department import police


@police.handles(category=("P05", "Q01"), role="lead")
class Household(Course):
    """Answered by the station's window; nobody has to come out for it."""

    promise = "已受理，户籍民警将核对所需材料后答复。"
    attend = (timedelta(hours=2), timedelta(hours=8))
    reports = (
        "户籍民警已电话告知所需材料和办理流程，可在就近派出所窗口或网上办理，当日办结。",
        "已核对户籍信息，告知反映人补充证明后即可办理，对行动不便者可预约上门服务。",
    )

    def work(self, referral: Referral) -> Reply:
        return self.finished(referral)
