"""The stations of a generated county: which department has one where, and whom it serves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from referral_engine.importers.offices import stem
from referral_engine.trial.county.pattern import Office
from referral_engine.trial.county.townships import Township

__all__ = ["Station", "stations"]


class Station(msgspec.Struct, frozen=True):
    """``id`` is the department's word and the segment of the township it sits in."""

    id: str
    name: str
    office: Office
    township: Township
    serves: tuple[Township, ...]


def stations(offices: Sequence[Office], townships: Sequence[Township]) -> Iterator[Station]:
    """As many for each department as the pattern has for its townships; every one is served."""
    for office in offices:
        count = max(1, round(office.share * len(townships)))
        for number in range(count):
            # Neighbours by code are neighbours on the map more often than not.
            first, end = (each * len(townships) // count for each in (number, number + 1))
            seat = townships[first]
            yield Station(
                id=f"{office.ids}_{seat.segment}",
                name=stem(seat.name) + office.name,
                office=office,
                township=seat,
                serves=tuple(townships[first:end]),
            )
