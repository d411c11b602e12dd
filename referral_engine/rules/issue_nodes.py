"""The issue of a rule test: the canonical fields of an issue, by name or Chinese alias."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yaml.nodes import Node

from referral_engine.i18n import _
from referral_engine.model.issue import Attachment, Issue, Location, Reporter
from referral_engine.org.organisation import PERSON
from referral_engine.rules import lint
from referral_engine.rules.convert import read_bool, read_int, read_moment, read_number
from referral_engine.rules.operands import read_category, read_territory, read_unit
from referral_engine.rules.reader import Reader
from referral_engine.spelling import nearest

__all__ = ["ISSUE_KEYS", "read_issue"]

ISSUE_KEYS: dict[str, str] = {
    "id": "编号",
    "channel": "渠道",
    "title": "标题",
    "text": "文本",
    "category": "类别",
    "territory": "区域",
    "received_at": "收到时间",
    "reporter": "反映人",
    "people": "人数",
    "severity": "等级",
    "tags": "标签",
    "accused": "被反映对象",
    "location": "位置",
    "attachments": "附件",
    "extra": "附加",
}
"""The fields of an issue in a test, with their Chinese aliases."""

_DEFAULT_CHANNEL = "window"


def read_issue(reader: Reader, node: Node) -> Issue | None:
    """The issue written at the node; None when a fault in it was reported."""
    before = len(reader.faults)
    values: dict[str, Any] = {"channel": _DEFAULT_CHANNEL}
    for key, value in reader.words(node).values():
        name = _name(reader, key)
        if name:
            values[name] = _READ[name](reader, value)
    if "received_at" not in values:
        reader.report(lint.missing_key.fault(reader.place(node), "received_at"))
    return Issue(**values) if len(reader.faults) == before else None


def _name(reader: Reader, key: Node) -> str:
    for name, label in ISSUE_KEYS.items():
        if key.value in (name, label):
            return name
    near = nearest(key.value, [*ISSUE_KEYS, *ISSUE_KEYS.values()])
    reader.report(lint.unknown_key.fault(reader.place(key), key.value, near))
    return ""


def _text(reader: Reader, node: Node) -> str:
    return reader.text(node)


def _checked(check: Callable[[Reader, Node, str], str]) -> Callable[[Reader, Node], str]:
    def read(reader: Reader, node: Node) -> str:
        text = reader.text(node)
        return check(reader, node, text) if text else ""

    return read


def _severity(reader: Reader, node: Node) -> int | None:
    value = read_int(reader, node)
    if value is not None and not 1 <= value <= 4:
        reader.wrong(node, _("a severity from 1 to 4"))
    return value


def _texts(reader: Reader, node: Node) -> tuple[str, ...]:
    return tuple(reader.text(item) for item in reader.some(node))


def _units(reader: Reader, node: Node) -> tuple[str, ...]:
    return tuple(_accused(reader, item) for item in reader.some(node))


def _accused(reader: Reader, node: Node) -> str:
    """A unit, or ``person:ID``; which persons there are the rules do not know."""
    word = reader.text(node)
    if word.startswith(PERSON):
        return word
    return read_unit(reader, node, word) if word else ""


def _reporter(reader: Reader, node: Node) -> Reporter:
    values: dict[str, Any] = {}
    for key, value in reader.words(node).values():
        if key.value == "anonymous":
            values["anonymous"] = bool(read_bool(reader, value))
        elif key.value in ("name", "phone", "id_number"):
            values[key.value] = reader.text(value)
        else:
            near = nearest(key.value, ("name", "phone", "id_number", "anonymous"))
            reader.report(lint.unknown_key.fault(reader.place(key), key.value, near))
    return Reporter(**values)


def _location(reader: Reader, node: Node) -> Location:
    values: dict[str, Any] = {}
    for key, value in reader.words(node).values():
        if key.value == "address":
            values["address"] = reader.text(value)
        elif key.value in ("lat", "lon"):
            values[key.value] = read_number(reader, value)
        else:
            near = nearest(key.value, ("lat", "lon", "address"))
            reader.report(lint.unknown_key.fault(reader.place(key), key.value, near))
    return Location(**values)


def _attachments(reader: Reader, node: Node) -> tuple[Attachment, ...]:
    return tuple(Attachment(reader.text(item)) for item in reader.some(node))


def _extra(reader: Reader, node: Node) -> dict[str, str]:
    return {name: reader.text(entry[1]) for name, entry in reader.words(node).items()}


_READ: dict[str, Callable[[Reader, Node], Any]] = {
    "id": _text,
    "channel": _text,
    "title": _text,
    "text": _text,
    "category": _checked(read_category),
    "territory": _checked(read_territory),
    "received_at": read_moment,
    "reporter": _reporter,
    "people": read_int,
    "severity": _severity,
    "tags": _texts,
    "accused": _units,
    "location": _location,
    "attachments": _attachments,
    "extra": _extra,
}
