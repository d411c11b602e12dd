"""Warning and indicator tables, from their root nodes."""

from __future__ import annotations

from typing import Literal

from yaml.nodes import MappingNode, Node

from referral_engine.i18n import _
from referral_engine.model.span import Span
from referral_engine.rules import lint, vocabulary
from referral_engine.rules.alias import KEYS
from referral_engine.rules.conditions import read_condition
from referral_engine.rules.convert import read_int, read_number, read_window
from referral_engine.rules.reader import Entries, Entry, Reader
from referral_engine.rules.tables import read_effective, read_rank, read_rules, rule_head
from referral_engine.rules.targets import read_targets
from referral_engine.rules.tree import Condition
from referral_engine.rules.tree_assess import (
    Count,
    Index,
    Indicator,
    IndicatorTable,
    Normalisation,
    Raise,
    ShareOf,
    Trend,
    WarningRule,
    WarningTable,
)
from referral_engine.spelling import nearest

__all__ = ["read_indicator_table", "read_warning_table"]

_MEASURES = ("count", "share", "trend")
_WARNING_KEYS = frozenset({"id", "name", "basis", "effective", "when", "raise", *_MEASURES})
_RATE_KEYS = frozenset(
    {"id", "name", "basis", "of", "numerator", "denominator", "target", "normalise", "weight"}
)
_INDEX_KEYS = frozenset({"id", "name", "basis", "parts"})
_UNIVERSES = {"cases": "案件", "referrals": "承办"}
_AREAS = {"township": "乡镇", "village": "村社", "grid": "网格", "county": "县级"}
_LEVELS: dict[str, Literal["blue", "yellow", "orange", "red"]] = {
    "blue": "blue",
    "yellow": "yellow",
    "orange": "orange",
    "red": "red",
}


def read_warning_table(reader: Reader, root: Node) -> WarningTable:
    """A table of ``kind: warning``; rules that cannot be read are left out and reported."""
    entries = reader.entries(root, ("kind", "rank", "when", "rules"), required=("rules",))
    return WarningTable(
        file=reader.file,
        rank=read_rank(reader, entries),
        when=read_condition(reader, entries["when"][1]) if "when" in entries else None,
        rules=read_rules(reader, entries, lambda node: _warning(reader, node)),
    )


def read_indicator_table(reader: Reader, root: Node) -> IndicatorTable:
    """A table of ``kind: indicator``: an entry with ``parts`` is an index, any other a rate."""
    entries = reader.entries(root, ("kind", "rank", "rules"), required=("rules",))
    return IndicatorTable(
        file=reader.file,
        rank=read_rank(reader, entries),
        rules=read_rules(reader, entries, lambda node: _indicator(reader, node)),
    )


# -- warnings -----------------------------------------------------------------------------------


def _warning(reader: Reader, node: Node) -> WarningRule | None:
    entries, rule_id, place = rule_head(reader, node, _WARNING_KEYS)
    when = read_condition(reader, entries["when"][1]) if "when" in entries else None
    measure = _measure(reader, node, entries)
    raises = _raise(reader, entries["raise"][1]) if "raise" in entries else None
    if "raise" not in entries:
        reader.report(lint.missing_key.fault(place, "raise"))
    if not rule_id or measure is None or raises is None or ("when" in entries and when is None):
        return None
    return WarningRule(
        id=rule_id,
        name=reader.optional(entries, "name"),
        when=when,
        measure=measure,
        raises=raises,
        place=place,
        basis=reader.optional(entries, "basis"),
        effective=read_effective(reader, entries),
    )


def _measure(reader: Reader, node: Node, entries: Entries) -> Count | ShareOf | Trend | None:
    written = [name for name in _MEASURES if name in entries]
    if not written:
        reader.report(lint.missing_key.fault(reader.place(node), "count"))
        return None
    if len(written) > 1:
        reader.wrong(entries[written[1]][0], _("the only measure: count, share or trend"))
        return None
    value = entries[written[0]][1]
    if written[0] == "count":
        return _count(reader, value)
    return _share(reader, value) if written[0] == "share" else _trend(reader, value)


def _count(reader: Reader, node: Node) -> Count | None:
    entries = reader.entries(
        node, ("group_by", "within", "at_least"), required=("within", "at_least")
    )
    within = _window(reader, entries, "within")
    at_least = read_int(reader, entries["at_least"][1]) if "at_least" in entries else None
    if at_least is not None and at_least < 1:
        reader.wrong(entries["at_least"][1], _("at least 1"))
        return None
    if within is None or at_least is None:
        return None
    return Count(_groups(reader, entries), within, at_least)


def _share(reader: Reader, node: Node) -> ShareOf | None:
    required = ("of", "within", "at_least")
    entries = reader.entries(node, ("group_by", *required), required=required)
    of = read_condition(reader, entries["of"][1]) if "of" in entries else None
    within = _window(reader, entries, "within")
    at_least = _part(reader, entries["at_least"]) if "at_least" in entries else None
    if of is None or within is None or at_least is None:
        return None
    return ShareOf(_groups(reader, entries), of, within, at_least)


