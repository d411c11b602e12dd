"""The words by which a message is told apart."""

from __future__ import annotations

from referral_engine import Referral

LITIGATION = (
    "法院判决", "不服判决", "判决不公", "判决不服", "执行难", "法院不执行", "申请再审", "再审",
    "检察院不", "法院不予立案", "法院不立案", "公安不立案", "公安局不立案", "刑事", "羁押", "量刑",
    "终审",
)  # fmt: skip
ACCUSATION = (
    "贪污", "受贿", "索贿", "收红包", "吃拿卡要", "以权谋私", "滥用职权", "失职渎职", "优亲厚友",
    "违纪", "举报干部", "举报书记", "举报主任", "侵占集体", "虚报冒领",
)  # fmt: skip
CONCLUDED = ("复核终结", "复核意见书", "已经终结", "三级终结")
UNDER_WAY = ("正在办理期限内", "已受理未答复", "复查期间", "复核期间")

# Who has the power to decide, by what the petition is about.
OWNERS: dict[str, tuple[str, ...]] = {
    "natural_resources": ("征地", "土地补偿", "宅基地确权", "林权", "矿山"),
    "housing": ("拆迁", "安置房", "回迁", "商品房", "办证难", "烂尾", "物业"),
    "human_resources": ("欠薪", "拖欠工资", "养老保险", "工伤", "退休待遇", "社保"),
    "civil_affairs": ("低保", "五保", "特困", "临时救助", "残疾补贴"),
    "education": ("入学", "学区", "教师编制", "民办教师"),
    "health": ("医疗事故", "乡村医生", "赤脚医生"),
    "agriculture": ("惠农补贴", "土地承包", "农机补贴", "移民后扶"),
    "ecology": ("污染", "排污", "粉尘"),
}


def owner_of(referral: Referral) -> str:
    """The unit with the power to decide; empty where the words do not tell, or tell of several."""
    found = [unit for unit, words in OWNERS.items() if referral.mentions(words)]
    return found[0] if len(found) == 1 else ""
