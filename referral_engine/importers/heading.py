"""Fits a mapping to the heading of a file: every column is known, every known column is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from referral_engine.errors import Fault, Faulty, Place
from referral_engine.i18n import _
from referral_engine.importers.canonical import EXTRA, canonical, nearest_field
from referral_engine.importers.mapping import Column, Mapping
from referral_engine.spelling import nearest

__all__ = ["fitted", "named", "used_columns"]


def named(heading: Sequence[object]) -> list[str]:
    """Names of the columns: on one line, ``#5`` for the fifth when it has none."""
    texts = (" ".join(str(name if name is not None else "").split()) for name in heading)
    return [text or f"#{index}" for index, text in enumerate(texts, start=1)]


def fitted(names: Sequence[str], mapping: Mapping | None, place: Place) -> Mapping:
    """The mapping for a file with these columns; without one, columns named like fields.

    ``place`` is the heading in the file. Raises Faulty with all columns that are unknown, missing,
    or mapped and there twice.
    """
    if mapping is None:
        columns = (_same_name(name, _at(place, index)) for index, name in enumerate(names))
        mapping = Mapping(columns=tuple(column for column in columns if column))
    faults = [*_twice(names, mapping, place), *_missing(names, mapping, place)]
    known = used_columns(mapping) | mapping.ignore
    unknown = [(index, name) for index, name in enumerate(names) if name not in known]
    if mapping.unmapped == "error":
        faults += [_unknown(name, _at(place, index), mapping) for index, name in unknown]
    if faults:
        raise Faulty(faults)
    if mapping.unmapped == "extra":
        added = tuple(
            Column(column=name, to=EXTRA + name, place=_at(place, index)) for index, name in unknown
        )
        mapping = msgspec.structs.replace(mapping, columns=mapping.columns + added)
    return mapping


def used_columns(mapping: Mapping) -> set[str]:
    """Every column that the mapping reads."""
    return {name for name, _place in _uses(mapping)}


def _uses(mapping: Mapping) -> Iterator[tuple[str, Place]]:
    for column in mapping.columns:
        yield column.column, column.place
    for derived in mapping.fields:
        for name in derived.columns:
            yield name, derived.place
    for truth in mapping.truth:
        yield truth.column, truth.place
    for level in mapping.territory.levels if mapping.territory else ():
        yield level.code, level.place
        yield level.name, level.place
    if mapping.organisation:
        yield mapping.organisation.unit, mapping.organisation.place


def _same_name(name: str, place: Place) -> Column | None:
    return Column(column=name, to=name, place=place) if canonical(name) else None


def _at(place: Place, index: int) -> Place:
    return Place(place.file, place.line, index + 1)


def _twice(names: Sequence[str], mapping: Mapping, place: Place) -> Iterator[Fault]:
    used = used_columns(mapping)
    for name, count in Counter(names).items():
        if count > 1 and name in used:
            last = len(names) - 1 - list(reversed(names)).index(name)
            message = _("column {name} is there {count} times; which one is meant?")
            yield Fault(
                _at(place, last), "DUPLICATE_COLUMN", message.format(name=name, count=count)
            )


def _missing(names: Sequence[str], mapping: Mapping, place: Place) -> Iterator[Fault]:
    there = set(names)
    for name, where in dict(_uses(mapping)).items():
        if name in there:
            continue
        free = there - used_columns(mapping)
        yield Fault(
            where,
            "MISSING_COLUMN",
            _("{file} has no column {name}; it has: {columns}").format(
                file=place.file, name=name, columns=", ".join(names)
            ),
            suggestion=_did_you_mean(nearest(name, free)),
        )


def _unknown(name: str, place: Place, mapping: Mapping) -> Fault:
    if mapping.file:
        advice = _("map it under columns: or list it under ignore: in {file}").format(
            file=mapping.file
        )
        best = nearest(name, used_columns(mapping) | mapping.ignore)
    else:
        advice = _(
            "without a --mapping, columns are named like the fields of an issue (docs/mapping.md)"
        )
        best = nearest_field(name)
    message = _("unknown column {name}; {advice}").format(name=name, advice=advice)
    return Fault(place, "UNKNOWN_COLUMN", message, suggestion=_did_you_mean(best))


def _did_you_mean(best: str) -> str:
    return _("did you mean {best}?").format(best=best) if best else ""
