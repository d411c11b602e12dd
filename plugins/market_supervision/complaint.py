"""投诉: accepted within 7 working days (clock `accept`), then mediated (clock `mediate`)."""

from __future__ import annotations

from referral_engine import Act, Claim, Progress, Referral, Reply, Report, Wait

from .course import DAYS, HOURS, Course, meets
from .department import market_supervision
from .pace import after, pick
from .record import feedback, first_word, number
from .words import AGREED, any_of

_AGREED = (
    "经市场监管所组织调解，商家当场退还全部货款，投诉人表示满意，双方签署调解书。",
    "经电话和现场两次调解，商家同意更换商品并承担运费，投诉人接受，调解书已送达双方。",
    "经调解，商家退还预付卡余额，并承诺完善退费告示，投诉人已收到款项。",
)


def accepted(referral: Referral) -> Act:
    """The complaint is accepted and both parties are told."""
    entry = number(referral, "投")
    return Progress(
        f"投诉已受理（{entry}），已告知投诉人和被投诉人。",
        status="complaint_accepted",
        meets=meets(referral, "accept"),
    )


def both_agree(referral: Referral) -> bool:
    """Mediation needs both: the message says that the trader is willing too."""
    return any_of(referral, AGREED)


def agreement(referral: Referral, more: str = "") -> list[Act | Report]:
    """Mediation came to an agreement."""
    told = _AGREED[pick(referral, "report", len(_AGREED))]
    text = f"{told}{more}（{number(referral, '投')}）"
    done = Progress("达成调解协议。", status="complaint_agreed", meets=meets(referral, "mediate"))
    return [done, feedback(referral, text, "mediated", "mediation_record")]


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
