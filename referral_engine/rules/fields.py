"""The fields a condition may ask for, declared once, and the registry that finds them.

Everything that speaks of fields reads this table: the loader (types, values), the matcher, the
linter, ``rules fields``, the JSON Schema and docs/rule-language.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal

import msgspec

from referral_engine.rules import vocabulary
from referral_engine.spelling import nearest

__all__ = ["Field", "FieldType", "Named", "Registry", "Scope", "registry"]

FieldType = Literal["string", "tree", "int", "number", "bool", "time", "duration", "list", "text"]
Scope = Literal["routing", "escalation", "warning", "indicator"]
Named = Literal["", "unit", "territory", "category", "tag", "channel", "flag", "path"]

_EVERY: frozenset[Scope] = frozenset({"routing", "escalation", "warning", "indicator"})
_RUNNING: frozenset[Scope] = frozenset({"escalation"})
_COUNTED: frozenset[Scope] = frozenset({"escalation", "indicator"})
_ASSESSED: frozenset[Scope] = frozenset({"indicator"})


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of an issue, a case or a referral.

    ``type``            decides the operators and how a written value is converted
    ``label``           Chinese, for people; ``alias`` is the Chinese key in YAML
    ``meaning``         one English line for the reference
    ``values``          the closed vocabulary, word to Chinese label; empty means open
    ``names``           the kind of thing its values name, checked against what is known
    ``settable``        a routing rule may ``set`` it
    ``scopes``          the kinds of table that may ask for it
    ``may_be_missing``  every leaf on it can be false for want of a value
    """

    name: str
    type: FieldType
    label: str
    alias: str = ""
    meaning: str = ""
    values: dict[str, str] = {}
    names: Named = ""
    settable: bool = False
    scopes: frozenset[Scope] = _EVERY
    may_be_missing: bool = False

    @property
    def key(self) -> str:
        """The Chinese key under which YAML may name it."""
        return self.alias or self.label


class Registry:
    """Fields by name or Chinese alias. Immutable: ``extended`` gives a larger one."""

    def __init__(self, fields: Iterable[Field]) -> None:
        """Raises ValueError when two fields share a name or an alias."""
        self._fields: dict[str, Field] = {}
        self._found: dict[str, Field] = {}
        for field in fields:
            for word in dict.fromkeys((field.name, field.key)):
                if word in self._found:
                    raise ValueError(f"field {word!r} is declared twice")
                self._found[word] = field
            self._fields[field.name] = field

    def __iter__(self) -> Iterator[Field]:
        return iter(self._fields.values())

    def __len__(self) -> int:
        return len(self._fields)

    def __contains__(self, word: str) -> bool:
        return word in self._found

    def __getitem__(self, name: str) -> Field:
        return self._fields[name]

    def find(self, word: str) -> Field | None:
        """The field with this name or Chinese alias, or None."""
        return self._found.get(word)

    def within(self, scope: Scope) -> tuple[Field, ...]:
        """The fields that tables of this kind may ask for, in order of declaration."""
        return tuple(field for field in self if scope in field.scopes)

    def nearest(self, word: str, scope: Scope | None = None) -> str:
        """The name or alias most like ``word``, or the empty string."""
        fields = self if scope is None else self.within(scope)
        return nearest(word, (known for field in fields for known in (field.name, field.key)))

    def extended(self, fields: Iterable[Field]) -> Registry:
        """A registry with these fields too, e.g. a plugin's ``market_supervision.amount``.

        Raises ValueError when a name or alias is taken.
        """
        return Registry([*self, *fields])

    def with_extra(self, labels: dict[str, str]) -> Registry:
        """A registry with an importer's columns: ``extra.<name>``, text, by Chinese label.

        ``labels`` is the ``fields:`` section of config.yaml; an empty label means the name.
        """
        return self.extended(
            Field(
                name=f"extra.{name}",
                type="string",
                label=label or name,
                alias=f"附加.{label or name}",
                meaning="column declared in config.yaml",
                may_be_missing=True,
            )
            for name, label in labels.items()
        )


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


@cache
def registry() -> Registry:
    """The engine's own fields."""
    return Registry((*_ISSUE, *_RUNNING_CASE, *_CLOSED_CASE))
