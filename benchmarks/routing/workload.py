"""FROZEN. The rules and the events of the routing benchmark, made from a seed.

A rule has three to five conditions, as a county writes them: its category, and two to four of
territory, tags, severity, number of people, hours, channel, words and patterns in the text. The
categories are the county's own; of the rules a quarter stand on a whole group (`under: D`). Issues
and rules crowd on the same few categories as they do in recorded events: among 7,000 of a district
and 2,500 of a city the most frequent kind had 11 and 13 %, and there were as many effective kinds
(1 / sum of squared shares) as if 23 and 21 were equally frequent. Here it is 13 % and 22.
An event is an issue in the form in which every engine gets it: typed values, text normalised.

With `trees` the categories are repeated under other names, so that rules grow and the candidates of
an issue do not.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

__all__ = ["CHANNELS", "COUNTY", "Event", "Spec", "TAGS", "codes", "events", "grids", "specs"]

Event = dict[str, Any]

COUNTY = "620922"
TOWNSHIPS = 20
VILLAGES = 12
GRIDS = 5
ZONE = timezone(timedelta(hours=8))

GROUPS = {
    "D": "D01 D02 D03 D04 D05 D06 D07 D08a D08b D09 D10 D11 D12 D13 D14 D15 D16 D17 D99",
    "S": "S01 S02a S02b S03",
    "E": "E01",
    "M": "M01 M02 M03 M04a M04b M04c M04d",
    "P": "P01 P02 P03 P04 P05",
    "R": "R01",
    "X": "X01 X02 X03",
    "Q": "Q01",
}
TAGS = (
    "群体性",
    "欠薪",
    "夜间",
    "燃气险情",
    "老年人",
    "未成年人",
    "反复投诉",
    "涉企",
    "节假日",
    "媒体关注",
)
CHANNELS = ("hotline", "app", "grid", "letter", "visit")
SUBJECTS = (
    "燃气 煤气 天然气 液化气 泄漏 漏气 爆炸 起火 浓烟 触电 断电 停电 停水 漏水 积水 内涝 塌陷 井盖 "
    "路灯 红绿灯 护栏 坑洼 噪声 噪音 扰民 施工 装修 广场舞 夜市 摆摊 占道 油烟 臭味 污水 垃圾 渣土 "
    "扬尘 焚烧 违建 搭建 加盖 拆迁 征地 补偿 宅基地 边界 林地 承包 流转 欠薪 拖欠 工资 工伤 加班 社保 "
    "合同 定金 退款 退费 假货 过期 变质 食物中毒 呕吐 医疗 误诊 药品 疫苗 学校 校车 欺凌 补课 收费 "
    "电梯 物业 停车 充电 消防 通道 堵塞 占用 群租 高空抛物 宠物 犬只 伤人 打架 斗殴 赌博 诈骗 传销 "
    "盗窃 失踪 家暴 离婚 抚养 赡养 继承 债务 借款 彩礼 邻里 纠纷 调解 低保 救助 残疾 孤寡 留守 户口"
).split()
PATTERNS = (
    "燃气.{0,6}(泄漏|泄露|漏气)", "(拖欠|克扣).{0,8}工资", "(电梯|扶梯).{0,6}(困人|坠落|故障)",
    "(施工|装修).{0,10}(噪声|噪音|扰民)", "(食物|食堂).{0,8}(中毒|呕吐|腹泻)", "[0-9]{2,4}人",
    "(占用|堵塞).{0,4}消防(通道|车道)", "(打架|斗殴|持刀)", "高空.{0,2}(抛物|坠物)", "(不给|拒绝)(退款|退费)",
    "(半夜|凌晨).{0,12}(夜市|唱歌|施工)", "(违法|违章).{0,4}(建筑|搭建)",
)  # fmt: skip
FILLER = (
    "我家住在小区三号楼，这个问题已经反映过很多次，一直没有人来处理，希望有关部门尽快派人到现场看一看。"
    "最近天气变冷，家里有老人和孩子，晚上休息不好，白天也没办法正常生活，请帮忙协调解决，谢谢。"
    "上个星期打过电话，对方说会登记上报，到今天还没有答复，周围的邻居都很着急，也愿意一起配合调查。"
)


@dataclass(frozen=True, slots=True)
class Spec:
    """One rule, in the form from which every engine's own is made; empty means not asked.

    ``order`` is the order in which the conditions are written, by name.
    """

    id: str
    category: str
    territory: str = ""
    tags: tuple[str, ...] = ()
    severity: int = 0
    people: int = 0
    hours: tuple[int, int] | None = None
    channels: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    pattern: str = ""
    order: tuple[str, ...] = ()


def codes(trees: int) -> dict[str, str]:
    """Category to the one above it, of so many trees."""
    found: dict[str, str] = {}
    for tree in range(trees):
        mark = f"x{tree}" if tree else ""
        for group, leaves in GROUPS.items():
            found[group + mark] = ""
            found.update((leaf + mark, group + mark) for leaf in leaves.split())
    return found


def townships() -> list[str]:
    return [f"{COUNTY}{100 + number}" for number in range(TOWNSHIPS)]


def villages() -> list[str]:
    return [f"{town}{number:03}" for town in townships() for number in range(1, VILLAGES + 1)]


def grids() -> list[str]:
    return [f"{village}{number:03}" for village in villages() for number in range(1, GRIDS + 1)]


def specs(number: int, trees: int = 1, seed: int = 20_260_601) -> list[Spec]:
    """So many rules over so many trees of categories."""
    chance = random.Random(f"rules {seed} {number} {trees}")
    tree = codes(trees)
    crowd = _Crowd(trees)
    return [_spec(f"rule-{position}", chance, crowd, tree) for position in range(number)]


class _Crowd:
    """The leaves of the categories, some often, most seldom."""

    def __init__(self, trees: int) -> None:
        self._leaves = [code for code, parent in codes(1).items() if parent]
        random.Random("crowd").shuffle(self._leaves)
        self._weights = [1 / (rank + 2.3) for rank in range(len(self._leaves))]
        self._marks = [f"x{tree}" if tree else "" for tree in range(trees)]

    def draw(self, chance: random.Random) -> str:
        [leaf] = chance.choices(self._leaves, self._weights)
        return leaf + chance.choice(self._marks)


def _spec(name: str, chance: random.Random, crowd: _Crowd, tree: dict[str, str]) -> Spec:
    leaf = crowd.draw(chance)
    category = leaf if chance.random() < 0.75 else tree[leaf]
    kinds = ["text", "territory", "tags", "severity", "people", "hours", "channels"]
    weights = [6, 5, 3, 3, 2, 2, 2]
    chosen: list[str] = []
    for _ in range(chance.choice((2, 2, 3, 3, 4))):
        [kind] = chance.choices(kinds, weights)
        weights[kinds.index(kind)] = 0
        chosen.append(kind)
    asked: dict[str, Any] = {}
    for kind in chosen:
        asked.update(_condition(kind, chance))
    order = ("category", *asked)
    return Spec(id=name, category=category, order=order, **asked)


def _condition(kind: str, chance: random.Random) -> dict[str, Any]:
    match kind:
        case "text" if chance.random() < 0.25:
            return {"pattern": chance.choice(PATTERNS)}
        case "text":
            return {"words": tuple(chance.sample(SUBJECTS, chance.choice((2, 3, 4, 6))))}
        case "territory":
            return {
                "territory": chance.choice(townships() if chance.random() < 0.7 else villages())
            }
        case "tags":
            return {"tags": tuple(chance.sample(TAGS, chance.choice((1, 1, 2))))}
        case "severity":
            return {"severity": chance.choice((1, 2, 3))}
        case "people":
            return {"people": chance.choice((3, 5, 10, 30))}
        case "hours":
            return {"hours": chance.choice(((1320, 360), (480, 1080), (1140, 420)))}
        case _:
            return {"channels": tuple(chance.sample(CHANNELS, 2))}


def events(number: int, length: int, trees: int = 1, seed: int = 7) -> Iterator[Event]:
    """So many issues with texts of about `length` letters."""
    chance = random.Random(f"events {seed} {length} {trees}")
    crowd = _Crowd(trees)
    places = grids()
    start = datetime(2026, 6, 1, tzinfo=ZONE)
    for _ in range(number):
        yield {
            "category": crowd.draw(chance),
            "territory": chance.choice(places),
            "text": _text(chance, length),
            "tags": tuple(chance.sample(TAGS, chance.choice((0, 0, 1, 1, 2)))),
            "severity": chance.choice((1, 2, 3, 3, 4, 4, 4, 4)),
            "people": chance.choice((1, 1, 1, 1, 2, 4, 8, 50)),
            "received_at": start + timedelta(minutes=chance.randrange(30 * 1440)),
            "channel": chance.choice(CHANNELS),
        }


def _text(chance: random.Random, length: int) -> str:
    """Sentences of the filler with a subject word now and then."""
    parts: list[str] = []
    size = 0
    while size < length:
        begin = chance.randrange(len(FILLER) - 20)
        part = FILLER[begin : begin + chance.randrange(6, 20)]
        if chance.random() < 0.35:
            part += _subject(chance)
        parts.append(part)
        size += len(part)
    return "".join(parts)[:length]


def _subject(chance: random.Random) -> str:
    words: Sequence[str] = chance.sample(SUBJECTS, 2)
    return "".join(words) if chance.random() < 0.3 else words[0]
