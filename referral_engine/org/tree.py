"""The tree of territories, with every path to the root laid out at load."""

from __future__ import annotations

from collections.abc import Iterable

from referral_engine.model.territory import Territory, level_rank
from referral_engine.org.codes import Codes, canonical, prefixes

__all__ = ["Tree", "find_cycles"]


class Tree:
    """Look-ups take the depth of the tree at most, whatever its size.

    A national code that is not in the tree counts as lying in the nearest one that is, by its
    digits: a grid set up this morning belongs to its village before the list is brought up to date.
    """

    __slots__ = ("_national", "_paths", "root", "territories")

    def __init__(self, territories: Iterable[Territory], codes: Codes = "gb") -> None:
        """Parents must exist and form no cycle. The root is the one without a parent."""
        self.territories = {territory.code: territory for territory in territories}
        self._national = codes == "gb"
        self._paths: dict[str, tuple[str, ...]] = {}
        for code in self.territories:
            self._lay_path(code)
        self.root = next((c for c, t in self.territories.items() if not t.parent), "")

    def _lay_path(self, code: str) -> None:
        below: list[str] = []
        while code and code not in self._paths:
            below.append(code)
            code = self.territories[code].parent
        path = self._paths.get(code, ())
        for step in reversed(below):
            path = (step, *path)
            self._paths[step] = path

    def locate(self, code: str) -> str:
        """The code of a known territory: this one, else the nearest above it, else empty."""
        if code in self.territories:
            return code
        if not self._national:
            return ""
        if not code[:1].isdigit():
            return ""  # the word for a unit, which is asked after in the same place
        code = canonical(code)
        if code in self.territories:
            return code
        return next((above for above in prefixes(code) if above in self.territories), "")

    def exact(self, code: str) -> str:
        """The canonical code where the very territory is known, else empty."""
        if code in self.territories:
            return code
        found = self.locate(code)
        return found if found and found == canonical(code) else ""

    def path(self, code: str) -> tuple[str, ...]:
        """The located territory and everything above it, nearest first; empty if unknown."""
        return self._paths.get(self.locate(code), ())

    def under(self, code: str, ancestor: str) -> bool:
        """Whether a territory is the other one or lies below it."""
        return bool(ancestor) and (self.exact(ancestor) or ancestor) in self.path(code)

    def level(self, code: str) -> str:
        """The level of the located territory, empty if unknown."""
        territory = self.territories.get(self.locate(code))
        return territory.level if territory else ""

    def at_level(self, code: str, level: str) -> str | None:
        """The territory itself or the one above it that is of this level."""
        return next((c for c in self.path(code) if self.territories[c].level == level), None)

    def from_level(self, code: str, level: str) -> tuple[str, ...]:
        """The path, begun at the first territory of this level or a higher one."""
        rank = level_rank(level)
        path = self.path(code)
        for index, step in enumerate(path):
            if level_rank(self.territories[step].level) <= rank:
                return path[index:]
        return ()


def find_cycles(edges: dict[str, str]) -> list[list[str]]:
    """Every cycle of a graph in which each node points to one other at most; in file order."""
    done: set[str] = set()
    cycles: list[list[str]] = []
    for start in edges:
        trail: dict[str, int] = {}
        node = start
        while node in edges and node not in done and node not in trail:
            trail[node] = len(trail)
            node = edges[node]
        if node in trail:
            cycles.append(list(trail)[trail[node] :])
        done.update(trail)
    return cycles
