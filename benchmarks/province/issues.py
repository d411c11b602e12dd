"""Generated issues: Chinese texts over categories, townships and grids, the same for one seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime

from referral_engine.model.issue import Issue, Reporter

__all__ = ["issues"]

_SUBJECTS = {
    "D01": "两口子为赡养老人的事吵了半年", "D02": "邻居家的排水管对着我家院墙",
    "D03": "宅基地的界址和邻家说不清", "D04": "装修合同的尾款对方不认",
    "D06": "施工把我家围墙震裂了", "D07": "两个组为一片林地的界线起争执",
    "D09": "作坊的废水排进了水渠", "D10": "厂里欠了三个月工资没有发",
    "D12": "买的电动车刚骑就断电，店家不退", "D13": "在诊所治牙以后肿了半个月",
    "D14": "十字路口被货车剐了，对方不露面", "D15": "物业收费涨了，电梯却常常停",
    "M01": "市场门口的垃圾堆成了小山", "M02": "路面的窨井盖松了，车一过就响",
    "M03": "楼顶上又加盖了一层彩钢房", "M04a": "饲料厂的风机整夜响",
    "M04b": "工地过了半夜还在打桩", "M04d": "楼下的音响一直放到夜里",
    "S01": "停在巷子里的三轮车被人推走了", "S02a": "砖厂的配电箱没有门",
    "S02b": "楼道里堆满了旧家具", "P01": "低保停发了两个月没有说法",
    "P02": "养老保险的年限少算了两年", "P04": "卫生院的疫苗总说没有货",
    "P05": "户口迁移的手续来回跑了四趟", "R01": "超市里卖过期的熟食",
    "X01": "征地补偿的面积和公示对不上", "Q01": "想问一下办证要带哪些材料",
}  # fmt: skip
_PLACES = (
    "东头", "西头", "南街", "北巷", "桥头", "渠边", "校门口", "卫生院旁", "戏台下", "磨坊后",
    "二号楼", "七单元", "老车站", "粮站院",
)  # fmt: skip
_DAYS = (
    "前天", "上礼拜", "月初", "国庆前", "秋收那阵", "下雨以后", "停水那天", "赶集那天", "开学以后",
    "换届以后",
)  # fmt: skip
_TOLD = (
    "找过村上两回，都说要等研究", "打过电话没人接", "微信群里说了也没有回音", "自己垫钱先凑合着",
    "家里有老人孩子，实在等不起", "街坊四邻都可以作证", "当时照了相，都留着", "对方说不归他管",
    "以前也反映过，管了两天又犯", "不图别的，就图有个准信", "愿意坐下来一起商量",
    "请派人到现场看一眼", "请把办理结果告诉我们", "最好能在周末来", "上回来的同志姓什么没有记住",
    "票据和合同都在手上", "一共牵涉到七八户人家", "天一冷就更难办了", "夜里十一点以后最厉害",
    "路过的人都绕着走", "娃娃上学天天要经过", "问了别处，说是你们管",
)  # fmt: skip
_NAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_CHANNELS = ("hotline", "app", "window", "grid", "web", "wechat")


def issues(seed: int, territories: Sequence[str], at: datetime) -> Iterator[Issue]:
    """Without end; each received `at`, with an id of its own."""
    lots = random.Random(seed)
    categories = list(_SUBJECTS)
    number = 0
    while True:
        number += 1
        category = lots.choice(categories)
        reporter = f"{lots.choice(_NAMES)}{lots.choice(('先生', '女士', '大爷', '大姐'))}"
        yield Issue(
            channel=lots.choice(_CHANNELS), received_at=at, id=f"B{seed}-{number:07}",
            title=_SUBJECTS[category][:12], text=_text(lots, _SUBJECTS[category]),
            category=category, territory=lots.choice(territories),
            reporter=Reporter(reporter, f"1{lots.randrange(10**10):010}"),
        )  # fmt: skip


def _text(lots: random.Random, subject: str) -> str:
    where, when = lots.choice(_PLACES), lots.choice(_DAYS)
    said = [f"{where}这边，{when}起{subject}", *lots.sample(_TOLD, lots.randint(3, 6))]
    lots.shuffle(said)
    return "。".join(said) + "。"
