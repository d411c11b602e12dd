"""Indicators seen from above: what each measures, and in which part of the county."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

import msgspec

from referral_engine.rules.ruleset import Loaded
from referral_engine.rules.trace import clause
from referral_engine.rules.tree import All, Condition
from referral_engine.rules.tree_assess import Indicator
from referral_engine.rules.walk import asked

__all__ = ["Rate", "aimed"]


class Rate(msgspec.Struct, frozen=True):
    """An indicator with a target. ``where`` is the part of its denominator that asks for places
    and nothing else (None: the whole county), ``measure`` all the rest of what it counts.
    """

    indicator: Indicator
    where: Condition | None
    measure: Hashable

    @property
    def less_is_better(self) -> bool | None:
        """By its points; None where it gives none."""
        points = self.indicator.normalise
        return None if points is None else points.full_at < points.zero_at


def aimed(loaded: Loaded) -> Iterator[Rate]:
    """Every indicator that has a target, in order."""
    for table in loaded.indicators:
        for each in table.rules:
            if isinstance(each, Indicator) and each.target is not None:
                yield _rate(each)


def _rate(indicator: Indicator) -> Rate:
    counted = list(_joined(indicator.denominator))
    places = tuple(part for part in counted if _placed(part))
    among = frozenset(clause(part) for part in counted if not _placed(part))
    fulfil = frozenset(clause(part) for part in _joined(indicator.numerator) if not _placed(part))
    where = All(places, places[0].place) if places else None
    return Rate(indicator, where, (indicator.of, fulfil, among))


def _joined(condition: Condition | None) -> Iterator[Condition]:
    """The conditions that must hold together."""
    if isinstance(condition, All):
        for part in condition.parts:
            yield from _joined(part)
    elif condition is not None:
        yield condition


def _placed(condition: Condition) -> bool:
    return {getattr(part, "field", "") for part in asked(condition)} == {"territory"}
