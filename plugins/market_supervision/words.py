"""The words by which a message is told apart."""

from __future__ import annotations

import re

from referral_engine import Referral

COMPLAINT = (
    "投诉", "退款", "退货", "退费", "退钱", "赔偿", "换货", "更换", "维修", "保修", "押金",
    "预付卡", "会员卡", "充值", "不给退", "拒绝退",
)  # fmt: skip
# The rules start the clock of a tip-off by the same words ($tip_off_words); a test compares them.
TIP_OFF = (
    "举报", "查处", "假冒", "假货", "假药", "过期", "变质", "三无", "无证经营", "无照经营",
    "超范围", "虚假宣传", "缺斤", "短秤", "哄抬", "价格欺诈", "传销", "不正当竞争", "侵权商标",
    "黑作坊", "卫生许可", "添加剂", "地沟油", "无检验", "特种设备",
)  # fmt: skip
BUSINESS_USE = (
    "进货",
    "批发",
    "经营使用",
    "经营用",
    "转售",
    "采购合同",
    "供货商",
    "公司采购",
    "加盟费",
)
ELSEWHERE = (
    "已起诉",
    "法院已立案",
    "法院已经立案",
    "已申请仲裁",
    "消协已处理",
    "消协已调解",
    "已经处理过",
)
OUTSIDE = (
    "工资",
    "劳动合同",
    "治安",
    "打架",
    "学校收费",
    "医疗事故",
    "物业费",
    "房产证",
    "交通违法",
)
PROFESSIONAL = ("知假买假", "职业打假", "职业索赔", "多次购买索赔", "批量投诉")
AGREED = (
    "商家同意",
    "商家愿意",
    "店家同意",
    "店家愿意",
    "双方同意",
    "双方愿意",
    "同意协商",
    "愿意协商",
)

_YEAR = re.compile(r"(20\d\d)年[^。；]{0,20}(?:购买|买|消费|办理|签订|充值)")
_LIMIT = 3


def informs(referral: Referral) -> bool:
    """举报: it tells of an offence."""
    return referral.category == "R01" or referral.mentions(TIP_OFF)


def complains(referral: Referral) -> bool:
    """投诉: it asks for something from a trader."""
    return referral.category != "R01" and referral.mentions(COMPLAINT)


def perhaps_too_late(referral: Referral) -> bool:
    """Bought more than three years before; when the damage was noticed, an officer asks."""
    years = [int(year) for year in _YEAR.findall(referral.words)]
    return bool(years) and referral.received_at.year - max(years) > _LIMIT
