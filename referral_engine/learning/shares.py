"""How likely each target is for a category in a place: counts, from the general to the special.

Each level is smoothed by the one before it: P = (n_u + k P_before(u)) / (n + k). A village seldom
has a category often enough to be counted by itself, so what it does more or less than the county
(over all categories) tips what its township does in this category. The constants were chosen on a
later part of the learning data, see docs/learning.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from referral_engine.learning.example import Example
from referral_engine.org import Org
from referral_engine.rules.tree import Category

__all__ = ["Shares", "path"]

Distribution = dict[str, float]

_SMOOTHING = 4.0
_PLACE_SMOOTHING = 20.0
_PLACE_WEIGHT = 0.6
_VILLAGE_SMOOTHING = 10.0


def path(category: str, categories: Mapping[str, Category]) -> tuple[str, ...]:
    """The category and those above it, the topmost first."""
    found: list[str] = []
    while category and category not in found:
        found.append(category)
        known = categories.get(category)
        category = known.parent if known else ""
    return tuple(reversed(found))


class Shares:
    """Counts of what was recorded; nothing is read but category, territory and target."""

    def __init__(
        self, seen: Iterable[Example], org: Org, categories: Mapping[str, Category]
    ) -> None:
        self._org = org
        self._categories = categories
        self._all: Counter[str] = Counter()
        self._counts: dict[tuple[str, str], Counter[str]] = {}
        self._places: dict[str, Counter[str]] = {}
        for one in seen:
            if one.target:
                self._add(one)

    def _add(self, one: Example) -> None:
        township, village = self._split(one.territory)
        self._all[one.target] += 1
        for category in ("", *path(one.category, self._categories)):
            for place in {"", township, village}:
                self._counts.setdefault((category, place), Counter())[one.target] += 1
        self._places.setdefault(village, Counter())[one.target] += 1

    def support(self, category: str, place: str = "") -> int:
        """How many recorded referrals of the category, or below it, lay in the place; of any
        category where it is empty."""
        return self._counts.get((category, place), Counter()).total()

    def of(self, category: str, territory: str = "") -> Distribution:
        """Target to share, summing to one; empty where nothing was learnt.

        Without a territory for the county as a whole, with a township's for it as a whole.
        """
        if not self._all:
            return {}
        township, village = self._split(territory)
        found = _scaled(self._all, self._all.total())
        for each in path(category, self._categories):
            found = self._smoothed(each, "", found, _SMOOTHING)
        if township:
            found = self._smoothed(category, township, found, _SMOOTHING)
        if village:
            found = self._smoothed(category, village, self._tipped(found, village),
                                   _VILLAGE_SMOOTHING)  # fmt: skip
        return found

    def _split(self, territory: str) -> tuple[str, str]:
        """Township and village; empty where the territory lies above."""
        at_level = self._org.at_level
        return at_level(territory, "township") or "", at_level(territory, "village") or ""

    def _smoothed(self, category: str, place: str, before: Distribution, by: float) -> Distribution:
        counts = self._counts.get((category, place))
        if not counts:
            return before
        whole = counts.total() + by
        return {
            target: (counts.get(target, 0) + by * share) / whole for target, share in before.items()
        }

    def _tipped(self, shares: Distribution, village: str) -> Distribution:
        here = self._places.get(village, Counter())
        whole, total = here.total() + _PLACE_SMOOTHING, self._all.total()
        tipped = {}
        for target, share in shares.items():
            usual = self._all[target] / total
            local = (here[target] + _PLACE_SMOOTHING * usual) / whole
            tipped[target] = share * (local / usual) ** _PLACE_WEIGHT
        return _scaled(tipped, sum(tipped.values()))


def _scaled(weights: Mapping[str, float], whole: float) -> Distribution:
    return {target: weight / whole for target, weight in weights.items()}
