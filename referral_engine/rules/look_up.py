"""The looks of a section written out as one function: a loop would cost half as much again.

The source holds no word of the rules but names of fields, as literals; everything else it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Generic, NamedTuple

from referral_engine.rules.classes import Classes, Moments
from referral_engine.rules.masks import ClassMasks, DayMasks, ValueMasks
from referral_engine.rules.told import Told
from referral_engine.rules.tree import Value

__all__ = ["Asking", "Looks", "written_out"]


class Looks(NamedTuple):
    """What is looked up, by field, and the days on which the rows are in force."""

    days: DayMasks
    trees: Sequence[tuple[str, Classes, ClassMasks]]
    values: Sequence[tuple[str, ValueMasks]]
    moments: Sequence[tuple[str, Moments, ClassMasks]]


class Asking(NamedTuple, Generic[Told]):
    """``stand`` gives the rows left standing by everything that is looked up, ``true`` what
    follows from those that are left in the end."""

    stand: Callable[[Mapping[str, Value], date], int]
    true: Callable[[Mapping[str, Value], date], Told]


def written_out(
    looks: Looks,
    late: int,
    settle: Callable[[int, Mapping[str, Value]], int],
    told: Mapping[int, Told],
) -> Asking[Told]:
    """`late` are the rows that `settle` must still see; `told[mask]` is what follows from rows."""
    given: dict[str, Any] = {"settle": settle, "told": told, "late": late}
    standing = [" get = values.get", *_lines(looks, given)]
    settled = [" if mask & late: mask = settle(mask, values)"] if late else []
    source = [
        "def stand(values, day):", *standing, " return mask",
        "def true(values, day):", *standing, *settled, " return told[mask]",
    ]  # fmt: skip
    exec("\n".join(source), given)
    return Asking(given["stand"], given["true"])


def _lines(looks: Looks, given: dict[str, Any]) -> list[str]:
    """Moments cost more than all the others: they are looked at last, where a row asks."""
    always = looks.days.always
    given["days"] = looks.days.of if always is None else always
    found = ["days(day)" if always is None else "days"]
    for number, (field, classes, masks) in enumerate(looks.trees):
        given |= {f"tree{number}": masks, f"classes{number}": classes}
        found.append(f"tree{number}[classes{number}[get({field!r})]]")
    for number, (field, by_value) in enumerate(looks.values):
        given[f"values{number}"] = by_value
        found.append(f"values{number}[get({field!r})]")
    lines = [f" mask = {' & '.join(found)}"]
    for number, (field, moments, masks) in enumerate(looks.moments):
        given |= {f"moments{number}": masks, f"of{number}": moments.of, f"rows{number}": masks.rows}
        look = f"moments{number}[of{number}(get({field!r}))]"
        lines.append(f" if mask & rows{number}: mask &= {look}")
    return lines