def _trend(reader: Reader, node: Node) -> Trend | None:
    required = ("over", "ratio_at_least")
    entries = reader.entries(node, ("group_by", *required), required=required)
    over = _window(reader, entries, "over")
    ratio = _number(reader, entries, "ratio_at_least")
    if ratio is not None and ratio <= 0:
        reader.wrong(entries["ratio_at_least"][1], _("a ratio above 0"))
        return None
    return None if over is None or ratio is None else Trend(_groups(reader, entries), over, ratio)


def _groups(reader: Reader, entries: Entries) -> tuple[str, ...]:
    if "group_by" not in entries:
        return ()
    nodes = reader.some(entries["group_by"][1])
    return tuple(name for node in nodes if (name := _group(reader, node)))


def _group(reader: Reader, node: Node) -> str:
    """A level of territory, or a field with one value."""
    word = reader.text(node)
    for name, label in _AREAS.items():
        if word in (name, label):
            return name
    registry = reader.known.registry
    field = registry.find(word)
    if field is None or "warning" not in field.scopes:
        known = [w for f in registry.within("warning") for w in (f.name, f.key)]
        near = nearest(word, [*_AREAS, *known])
        reader.report(lint.unknown_field.fault(reader.place(node), word, near))
        return ""
    if field.type in ("list", "text", "time"):
        reader.wrong(node, _("a field with one value that can be the same again"))
        return ""
    return field.name


def _raise(reader: Reader, node: Node) -> Raise | None:
    entries = reader.entries(node, ("level", "notify", "cool_down"), required=("level",))
    level = (
        reader.word(entries["level"][1], vocabulary.WARNING_LEVELS) if "level" in entries else ""
    )
    notify = read_targets(reader, entries["notify"][1]) if "notify" in entries else ()
    cool_down = _window(reader, entries, "cool_down")
    return Raise(_LEVELS[level], notify, cool_down) if level else None


# -- indicators ---------------------------------------------------------------------------------


def _indicator(reader: Reader, node: Node) -> Indicator | Index | None:
    pairs = node.value if isinstance(node, MappingNode) else ()
    is_index = any(key.value in ("parts", KEYS["parts"]) for key, _value in pairs)
    return _index(reader, node) if is_index else _rate(reader, node)


def _index(reader: Reader, node: Node) -> Index | None:
    entries, rule_id, place = rule_head(reader, node, _INDEX_KEYS)
    parts: list[tuple[str, float]] = []
    for key, value in reader.words(entries["parts"][1]).values() if "parts" in entries else ():
        weight = read_number(reader, value)
        if weight is not None:
            parts.append((str(key.value), weight))
    if not rule_id or not parts:
        return None
    name, basis = reader.optional(entries, "name"), reader.optional(entries, "basis")
    return Index(rule_id, name, tuple(parts), place, basis)


def _rate(reader: Reader, node: Node) -> Indicator | None:
    entries, rule_id, place = rule_head(reader, node, _RATE_KEYS)
    for key in ("of", "numerator"):
        if key not in entries:
            reader.report(lint.missing_key.fault(place, key))
    of = reader.word(entries["of"][1], _UNIVERSES) if "of" in entries else ""
    numerator = _condition(reader, entries, "numerator")
    denominator = _condition(reader, entries, "denominator")
    weight = _number(reader, entries, "weight")
    if not rule_id or not of or numerator is None or ("denominator" in entries and not denominator):
        return None
    return Indicator(
        id=rule_id,
        name=reader.optional(entries, "name"),
        of="cases" if of == "cases" else "referrals",
        numerator=numerator,
        denominator=denominator,
        place=place,
        target=_number(reader, entries, "target"),
        normalise=_normalise(reader, entries["normalise"][1]) if "normalise" in entries else None,
        weight=1.0 if weight is None else weight,
        basis=reader.optional(entries, "basis"),
    )


def _normalise(reader: Reader, node: Node) -> Normalisation | None:
    keys = ("zero_at", "full_at")
    entries = reader.entries(node, keys, required=keys)
    zero, full = _number(reader, entries, "zero_at"), _number(reader, entries, "full_at")
    if zero is None or full is None:
        return None
    if zero == full:
        reader.report(lint.bad_window.fault(reader.place(node), str(zero), str(full)))
        return None
    return Normalisation(zero, full)


def _condition(reader: Reader, entries: Entries, key: str) -> Condition | None:
    return read_condition(reader, entries[key][1]) if key in entries else None


def _window(reader: Reader, entries: Entries, key: str) -> Span | None:
    return read_window(reader, entries[key][1]) if key in entries else None


def _number(reader: Reader, entries: Entries, key: str) -> float | None:
    return read_number(reader, entries[key][1]) if key in entries else None


def _part(reader: Reader, entry: Entry) -> float | None:
    share = read_number(reader, entry[1])
    if share is not None and not 0 < share <= 1:
        reader.wrong(entry[1], _("a share above 0 and at most 100%"))
        return None
    return share
