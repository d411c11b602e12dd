"""From the lists of people, shifts and duties to sound values."""

from __future__ import annotations

from collections.abc import Iterable

from referral_engine.i18n import _
from referral_engine.model.hours import DAY
from referral_engine.model.person import Person, Post
from referral_engine.model.roster import DutyList, Shift
from referral_engine.org.content import EVERY_TOWNSHIP
from referral_engine.org.fields import ROLE_WORDS
from referral_engine.org.record import Record
from referral_engine.org.territories import TerritoryList
from referral_engine.org.timetable import parse_shift, parse_weekday
from referral_engine.org.units import UnitList

__all__ = ["read_duties", "read_people", "read_roster"]


def read_people(
    records: Iterable[Record], units: UnitList, territories: TerritoryList
) -> dict[str, Person]:
    """People by id. Entries of one id are the posts of one person."""
    first: dict[str, Record] = {}
    posts: dict[str, list[Post]] = {}
    for record in records:
        id = record.text("id")
        known = first.setdefault(id, record)
        if known is not record:
            _check_same(known, record)
        held = posts.setdefault(id, [])
        post = _post(record, units, territories)
        if post is not None and post in held:
            record.fault("role", "org-duplicate", _("the person holds this post already"))
        elif post is not None:
            held.append(post)
    return {
        id: Person(id, record.text("name"), record.text("phone"), tuple(posts[id]))
        for id, record in first.items()
    }


def _check_same(known: Record, record: Record) -> None:
    for field in ("name", "phone"):
        written = record.text(field)
        if written and written != known.text(field):
            message = _("{id} has another {field} in {where}")
            where = f"{known.source.name}:{known.start[0]}"
            message = message.format(id=record.text("id"), field=field, where=where)
            record.fault(field, "org-conflict", message)


def _post(record: Record, units: UnitList, territories: TerritoryList) -> Post | None:
    unit = units.unit(record, "unit")
    role = record.word("role", ROLE_WORDS, "org-bad-role")
    territory = territories.code(record, "territory")
    if not unit or not role:
        return None
    return Post(unit, role, territory or units.territory_of(unit), record.text("grade"))


def read_roster(
    records: Iterable[Record], units: UnitList, people: dict[str, Person]
) -> tuple[Shift, ...]:
    """The shifts in file order."""
    shifts = (_shift(record, units, people) for record in records)
    return tuple(shift for shift in shifts if shift is not None)


def _shift(record: Record, units: UnitList, people: dict[str, Person]) -> Shift | None:
    unit = units.unit(record, "unit")
    person = record.text("person")
    if person not in people:
        message = _("there is no person {id}").format(id=person)
        record.fault("person", "org-unknown-person", message, person, people)
        return None
    if bool(record.text("date")) == bool(record.text("weekday")):
        message = _("a shift is of one date or of a weekday: write one of the two")
        record.fault("date", "org-bad-date", message)
        return None
    day, weekday = record.date("date"), record.read("weekday", parse_weekday)
    start, end = (record.read("shift", parse_shift) if record.text("shift") else None) or (0, DAY)
    if not unit or (day is None and weekday is None):
        return None
    return Shift(unit, person, start, end, day, weekday)


def read_duties(records: Iterable[Record], territories: TerritoryList) -> dict[str, DutyList]:
    """Lists of duties by township, EVERY_TOWNSHIP among them."""
    duties: dict[str, DutyList] = {}
    for record in records:
        code = _township(record, territories)
        if code in duties:
            message = _("the list of {code} is given twice").format(code=code)
            record.fault("township", "org-duplicate", message)
        elif code:
            duties[code] = _duty_list(record)
    return duties


def _township(record: Record, territories: TerritoryList) -> str:
    written = record.text("township")
    if written == EVERY_TOWNSHIP:
        return written
    code = territories.code(record, "township")
    if code and territories.tree.level(code) != "township":
        message = _("{code} is no township").format(code=written)
        record.fault("township", "org-bad-level", message)
        return ""
    return code


def _duty_list(record: Record) -> DutyList:
    names = ("basic", "supporting", "taken_back")
    seen: dict[str, str] = {}
    for name in names:
        for index, category in enumerate(record.texts(name)):
            if seen.setdefault(category, name) != name:
                message = _("{category} is in two lists: {first} and {second}")
                message = message.format(category=category, first=seen[category], second=name)
                record.fault(name, "org-conflict", message, index=index)
    return DutyList(*(record.texts(name) for name in names))
