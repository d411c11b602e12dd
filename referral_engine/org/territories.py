"""From the list of territories to a sound tree, and the units the list names along with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from referral_engine.i18n import _
from referral_engine.model.territory import Level, Territory, level_rank
from referral_engine.model.unit import Kind, Unit
from referral_engine.org.codes import Codes, level_by_length, parse_code, prefixes
from referral_engine.org.fields import LEVEL_WORDS
from referral_engine.org.record import Record
from referral_engine.org.tree import Tree, find_cycles

__all__ = ["TerritoryList"]


class TerritoryList:
    """Reads every entry, then looks at the whole.

    What is at fault is named, and mended just enough that the lists that refer to it can be read.
    """

    def __init__(self, records: Iterable[Record], codes: Codes) -> None:
        self.codes = codes
        self._records: dict[str, Record] = {}
        for record in records:
            self._take(record)
        self._parents = self._read_parents()
        self._break_cycles()
        self._levels = {code: self._level(code) for code in self._records}
        self._check_levels()
        self._check_root()
        self._territories = self._build()
        self.tree = Tree(self._territories.values(), codes)

    @property
    def territories(self) -> tuple[Territory, ...]:
        """The territories in file order."""
        return tuple(self._territories.values())

    def units(self) -> list[tuple[Unit, Record]]:
        """The responsible unit of every entry that names one: its id is the territory's code."""
        named = ((code, r) for code, r in self._records.items() if r.text("unit"))
        return [
            (Unit(code, record.text("unit"), _kind(self._levels[code]), code), record)
            for code, record in named
        ]

    def record(self, code: str) -> Record | None:
        """The entry of a code, for faults of the whole."""
        return self._records.get(code)

    def code(self, record: Record, field: str, index: int | None = None) -> str:
        """The known territory a field names; with a fault, empty, where there is none."""
        written = record.text(field) if index is None else record.texts(field)[index]
        code = self.tree.exact(written)
        if not code and written:
            message = _("there is no territory {code}").format(code=written)
            known = self._records
            record.fault(field, "org-unknown-territory", message, written, known, index or 0)
        return code

    def _take(self, record: Record) -> None:
        reader = parse_code if self.codes == "gb" else str
        code = record.read("code", reader)
        if code is None:
            return
        if code in self._records:
            message = _("the code {code} is listed already: {where}")
            first = self._records[code]
            where = f"{first.source.name}:{first.start[0]}"
            record.fault("code", "org-duplicate", message.format(code=code, where=where))
            return
        self._records[code] = record

    def _read_parents(self) -> dict[str, str]:
        return {code: self._parent(code, record) for code, record in self._records.items()}

    def _parent(self, code: str, record: Record) -> str:
        written = record.text("parent")
        if not written:
            above = prefixes(code) if self.codes == "gb" else []
            return next((each for each in above if each in self._records), "")
        parent = (record.read("parent", parse_code) or "") if self.codes == "gb" else written
        if parent and parent not in self._records:
            message = _("there is no territory {code} to be its parent").format(code=written)
            record.fault("parent", "org-unknown-parent", message, written, self._records)
            return ""
        return parent

    def _break_cycles(self) -> None:
        for cycle in find_cycles({code: up for code, up in self._parents.items() if up}):
            path = " → ".join([*cycle, cycle[0]])
            message = _("these territories lie in one another: {path}").format(path=path)
            self._records[cycle[0]].fault("parent", "org-cycle", message)
            self._parents[cycle[0]] = ""

    def _level(self, code: str) -> str:
        record = self._records[code]
        level = record.word("level", LEVEL_WORDS, "org-bad-level")
        if level:
            return level
        if self.codes == "free" and not record.text("level"):
            message = _("level is missing: free codes do not tell it")
            record.fault("level", "org-missing-field", message)
        return level_by_length(code)

    def _check_levels(self) -> None:
        for code, parent in self._parents.items():
            if parent and level_rank(self._levels[code]) <= level_rank(self._levels[parent]):
                message = _("a {level} cannot lie in a {above}")
                message = message.format(level=self._levels[code], above=self._levels[parent])
                field = "level" if self._records[code].text("level") else "code"
                self._records[code].fault(field, "org-level-order", message)

    def _check_root(self) -> None:
        """One root: two counties side by side leave nobody above both."""
        roots = [c for c, up in self._parents.items() if not up and not self._faulty_parent(c)]
        for code in roots[1:]:
            message = _("{code} has no parent, and neither has {root}: a tree has one root")
            message = message.format(code=code, root=roots[0])
            self._records[code].fault("code", "org-roots", message)

    def _faulty_parent(self, code: str) -> bool:
        return bool(self._records[code].text("parent"))

    def _build(self) -> dict[str, Territory]:
        urban = {code: self._records[code].flag("urban") for code in self._records}
        return {
            code: Territory(
                code=code,
                name=record.text("name"),
                level=cast("Level", self._levels[code]),
                parent=self._parents[code],
                urban=self._urban(code, urban),
            )
            for code, record in self._records.items()
        }

    def _urban(self, code: str, written: dict[str, bool | None]) -> bool:
        """As written, else as above; a street (街道, segment 001-099) is urban by itself."""
        while code:
            flag = written[code]
            if flag is not None:
                return flag
            if self.codes == "gb" and len(code) == 9 and code[6] == "0":
                return True
            code = self._parents[code]
        return False


def _kind(level: str) -> Kind:
    rank = level_rank(level)
    if rank <= level_rank("township"):
        return "centre"
    return "committee" if level == "village" else "grid"
