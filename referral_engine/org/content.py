"""What an organisation consists of, as plain values, and the hash over it."""

from __future__ import annotations

import hashlib

import msgspec

from referral_engine.model.hours import WorkHours
from referral_engine.model.person import Person
from referral_engine.model.roster import DutyList, Shift
from referral_engine.model.territory import Territory
from referral_engine.model.unit import Unit
from referral_engine.org.codes import Codes

__all__ = ["EVERY_TOWNSHIP", "STANDARD_HOURS", "Content", "content_hash"]

EVERY_TOWNSHIP = "*"
"""The key of the duty list that holds for townships without one of their own."""

_MORNING_AND_AFTERNOON = ((8 * 60 + 30, 12 * 60), (14 * 60 + 30, 18 * 60))

STANDARD_HOURS = WorkHours(intervals=(_MORNING_AND_AFTERNOON,) * 5 + ((),) * 2)
"""Monday to Friday 8:30-12:00 and 14:30-18:00, the usual hours of a north-western county; our
proposal, replaced by ``hours:`` of the organisation's file."""


class Content(msgspec.Struct, frozen=True):
    """Everything loaded, in file order. ``duties`` is keyed by township code or EVERY_TOWNSHIP."""

    territories: tuple[Territory, ...] = ()
    units: tuple[Unit, ...] = ()
    people: tuple[Person, ...] = ()
    roster: tuple[Shift, ...] = ()
    duties: dict[str, DutyList] = {}
    hours: WorkHours = STANDARD_HOURS
    codes: Codes = "gb"


def content_hash(content: Content, zone: str) -> str:
    """SHA-256 in hex over what a decision can depend on, whatever the order of the files.

    Names and phones of people are left out: erasing them must leave the hash as it was.
    """
    people = sorted((p.id, sorted(map(_plain, p.posts))) for p in content.people)
    whole = {
        "codes": content.codes,
        "duties": content.duties,
        "hours": content.hours,
        "people": people,
        "roster": sorted(map(_plain, content.roster)),
        "territories": sorted(content.territories, key=lambda each: each.code),
        "units": sorted(content.units, key=lambda each: each.id),
        "zone": zone,
    }
    return hashlib.sha256(msgspec.json.encode(whole, order="sorted")).hexdigest()


def _plain(value: msgspec.Struct) -> str:
    return msgspec.json.encode(value, order="sorted").decode()
