"""What is told of a complaint on its way to a settlement."""

from __future__ import annotations

from referral_engine import Act, Progress, Referral, file_number, pick

from .course import feedback, meets
from .words import AGREED

_AGREED = (
    "经市场监管所组织调解，商家当场退还全部货款，投诉人表示满意，双方签署调解书。",
    "经电话和现场两次调解，商家同意更换商品并承担运费，投诉人接受，调解书已送达双方。",
    "经调解，商家退还预付卡余额，并承诺完善退费告示，投诉人已收到款项。",
)


def accepted(referral: Referral) -> Act:
    """The complaint is accepted and both parties are told."""
    entry = file_number(referral, "市监投")
    return Progress(
        f"投诉已受理（{entry}），已告知投诉人和被投诉人。",
        status="complaint_accepted",
        meets=meets(referral, "accept"),
    )


def both_agree(referral: Referral) -> bool:
    """Mediation needs both: the message says that the trader is willing too."""
    return referral.mentions(AGREED)


def agreement(referral: Referral, more: str = "") -> list[Act]:
    """Mediation came to an agreement."""
    told = _AGREED[pick(referral, "report", len(_AGREED))]
    text = f"{told}{more}（{file_number(referral, '市监投')}）"
    done = Progress("达成调解协议。", status="complaint_agreed", meets=meets(referral, "mediate"))
    # `notify` begins only once `mediate` is met: by now that it is open is all that is known.
    both_told = Progress(
        "调解结果已告知双方。", status="parties_told", meets="notify" if done.meets else ""
    )
    return [done, both_told, feedback(referral, text, "mediated", "mediation_record")]
