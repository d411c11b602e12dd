"""The words by which a message is told apart."""

from __future__ import annotations

from referral_engine import Referral

CRIME = (
    "诈骗", "被骗", "抢劫", "盗窃", "偷", "持刀", "砍", "打伤", "轻伤", "重伤", "非法拘禁", "强奸",
    "猥亵", "家暴", "家庭暴力", "威胁要杀", "放火", "投毒",
)  # fmt: skip
UNWILLING = (
    "不同意调解", "不愿调解", "不愿意调解", "拒绝调解", "不接受调解", "拒不到场", "不肯协商",
)  # fmt: skip
AGREED = (
    "双方愿意", "双方同意", "都愿意调解", "都同意调解", "均同意", "愿意接受调解", "愿意和解",
    "均愿意",
)  # fmt: skip
ELSEWHERE = ("已起诉", "法院已立案", "法院已经立案", "正在诉讼", "已申请仲裁", "仲裁委已受理")
ADMINISTRATIVE = (
    "行政处罚不服", "处罚决定不服", "不服处罚", "行政复议", "强制拆除决定", "征收决定", "不予许可",
)  # fmt: skip
AID = ("法律援助", "请不起律师", "没钱请律师", "代写诉状", "援助律师")
ADVICE = (
    "法律咨询",
    "咨询法律",
    "怎么起诉",
    "如何起诉",
    "如何维权",
    "公证",
    "律师",
    "遗嘱",
    "仲裁怎么",
)
GROUP = 5


def crowded(referral: Referral) -> bool:
    """More parties than one mediator should face: a person plans it."""
    return referral.people > GROUP or "群体性" in referral.tags
