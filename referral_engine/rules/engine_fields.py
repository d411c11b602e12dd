"""The engine's own fields: those of an issue, of a running case, and of a closed one."""

from __future__ import annotations

from referral_engine.rules import vocabulary
from referral_engine.rules.fields import Field, Scope

__all__ = ["FIELDS"]

_RUNNING: frozenset[Scope] = frozenset({"escalation"})
_COUNTED: frozenset[Scope] = frozenset({"escalation", "indicator"})
_ASSESSED: frozenset[Scope] = frozenset({"indicator"})

_ISSUE = (
    Field(
        name="channel",
        type="string",
        label="渠道",
        names="channel",
        meaning="the channel it came in by",
    ),
    Field(name="text", type="text", label="文本", meaning="title and text, NFKC, case-folded"),
    Field(
        name="category",
        type="tree",
        label="类别",
        names="category",
        settable=True,
        may_be_missing=True,
        meaning="category code",
    ),
    Field(
        name="territory",
        type="tree",
        label="区域",
        names="territory",
        may_be_missing=True,
        meaning="area or grid code",
    ),
    Field(name="received_at", type="time", label="收到时间", meaning="when it was received"),
    Field(
        name="reporter_anonymous",
        type="bool",
        label="匿名",
        meaning="the reporter gave no name",
    ),
    Field(name="people", type="int", label="人数", meaning="persons concerned, at least 1"),
    Field(
        name="severity",
        type="int",
        label="等级",
        settable=True,
        values={"1": "特别重大", "2": "重大", "3": "较大", "4": "一般"},
        meaning="1 exceptional to 4 ordinary",
    ),
    Field(name="tags", type="list", label="标签", names="tag", meaning="tags so far"),
    Field(
        name="accused",
        type="list",
        label="被反映对象",
        names="unit",
        meaning="units, or persons' units, that the issue accuses",
    ),
    Field(name="has_location", type="bool", label="有位置", meaning="coordinates are given"),
    Field(name="has_attachments", type="bool", label="有附件", meaning="at least one attachment"),
    Field(
        name="path",
        type="string",
        label="路径",
        names="path",
        may_be_missing=True,
        meaning="the path chosen by a prepare rule",
    ),
    Field(name="sealed", type="bool", label="密件", meaning="a seal is on the case"),
    Field(
        name="whistle",
        type="string",
        label="哨级",
        values=vocabulary.WHISTLES,
        may_be_missing=True,
        meaning="level of the whistle, missing for an ordinary dispatch",
    ),
)

_RUNNING_CASE = (
    Field(
        name="state",
        type="string",
        label="状态",
        values=vocabulary.CASE_STATES,
        scopes=_COUNTED,
        meaning="state of the case",
    ),
    Field(
        name="referral_state",
        type="string",
        label="承办状态",
        scopes=_COUNTED,
        values=vocabulary.REFERRAL_STATES,
        may_be_missing=True,
        meaning="state of the referral",
    ),
    Field(
        name="occasion",
        type="string",
        label="时机",
        scopes=_RUNNING,
        values=vocabulary.CLOCKS | vocabulary.OCCASION_EVENTS,
        meaning="the occasion on which the rules are asked",
    ),
    Field(
        name="share",
        type="number",
        label="用时比例",
        scopes=_RUNNING,
        may_be_missing=True,
        meaning="share of the occasion's clock that has run: 0.8 or 80%",
    ),
    Field(
        name="unit",
        type="string",
        label="承办单位",
        names="unit",
        scopes=_COUNTED,
        may_be_missing=True,
        meaning="the referral's unit",
    ),
    Field(
        name="lead",
        type="string",
        label="主办单位",
        names="unit",
        scopes=_COUNTED,
        may_be_missing=True,
        meaning="the case's leading unit",
    ),
    Field(
        name="role",
        type="string",
        label="角色",
        values=vocabulary.ROLES,
        scopes=_COUNTED,
        may_be_missing=True,
        meaning="the referral's role",
    ),
    Field(name="round", type="int", label="轮次", scopes=_COUNTED, meaning="0, then one a rework"),
    Field(
        name="level",
        type="string",
        label="层级",
        values=vocabulary.LEVELS,
        scopes=_COUNTED,
        meaning="level of the owner",
    ),
    Field(
        name="owner",
        type="string",
        label="责任单位",
        names="unit",
        scopes=_COUNTED,
        meaning="the unit that owns the case now",
    ),
    Field(name="returns", type="int", label="退单次数", scopes=_COUNTED, meaning="declines so far"),
    Field(
        name="transfers", type="int", label="转办次数", scopes=_COUNTED, meaning="transfers so far"
    ),
    Field(name="reworks", type="int", label="重办次数", scopes=_COUNTED, meaning="reworks so far"),
    Field(
        name="flags",
        type="list",
        label="标记",
        names="flag",
        scopes=_RUNNING,
        meaning="flags that other escalation rules derived",
    ),
    Field(
        name="overdue_h",
        type="number",
        label="超时小时",
        scopes=_COUNTED,
        meaning="hours past the occasion's deadline, 0 before it",
    ),
    Field(
        name="remaining_h",
        type="number",
        label="剩余小时",
        scopes=_RUNNING,
        may_be_missing=True,
        meaning="hours left on the occasion's clock",
    ),
    Field(
        name="supervised",
        type="bool",
        label="已督办",
        scopes=_COUNTED,
        meaning="a supervision order is open",
    ),
    Field(
        name="score",
        type="int",
        label="评分",
        scopes=_COUNTED,
        may_be_missing=True,
        meaning="the reporter's score, 1 to 5",
    ),
    Field(
        name="resolved",
        type="string",
        label="是否解决",
        values=vocabulary.RESOLVED,
        scopes=_COUNTED,
        may_be_missing=True,
        meaning="the reporter's answer",
    ),
    Field(
        name="ground",
        type="string",
        label="退单理由",
        scopes=_COUNTED,
        may_be_missing=True,
        meaning="ground of the last decline",
    ),
    Field(
        name="urban",
        type="bool",
        label="城区",
        scopes=_COUNTED,
        meaning="the territory is a street or a county town",
    ),
)

_CLOSED_CASE = (
    Field(
        name="outcome",
        type="string",
        label="结果",
        values=vocabulary.OUTCOMES,
        scopes=_ASSESSED,
        may_be_missing=True,
        meaning="outcome of the case",
    ),
    Field(
        name="callback",
        type="string",
        label="回访结果",
        values=vocabulary.CALLBACKS,
        scopes=_ASSESSED,
        may_be_missing=True,
        meaning="result of the last call-back",
    ),
    Field(
        name="whistled",
        type="bool",
        label="已吹哨",
        scopes=_ASSESSED,
        meaning="the referral came by a whistle, not by an ordinary dispatch",
    ),
    Field(
        name="settled_level",
        type="string",
        label="化解层级",
        values=vocabulary.LEVELS,
        scopes=_ASSESSED,
        may_be_missing=True,
        meaning="level of the owner at the closure",
    ),
    *(
        Field(
            name=f"{clock}_on_time",
            type="bool",
            label=f"{label}及时",
            scopes=_ASSESSED,
            may_be_missing=True,
            meaning=f"the {clock} came before its deadline",
        )
        for clock, label in vocabulary.CLOCKS.items()
    ),
)

FIELDS: tuple[Field, ...] = (*_ISSUE, *_RUNNING_CASE, *_CLOSED_CASE)
"""In the order in which people are shown them."""
