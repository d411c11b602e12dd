"""One record of a file into a row: columns through their converters, then an issue or faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from functools import partial
from typing import Any, Protocol

from referral_engine.i18n import _
from referral_engine.importers.assemble import Defaults, assemble
from referral_engine.importers.canonical import Canonical, canonical
from referral_engine.importers.clean import deep_clean
from referral_engine.importers.content_key import Keys
from referral_engine.importers.mapping import Column, Derived, Mapping, comparable
from referral_engine.importers.row import Row, RowFault
from referral_engine.importers.typed import CellFault, Reading, shown, typed
from referral_engine.model.issue import Issue

__all__ = ["Cells", "Converter", "MakeRows", "RowMaker", "as_text", "territory_codes"]

Cells = dict[str, Any]


class RowMaker(Protocol):
    """What a reader hands its records to."""

    def row(self, line: int, cells: Cells, extra: dict[str, str] | None = None) -> Row:
        """The row that a record makes; see ``Converter.row``."""


MakeRows = Callable[[Mapping], RowMaker]
"""Makes it once the mapping is fitted to the heading of the file."""


class Converter:
    """Converts the records of one file with a fitted mapping; keeps count for the keys.

    ``zone`` is for times without an offset where the mapping names none.
    """

    def __init__(self, mapping: Mapping, zone: tzinfo, defaults: Defaults) -> None:
        self.mapping = mapping
        self.defaults = defaults
        self.keys = Keys()
        zone = mapping.zone or zone
        self._usual = Reading(zone=zone)
        self._columns = [
            (column, field, _reading(column, zone))
            for column in mapping.columns
            if (field := canonical(column.to))
        ]
        self._derived = [
            (derived, field) for derived in mapping.fields if (field := canonical(derived.to))
        ]

    def row(self, line: int, cells: Cells, extra: dict[str, str] | None = None) -> Row:
        """The row; never raises, whatever the cells hold.

        ``extra`` gives the field of cells that this record has beyond the mapping.
        """
        cells, notes = _cleaned(cells)
        values: dict[str, Any] = {}
        faults: list[tuple[str, CellFault, str]] = []
        for field, column, read in self._steps(cells, extra or {}):
            try:
                value = read()
            except CellFault as fault:
                faults.append((field.name, fault, column))
            else:
                if value is not None:
                    values[field.name] = value
        if not faults:
            made = assemble(values, self.defaults)
            if isinstance(made, Issue):
                key = self.keys.key(made, timed="received_at" in values)
                return Row(line, made, key, notes, truth=self._truth(cells))
            faults = [(name, fault, "") for name, fault in made]
        return Row(line, notes=notes, faults=tuple(_fault(line, *each) for each in faults))

    def _steps(
        self, cells: Cells, extra: dict[str, str]
    ) -> Iterator[tuple[Canonical, str, Callable[[], Any]]]:
        """Field, column and what reads its value, one for each entry of the mapping."""
        for column, field, reading in self._columns:
            raw = cells.get(column.column)
            yield field, column.column, partial(self._column, column, field, reading, raw)
        for derived, field in self._derived:
            yield field, " + ".join(derived.columns), partial(self._derive, derived, field, cells)
        for name, to in extra.items():
            if (own := canonical(to)) and not self._is_missing(cells[name]):
                yield own, name, partial(typed, own, cells[name], self._usual)
        if self.mapping.territory and (area := canonical("territory")):
            yield area, "", partial(self._territory, area, cells)

    def _column(self, column: Column, field: Canonical, reading: Reading, raw: Any) -> Any:
        if self._is_missing(raw) or (isinstance(raw, str) and raw.strip() in column.missing):
            return typed(field, column.default, reading) if column.default else None
        if column.normalise or column.map or column.prefix:
            raw = _through_map(column, comparable(column.normalise, as_text(raw)))
            if raw is None:
                return typed(field, column.default, reading) if column.default else None
            raw = column.prefix + raw
        return typed(field, raw, reading)

    def _derive(self, derived: Derived, field: Canonical, cells: Cells) -> Any:
        if derived.how == "value":
            return typed(field, derived.value, self._usual)
        given = [cells[name] for name in derived.columns if not self._is_missing(cells.get(name))]
        if not given:
            return None
        if derived.how == "first_of":
            return typed(field, given[0], self._usual)
        if field.kind in {"list", "attachments"}:
            return typed(field, given, self._usual)
        return typed(field, derived.joint.join(map(as_text, given)), self._usual)

    def _territory(self, field: Canonical, cells: Cells) -> Any:
        return typed(field, territory_codes(self.mapping, cells)[-1], self._usual)

    def _is_missing(self, raw: Any) -> bool:
        return raw is None or (isinstance(raw, str) and raw.strip() in self.mapping.missing)

    def _truth(self, cells: Cells) -> dict[str, str]:
        return {
            truth.column: ""
            if self._is_missing(raw := cells.get(truth.column))
            else comparable(truth.normalise, as_text(raw))
            for truth in self.mapping.truth
        }


def _reading(column: Column, zone: tzinfo) -> Reading:
    return Reading(column.zone or zone, column.formats, column.split, column.mistaken_for)


def territory_codes(mapping: Mapping, cells: Cells) -> Sequence[str]:
    """The codes of the row's territory from the root down, as far as its columns tell.

    A level counts as known when both its code and its name are given.
    """
    territory = mapping.territory
    if territory is None:
        return ()
    codes = [territory.code]
    for level in territory.levels:
        code, name = as_text(cells.get(level.code)), as_text(cells.get(level.name))
        if code in mapping.missing or name in mapping.missing:
            break
        part = level.map.get(code) or code[-level.digits :].rjust(level.digits, "0")
        codes.append(codes[-1] + part)
    return codes


def _through_map(column: Column, text: str) -> str | None:
    if not column.map or text in column.map:
        return column.map.get(text, text)
    if column.otherwise == "error":
        raise CellFault(
            "UNLISTED_VALUE",
            _("{value} is not in the value map; it lists {known}").format(
                value=shown(text), known=", ".join(list(column.map)[:20])
            ),
        )
    return None if column.otherwise == "missing" else text


def as_text(raw: Any) -> str:
    """A cell as text, its ends stripped: a spreadsheet's 10007.0 is the code 10007."""
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw).strip()


def _cleaned(cells: Cells) -> tuple[Cells, tuple[str, ...]]:
    """The cells without characters that cannot be stored, and a note for each repair."""
    notes = []
    for name, raw in cells.items():
        if isinstance(raw, str | list | dict):
            value, removed, replaced = deep_clean(raw)
            if removed or replaced:
                cells = {**cells, name: value}
            if removed:
                notes.append(_("{column}: control characters removed").format(column=name))
            if replaced:
                notes.append(_("{column}: broken characters replaced").format(column=name))
    return cells, tuple(notes)


def _fault(line: int, field: str, fault: CellFault, column: str) -> RowFault:
    message = fault.message
    if column and column != field:
        message = _("column {column}: {message}").format(column=column, message=message)
    return RowFault(line, field, fault.code, message)
