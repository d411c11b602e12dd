"""The shipped county as a pattern: its departments, stations, posts and duties, as written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from referral_engine.importers.offices import stem
from referral_engine.org.load import read_entries
from referral_engine.org.record import Record
from referral_engine.shipped import template_root

__all__ = ["Office", "Pattern", "Person", "Values", "shipped_pattern"]

Values = Mapping[str, str | tuple[str, ...]]
"""An entry's fields as written."""


class Office(msgspec.Struct, frozen=True):
    """A department's stations: ``ids`` and ``name`` begin and end what a station is called."""

    department: str
    ids: str
    name: str
    hours: str
    share: float
    people: tuple[Person, ...]


class Person(msgspec.Struct, frozen=True):
    """One person's posts, each as an entry; ``id`` is that of the shipped county."""

    id: str
    posts: tuple[Values, ...]


class Pattern(msgspec.Struct, frozen=True):
    """``root`` is the shipped county's code, ``name`` its name.

    ``units`` and ``people`` are those of the county's own level, ``staff`` those of one township's
    centre, ``roster`` of both, by the persons' ids.
    """

    root: str
    name: str
    hours: str
    units: tuple[Values, ...]
    offices: tuple[Office, ...]
    people: tuple[Person, ...]
    staff: tuple[Person, ...]
    roster: tuple[Values, ...]
    duties: Values


def shipped_pattern(folder: Path | None = None) -> Pattern:
    """The pattern in the organisation that is shipped, or in another of the same make."""
    entries = read_entries([folder or template_root() / "rules" / "org"])
    places = [record.values for record in entries["territories"]]
    county = min(places, key=lambda place: len(_text(place, "code")))
    root = _text(county, "code")
    townships = [place for place in places if len(_text(place, "code")) == len(root) + 3]
    units = [r.values for r in entries["units"] if _is_of(r, root) and not r.text("of")]
    people = _people(entries["people"])
    sample = _text(townships[0], "code")
    known = {_text(unit, "id") for unit in units}
    return Pattern(
        root=root,
        name=_text(county, "name"),
        hours=next(r.text("hours") for r in entries["settings"] if r.text("hours")),
        units=tuple(units),
        offices=tuple(_offices(entries["units"], townships, people)),
        people=tuple(_working(people, known)),
        staff=tuple(_working(people, {sample})),
        roster=tuple(
            r.values
            for r in entries["roster"]
            if r.text("unit") in known or r.text("unit") == sample
        ),
        duties=next(r.values for r in entries["duties"] if r.text("township") == "*"),
    )


def _is_of(record: Record, territory: str) -> bool:
    return record.text("territory") == territory


def _people(records: Iterable[Record]) -> list[Person]:
    posts: dict[str, list[Values]] = {}
    for record in records:
        posts.setdefault(record.text("id"), []).append(record.values)
    return [Person(id, tuple(held)) for id, held in posts.items()]


def _working(people: Iterable[Person], units: set[str]) -> Iterator[Person]:
    """Those whose every post is in one of the units."""
    for person in people:
        if all(_text(post, "unit") in units for post in person.posts):
            yield person


def _offices(
    records: Iterable[Record], townships: list[Values], people: list[Person]
) -> Iterator[Office]:
    """One for each department that has stations, after the first of them."""
    names = {_text(place, "code"): _text(place, "name") for place in townships}
    stations: dict[str, list[Record]] = {}
    for record in records:
        if record.text("of") and record.text("territory") in names:
            stations.setdefault(record.text("of"), []).append(record)
    for department, found in stations.items():
        first = found[0]
        own = stem(names[first.text("territory")])
        yield Office(
            department=department,
            ids=first.text("id").rpartition("_")[0],
            name=first.text("name").removeprefix(own),
            hours=first.text("hours"),
            share=len(found) / len(townships),
            people=tuple(_working(people, {first.text("id")})),
        )


def _text(values: Values, field: str) -> str:
    value = values.get(field, "")
    return value if isinstance(value, str) else " ".join(value)
