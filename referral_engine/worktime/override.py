"""The file in which an administrator corrects the calendar or makes a new year known.

kind: calendar
known_until: 2027-12-31              # every day up to here is settled
days:
  2027-02-05..2027-02-11: holiday    # both ends included
  2027-02-20: workday                # workday | restday | holiday, or 工作日 休息日 法定节假日
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import msgspec
import yaml

from referral_engine.errors import Fault, Faulty, Place
from referral_engine.i18n import _
from referral_engine.worktime.days import DayKind

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

__all__ = ["Overrides", "load_overrides"]

_KINDS: dict[str, DayKind] = {
    "workday": "workday",
    "restday": "restday",
    "holiday": "holiday",
    "工作日": "workday",
    "休息日": "restday",
    "法定节假日": "holiday",
}
_LONGEST_RANGE = timedelta(days=366)


class Overrides(msgspec.Struct, frozen=True):
    """What an administrator says about days; `Days.overridden` lays it over a country's."""

    days: Mapping[date, DayKind] = {}
    known_until: date | None = None


def load_overrides(path: Path) -> Overrides:
    """Reads one file; raises Faulty with every fault of it at its line and column."""
    reader = _Reader(path)
    overrides = reader.read()
    if reader.faults:
        raise Faulty(reader.faults)
    return overrides


class _Reader:
    def __init__(self, path: Path) -> None:
        self.faults: list[Fault] = []
        self._name = str(path)
        self._path = path
        self._lines: list[str] = []

    def read(self) -> Overrides:
        root = self._root()
        if root is None:
            return Overrides()
        found = {name: (key, value) for key, name, value in self._entries(root)}
        _key, kind = found.pop("kind", (root, root))
        if _text(kind) != "calendar":
            self._add(kind, "calendar-shape", _("this file must say `kind: calendar`"))
        known_until: date | None = None
        if "known_until" in found:
            _key, value = found.pop("known_until")
            known_until = self._date(value, _text(value))
        days: dict[date, DayKind] = {}
        if "days" in found:
            _key, value = found.pop("days")
            self._days(value, days)
        for name, (key, _value) in found.items():
            message = _("`{key}` is no setting of a calendar").format(key=name)
            self._add(key, "calendar-key", message, _("write kind, known_until or days"))
        return Overrides(days, known_until)

    def _root(self) -> yaml.Node | None:
        """The file's mapping; None with a fault where there is none."""
        try:
            text = self._path.read_text("utf-8")
            self._lines = text.splitlines()
            root = yaml.compose(text, Loader=_Loader)
        except FileNotFoundError:
            self._add(None, "calendar-no-file", _("there is no such file"))
        except UnicodeDecodeError:
            message = _("the text is not UTF-8")
            self._add(None, "calendar-encoding", message, _("save the file as UTF-8"))
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            reason = getattr(error, "problem", None) or str(error)
            message = _("the YAML cannot be read: {reason}").format(reason=reason)
            self._add_at(mark, "calendar-yaml", message)
        else:
            if isinstance(root, yaml.MappingNode):
                return root
            message = _("a mapping is expected here, one `key: value` a line")
            self._add(root, "calendar-shape", message)
        return None

    def _days(self, node: yaml.Node, days: dict[date, DayKind]) -> None:
        for key, written, value in self._entries(node):
            kind = _KINDS.get(_text(value))
            if kind is None:
                message = _("`{kind}` is no kind of day").format(kind=_text(value))
                self._add(value, "calendar-kind", message, _("write workday, restday or holiday"))
                continue
            for day in self._range(key, written):
                if days.setdefault(day, kind) != kind:
                    message = _("{day} is said to be both {one} and {other}")
                    text = message.format(day=day, one=days[day], other=kind)
                    self._add(key, "calendar-twice", text)

    def _range(self, node: yaml.Node, written: str) -> Iterator[date]:
        first_text, dots, last_text = written.partition("..")
        first = self._date(node, first_text)
        last = self._date(node, last_text) if dots else first
        if first is None or last is None:
            return
        if not timedelta() <= last - first < _LONGEST_RANGE:
            message = _("`{text}` must run forward and be no longer than a year")
            self._add(node, "calendar-date", message.format(text=written))
            return
        for step in range((last - first).days + 1):
            yield first + timedelta(days=step)

    def _date(self, node: yaml.Node, text: str) -> date | None:
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            message = _("`{text}` is no date").format(text=text.strip())
            suggestion = _("write it as 2027-02-05, a range as 2027-02-05..2027-02-11")
            self._add(node, "calendar-date", message, suggestion)
            return None

    def _entries(self, node: yaml.Node) -> Iterator[tuple[yaml.Node, str, yaml.Node]]:
        """The key node, key and value node of each entry of a mapping; a key twice is a fault."""
        if not isinstance(node, yaml.MappingNode):
            message = _("a mapping is expected here, one `key: value` a line")
            self._add(node, "calendar-shape", message)
            return
        seen: set[str] = set()
        for key, value in node.value:
            name = _text(key)
            if name in seen:
                message = _("`{key}` is written twice").format(key=name)
                self._add(key, "calendar-twice", message)
            seen.add(name)
            yield key, name, value

    def _add(self, node: yaml.Node | None, code: str, message: str, suggestion: str = "") -> None:
        self._add_at(node.start_mark if node else None, code, message, suggestion)

    def _add_at(
        self, mark: yaml.Mark | None, code: str, message: str, suggestion: str = ""
    ) -> None:
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        source = self._lines[line - 1] if line <= len(self._lines) else ""
        place = Place(self._name, line, column)
        self.faults.append(Fault(place, code, message, suggestion=suggestion, source=source))


def _text(node: yaml.Node) -> str:
    """A scalar as it was written, so that no date or `no` is retyped; the rest as `…`."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else "…"
