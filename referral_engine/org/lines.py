"""Who answers for a place, who is above whom, which station serves where: laid out at load."""

from __future__ import annotations

from collections.abc import Iterable

from referral_engine.model.territory import level_rank
from referral_engine.model.unit import TERRITORIAL, Unit
from referral_engine.org.tree import Tree

__all__ = ["Lines", "answerable", "superiors"]

_ANSWERS_FOR_ITS_PLACE = frozenset({"centre", "committee", "grid"})


def answerable(unit: Unit) -> tuple[str, ...]:
    """The territories a unit is the responsible unit of."""
    if unit.answers_for:
        return unit.answers_for
    return (unit.territory,) if unit.kind in _ANSWERS_FOR_ITS_PLACE else ()


def superiors(units: dict[str, Unit], responsible: dict[str, str], tree: Tree) -> dict[str, str]:
    """The superior of every unit that has one: written, else its department, else its place."""
    found: dict[str, str] = {}
    for unit in units.values():
        written = unit.superior or unit.of
        superior = written if written in units else _above(unit, responsible, tree)
        if superior and superior != unit.id:
            found[unit.id] = superior
    return found


def _above(unit: Unit, responsible: dict[str, str], tree: Tree) -> str:
    """The nearest unit that answers for where this one sits; none is its own superior."""
    for code in tree.path(unit.territory):
        holder = responsible.get(code, "")
        if holder and holder != unit.id:
            return holder
    return ""


class Lines:
    """Indexes over the units. Every look-up takes the depth of the tree or of the chain at most."""

    __slots__ = (
        "_lines",
        "_stations",
        "_superiors",
        "predecessors",
        "responsible",
        "tree",
        "units",
    )

    def __init__(self, units: Iterable[Unit], tree: Tree) -> None:
        """References must exist; superiors and successors must form no cycle."""
        self.tree = tree
        self.units = {unit.id: unit for unit in units}
        self.predecessors = {u.succeeded_by: u.id for u in self.units.values() if u.succeeded_by}
        self.responsible: dict[str, str] = {}
        for unit in self.units.values():
            for code in answerable(unit):
                self._answer_for(code, unit)
        self._superiors = superiors(self.units, self.responsible, tree)
        self._stations = {
            (unit.of, code): unit.id
            for unit in self.units.values()
            if unit.of
            for code in unit.serves
        }
        self._lines = self._lay_lines()

    def _answer_for(self, code: str, unit: Unit) -> None:
        # Of a unit and its successor the earlier one stands here: current() leads on from it.
        held = self.responsible.get(code)
        if held is None or held in self._successors(unit.id):
            self.responsible[code] = unit.id

    def _successors(self, unit: str) -> list[str]:
        found: list[str] = []
        following = self.units[unit].succeeded_by
        while following in self.units and following not in found:
            found.append(following)
            following = self.units[following].succeeded_by
        return found

    def _lay_lines(self) -> dict[str, frozenset[str]]:
        """The units of one line: joined by a professional superior, or by succession."""
        joined = {unit: [unit] for unit in self.units}
        for unit in self.units.values():
            for other in (self._office_above(unit), unit.succeeded_by):
                if other in self.units and joined[other] is not joined[unit.id]:
                    _join(joined, unit.id, other)
        line_of: dict[str, frozenset[str]] = {}
        for line in _distinct(joined):
            line_of.update(dict.fromkeys(line, frozenset(line)))
        return line_of

    def _office_above(self, unit: Unit) -> str:
        above = "" if unit.kind in TERRITORIAL else self._superiors.get(unit.id, "")
        return above if above and self.units[above].kind not in TERRITORIAL else ""

    def superior(self, unit: str) -> str | None:
        """Whom a unit answers to; None for the root centre and for an unknown unit."""
        return self._superiors.get(unit)

    def chain(self, unit: str) -> list[str]:
        """The superiors of a unit, nearest first, itself excluded."""
        found: list[str] = []
        above = self._superiors.get(unit)
        while above is not None:
            found.append(above)
            above = self._superiors.get(above)
        return found

    def station(self, unit: str, territory: str) -> str:
        """The unit's station nearest to the territory, else the unit."""
        for code in self.tree.path(territory):
            if found := self._stations.get((unit, code)):
                return found
        return unit

    def line(self, unit: str) -> frozenset[str]:
        """The unit and everyone of its professional line."""
        return self._lines.get(unit, frozenset({unit}))

    def answering(self, territory: str, level: str) -> list[str]:
        """The units answering for the territory at the level and above, nearest first."""
        path = self.tree.from_level(territory, level)
        return [self.responsible[code] for code in path if code in self.responsible]

    def above(self, unit: str, territory: str) -> list[str]:
        """The units answering for the territory at levels above the unit's own, nearest first."""
        known = self.units.get(unit)
        rank = level_rank(self.tree.level(known.territory)) if known else level_rank("building")
        tree = self.tree
        return [
            self.responsible[code]
            for code in tree.path(territory) or tree.path(tree.root)
            if code in self.responsible and level_rank(tree.territories[code].level) < rank
        ]


def _join(joined: dict[str, list[str]], a: str, b: str) -> None:
    # The shorter list is renamed, so that joining everything stays proportional to n log n.
    shorter, longer = sorted((joined[a], joined[b]), key=len)
    longer.extend(shorter)
    for unit in shorter:
        joined[unit] = longer


def _distinct(joined: dict[str, list[str]]) -> list[list[str]]:
    return list({id(line): line for line in joined.values()}.values())
