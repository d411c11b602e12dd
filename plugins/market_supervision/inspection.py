"""What is told of a tip-off once the place was inspected."""

from __future__ import annotations

from referral_engine import Act, Progress, Referral, file_number, pick

from .course import meets

_FILED = (
    "执法人员现场核查，发现涉嫌违法线索，已依法立案调查，处理结果将依法告知举报人。",
    "经现场核查并抽样送检，当事人涉嫌违法经营，已立案调查，涉案商品已下架停售。",
    "经现场核查，初步证明存在违法行为，已立案调查，处理结果将依法告知并公示。",
)
# One in so many is not filed; that decision is a person's, and the plugin stops before it.
_ONE_IN = 4


def founded(referral: Referral) -> bool:
    """Whether the inspection found what the message tells of."""
    return pick(referral, "founded", _ONE_IN) != 0


def filed(referral: Referral) -> Act:
    """The case is filed against the trader."""
    return Progress(
        f"经核查符合立案条件，办案机构负责人已批准立案（{file_number(referral, '市监案')}）。",
        status="tip_off_filed",
        meets=meets(referral, "file"),
    )


def informed(referral: Referral) -> list[Act]:
    """A named informant is told of the filing (clock `inform`); of an anonymous one nobody is."""
    if referral.reporter is None:
        return []
    told = "已将立案情况告知实名举报人。"
    return [Progress(told, status="informant_told", meets=meets(referral, "inform"))]


def not_founded() -> Act:
    """Nothing was found: a person proposes and another approves not to file."""
    return Progress("现场核查未发现所反映的违法行为，拟不予立案，报部门负责人审批。")


def result(referral: Referral) -> str:
    """What the tip-off came to, for the informant; his name stands nowhere in it."""
    told = _FILED[pick(referral, "report", len(_FILED))]
    return f"{told}（{file_number(referral, '市监举')}）"
