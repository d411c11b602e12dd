"""From the list of units to sound units: whom they answer to, where their stations serve."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import cast

from referral_engine.i18n import _
from referral_engine.model.hours import WorkHours
from referral_engine.model.unit import Kind, Presence, PresenceKind, Unit
from referral_engine.org.fields import KIND_WORDS
from referral_engine.org.lines import answerable, superiors
from referral_engine.org.record import Record
from referral_engine.org.source import Faults
from referral_engine.org.territories import TerritoryList
from referral_engine.org.timetable import Unreadable, parse_hours
from referral_engine.org.tree import find_cycles

__all__ = ["UnitList"]

_ID = re.compile(r"[\w][\w.\-]*")
_PRESENCE_WORDS: dict[str, PresenceKind] = {
    "resident": "resident",
    "常驻": "resident",
    "rotating": "rotating",
    "轮驻": "rotating",
    "on_call": "on_call",
    "随叫随驻": "on_call",
}


class UnitList:
    """Reads every entry, then looks at the whole; what is at fault is named."""

    def __init__(
        self, records: Iterable[Record], territories: TerritoryList, hours: WorkHours
    ) -> None:
        self._territories = territories
        self._standard = hours
        self._records: dict[str, Record] = {}
        self._units: dict[str, Unit] = {}
        for unit, record in territories.units():
            self._add(unit, record)
        for record in records:
            self._take(record)
        self._responsible = self._check_responsible()
        self._check_references()
        self._check_stations()
        self._check_cycles()

    @property
    def units(self) -> tuple[Unit, ...]:
        """The units in file order, those named by a territory first."""
        return tuple(self._units.values())

    def check_whole(self, faults: Faults, name: str) -> None:
        """An organisation needs a centre at its root and someone for accusations.

        ``name`` stands for the place where not even a territory is listed.
        """
        root = self._territories.tree.root
        record = self._territories.record(root)
        where = record.source.name if record else name
        if not root:
            faults.add_file(where, "org-no-root", _("there are no territories"))
            return
        holder = self._units.get(self._responsible.get(root, ""))
        if holder is None or holder.kind != "centre":
            message = _("no centre answers for {root}: it holds a case that nobody else has")
            suggestion = _("add a unit of kind centre with territory {root}").format(root=root)
            faults.add_file(where, "org-no-root", message.format(root=root), suggestion)
        if not any(unit.kind == "discipline" for unit in self._units.values()):
            message = _("nobody takes accusations")
            suggestion = _("add a unit of kind discipline")
            faults.add_file(where, "org-no-discipline", message, suggestion)

    def unit(self, record: Record, field: str) -> str:
        """The unit a field names, by id or by the code of the territory it answers for."""
        written = record.text(field)
        if not written or written in self._units:
            return written
        code = self._territories.tree.exact(written)
        if code in self._responsible:
            return self._responsible[code]
        message = _("there is no unit {id}").format(id=written)
        if code:
            message = _("no unit answers for the territory {id}").format(id=written)
        record.fault(field, "org-unknown-unit", message, written, self._units)
        return ""

    def territory_of(self, unit: str) -> str:
        """Where a known unit sits; empty for an unknown one."""
        return self._units[unit].territory if unit in self._units else ""

    def _add(self, unit: Unit, record: Record) -> None:
        if unit.id in self._units:
            first = self._records[unit.id]
            message = _("the unit {id} is listed already: {where}")
            where = f"{first.source.name}:{first.start[0]}"
            message = message.format(id=unit.id, where=where)
            record.fault("id", "org-duplicate", message)
            return
        self._units[unit.id] = unit
        self._records[unit.id] = record

    def _take(self, record: Record) -> None:
        id = record.read("id", _unit_id)
        # An unknown kind is read as some kind, so that what names the unit is not at fault too.
        kind = record.word("kind", KIND_WORDS, "org-bad-kind") or "department"
        since, until = _lifetime(record)
        hours = record.read("hours", parse_hours)
        unit = Unit(
            id=id or record.text("id"),
            name=record.text("name"),
            kind=cast("Kind", kind),
            territory=self._territories.code(record, "territory"),
            superior=record.text("superior"),
            of=record.text("of"),
            serves=self._codes(record, "serves"),
            answers_for=self._codes(record, "answers_for"),
            presence=_presence(record, hours or self._standard),
            hours=hours,
            since=since,
            until=until,
            succeeded_by=record.text("succeeded_by"),
            phone=record.text("phone"),
            capabilities=record.texts("capabilities"),
        )
        self._add(unit, record)

    def _codes(self, record: Record, field: str) -> tuple[str, ...]:
        count = len(record.texts(field))
        read = (self._territories.code(record, field, index) for index in range(count))
        return tuple(code for code in read if code)

    def _check_responsible(self) -> dict[str, str]:
        responsible: dict[str, str] = {}
        for unit in self._units.values():
            for code in answerable(unit):
                held = responsible.setdefault(code, unit.id)
                if held != unit.id and not self._succeed(held, unit.id):
                    message = _("{held} answers for {code} already").format(held=held, code=code)
                    field = "answers_for" if unit.answers_for else "territory"
                    self._records[unit.id].fault(field, "org-two-responsible", message)
            if self._territories.tree.exact(unit.id) not in ("", *answerable(unit)):
                message = _("the id is the code of a territory the unit does not answer for")
                self._records[unit.id].fault("id", "org-id-is-code", message)
        return responsible

    def _succeed(self, a: str, b: str) -> bool:
        """Whether one of two units takes over from the other, however many lie between."""
        return b in self._following(a) or a in self._following(b)

    def _following(self, unit: str) -> list[str]:
        found: list[str] = []
        following = self._units[unit].succeeded_by
        while following in self._units and following not in found:
            found.append(following)
            following = self._units[following].succeeded_by
        return found

    def _check_references(self) -> None:
        for id, record in self._records.items():
            for field in ("superior", "of", "succeeded_by"):
                if record.section == "units":
                    self._check_reference(id, record, field)

    def _check_reference(self, id: str, record: Record, field: str) -> None:
        written = record.text(field)
        if written and written not in self._units:
            message = _("there is no unit {id}").format(id=written)
            record.fault(field, "org-unknown-unit", message, written, self._units)
        elif written == id:
            message = _("a unit cannot be its own {field}").format(field=field)
            record.fault(field, "org-cycle", message)

    def _check_stations(self) -> None:
        served: dict[tuple[str, str], str] = {}
        for unit in self._units.values():
            record = self._records[unit.id]
            if unit.serves and not unit.of:
                message = _("it serves territories for a department that is not named")
                record.fault("serves", "org-station", message, "", ())
            for index, code in enumerate(unit.serves if unit.of else ()):
                other = served.setdefault((unit.of, code), unit.id)
                if other != unit.id:
                    message = _("{other} serves {code} for the same department")
                    message = message.format(other=other, code=code)
                    record.fault("serves", "org-station", message, index=index)

    def _check_cycles(self) -> None:
        tree = self._territories.tree
        self._check_cycle(superiors(self._units, self._responsible, tree), ("superior", "of"))
        following = {u.id: u.succeeded_by for u in self._units.values() if u.succeeded_by}
        self._check_cycle(following, ("succeeded_by",))

    def _check_cycle(self, edges: dict[str, str], fields: tuple[str, ...]) -> None:
        for cycle in find_cycles(edges):
            if len(cycle) == 1:
                continue  # named where it is written
            path = " → ".join([*cycle, cycle[0]])
            message = _("these units stand above one another: {path}").format(path=path)
            id, field = self._written(cycle, fields)
            self._records[id].fault(field, "org-cycle", message)

    def _written(self, cycle: list[str], fields: tuple[str, ...]) -> tuple[str, str]:
        """A unit of the cycle with a field that is written: a cycle has one at least."""
        for id in cycle:
            for field in fields:
                if self._records[id].text(field):
                    return id, field
        return cycle[0], fields[0]


def _unit_id(text: str) -> str:
    if _ID.fullmatch(text):
        return text
    message = _("{id} is no id: letters, digits, _ - and . without spaces").format(id=text)
    raise Unreadable("org-bad-id", message)


def _lifetime(record: Record) -> tuple[date | None, date | None]:
    since, until = record.date("from"), record.date("until")
    if since and until and until <= since:
        message = _("until is excluded, so it has to lie after from")
        record.fault("until", "org-bad-date", message)
    return since, until


def _presence(record: Record, hours: WorkHours) -> Presence | None:
    return record.read("presence", lambda text: _read_presence(text, hours))


def _read_presence(text: str, hours: WorkHours) -> Presence:
    word, _space, days = text.partition(" ")
    kind = _PRESENCE_WORDS.get(word)
    if kind is None:
        message = _("{word} is no presence: resident, rotating or on_call").format(word=word)
        raise Unreadable("org-bad-presence", message, word, _PRESENCE_WORDS)
    if (kind == "rotating") != bool(days.strip()):
        message = _("only a rotating presence has weekdays, and it needs them")
        raise Unreadable("org-bad-presence", message)
    return Presence(kind, parse_hours(days, hours) if days.strip() else None)
