"""The words by which a message is told apart. A word alone never turns danger away."""

from __future__ import annotations

from referral_engine import Referral

MEDICAL = ("昏迷", "晕倒", "没有呼吸", "大出血", "流血不止", "重伤", "服毒", "喝农药", "不省人事")
FIRE = ("起火", "着火", "失火", "火灾", "爆炸", "浓烟")
DANGER = (
    *MEDICAL, *FIRE, "持刀", "持械", "砍人", "跳楼", "轻生", "自杀", "溺水", "落水", "被困",
    "劫持", "绑架", "抢劫", "正在打", "生命危险", "醉倒", "走失",
)  # fmt: skip
OFFENCE = (
    *DANGER, "打人", "殴打", "打架", "互殴", "被打", "偷", "盗", "抢", "诈骗", "被骗", "赌博",
    "吸毒", "卖淫", "嫖", "骚扰", "威胁", "恐吓", "砸", "故意损坏", "寻衅", "滋事", "非法拘禁",
    "暴力", "跟踪", "猥亵", "酒驾", "醉驾",
)  # fmt: skip
CRIME = (
    "偷", "盗", "抢", "诈骗", "被骗", "绑架", "强奸", "猥亵", "吸毒", "贩毒", "赌场", "非法拘禁",
    "敲诈", "重伤", "放火", "投毒",
)  # fmt: skip
FIGHT = ("打架", "互殴", "殴打", "打人", "被打", "推搡", "动手", "抓伤")
AGREED = ("双方愿意", "双方同意", "都愿意调解", "都同意调解", "愿意和解")
NOT_POLICE = (
    "开锁", "忘带钥匙", "钥匙锁在", "马蜂窝", "停水", "停电", "停气", "停暖", "下水道", "路灯",
    "物业费", "搬家", "快递", "公交", "社保卡", "医保", "垃圾", "漏水", "电梯坏", "流浪猫",
)  # fmt: skip
DEBT = ("欠款", "欠钱", "欠我", "借款", "借条", "借钱", "货款", "不还钱", "债务", "欠债", "工程款")


def dangerous(referral: Referral) -> bool:
    """Danger to life, or an emergency in the eyes of whoever blew the whistle."""
    return referral.whistle == "emergency" or referral.mentions(DANGER)


def crowded(referral: Referral) -> bool:
    """A group: its handling is decided by the leader on duty."""
    return referral.people >= 10 or "群体性" in referral.tags
