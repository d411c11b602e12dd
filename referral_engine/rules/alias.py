"""Every key of the language with its one Chinese alias; both may be mixed in a file.

Fields and operators carry their own aliases (fields.py, operators.py); the words of a closed
vocabulary carry theirs (vocabulary.py).
"""

from __future__ import annotations

__all__ = ["CONDITION_KEYS", "KEYS", "canonical_key"]

CONDITION_KEYS: dict[str, str] = {
    "all": "全部",
    "any": "任一",
    "not": "非",
    "repeats": "重复出现",
}

KEYS: dict[str, str] = {
    # a table
    "kind": "种类",
    "rank": "次序",
    "hit": "命中",
    "when": "条件",
    "rules": "规则",
    "default": "默认",
    "intended": "有意留给",
    # a rule
    "id": "编号",
    "name": "名称",
    "basis": "依据",
    "why": "理由",
    "effective": "有效期",
    "from": "自",
    "until": "至",
    # routing
    "refer": "派给",
    "lead": "主办",
    "support": "协办",
    "to": "单位",
    "required": "必须",
    "whistle": "吹哨",
    "within": "时限",
    "path": "路径",
    "set": "设定",
    "tag": "加标签",
    "seal": "保密",
    "link": "关联",
    "suggest": "备选",
    "redirect": "引导",
    "reject": "不予受理",
    "first_present": "在岗优先",
    # escalation
    "on": "时机",
    "priority": "优先级",
    "derive": "推出",
    "remind": "催办",
    "supervise": "督办",
    "step_up": "提级",
    "notify": "通知",
    "confer": "会商",
    "designate": "指定承办",
    "recommend": "建议",
    "step": "措施",
    "against": "对象",
    # history
    "same": "相同",
    "at_least": "至少",
    # lists, whistles, categories
    "lists": "名单",
    "whistles": "哨级",
    "dispatch": "派单",
    "case": "案件",
    "categories": "类别表",
    "label": "标签名",
    "parent": "上级",
    # paths
    "paths": "路径表",
    "steps": "步骤",
    "success": "成功",
    "failure": "失败",
    "next": "下一步",
    "objection": "不服",
    "final": "终局",
    "decline": "可退单",
    "extend": "可延期",
    "stops": "可中止",
    "outcome": "结果",
    "begins": "起于",
    # warnings
    "count": "计数",
    "share": "占比",
    "trend": "趋势",
    "group_by": "分组",
    "of": "其中",
    "over": "跨度",
    "ratio_at_least": "倍数至少",
    "raise": "发出",
    "level": "级别",
    "cool_down": "冷却",
    # indicators
    "numerator": "分子",
    "denominator": "分母",
    "target": "目标",
    "normalise": "归一",
    "zero_at": "零分线",
    "full_at": "满分线",
    "weight": "权重",
    "parts": "组成",
    # tests
    "tests": "测试",
    "earlier": "此前",
    "issue": "诉求",
    "texts": "多种说法",
    "expect": "期望",
    "then": "随后",
    "after": "经过",
    "at": "于",
    "do": "执行",
}

_CANONICAL: dict[str, str] = {
    word: key for key, alias in (KEYS | CONDITION_KEYS).items() for word in (key, alias)
}


def canonical_key(word: str) -> str:
    """The English key that ``word`` spells, or the empty string."""
    return _CANONICAL.get(word, "")
