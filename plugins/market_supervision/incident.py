"""Food poisoning and other incidents: on the spot at once, the first report, then people."""

from __future__ import annotations

from referral_engine import Arrive, Claim, Progress, Referral, Reply, Wait, pick

from .course import MINUTES, Course
from .department import market_supervision


def incident(referral: Referral) -> bool:
    """An incident by its category or by the whistle."""
    return referral.category == "E01" or referral.whistle == "emergency"


@market_supervision.handles(when=incident)
class Incident(Course):
    """首报 is told here; 续报 and 终报 are told by people, who alone say what it was."""

    def ends(self, referral: Referral) -> bool:
        return False

    def offered(self, referral: Referral) -> Reply:
        said = "已派执法人员赶赴现场，请保留食品留样、票据和就诊记录。"
        minutes = 10 + pick(referral, "arrive", 15)
        return [
            Claim(), *self.first_word(referral, said), Progress(said, status="tip_off_verifying"),
            Wait(minutes * MINUTES, "arrive"),
        ]  # fmt: skip

    def work(self, referral: Referral) -> Reply:
        if referral.bookmark != "arrive":
            return None
        told = (
            f"首报：接报约{referral.people}人不适。已到场封存留样、查验进货台账，"
            "供餐单位已暂停相关供餐，并会同卫生健康、疾控部门开展流行病学调查，原因待查。"
        )
        return [Arrive(), Progress(told, status="tip_off_verifying", stage="initial")]
