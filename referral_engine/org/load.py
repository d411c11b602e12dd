"""Reads an organisation from its files, naming every fault of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from referral_engine.errors import Faulty
from referral_engine.i18n import _
from referral_engine.model.hours import WorkHours
from referral_engine.org.codes import Codes
from referral_engine.org.content import STANDARD_HOURS, Content
from referral_engine.org.documents import SETTINGS, read_document
from referral_engine.org.organisation import Org
from referral_engine.org.people import read_duties, read_people, read_roster
from referral_engine.org.record import Record
from referral_engine.org.source import Faults, find_files, read_source
from referral_engine.org.tables import read_table
from referral_engine.org.territories import TerritoryList
from referral_engine.org.timetable import parse_hours
from referral_engine.org.units import UnitList

__all__ = ["load_org", "read_entries"]


def load_org(paths: str | Path | Iterable[str | Path], zone: str | tzinfo) -> Org:
    """The organisation of files and folders, YAML and CSV mixed; folders are read throughout.

    ``zone`` is the county's time zone, in which hours and days are meant. Raises Faulty with all
    faults of all files, sorted by place. Takes time proportional to the size.
    """
    named = [paths] if isinstance(paths, (str, Path)) else list(paths)
    faults = Faults()
    records = _read([Path(path) for path in named], faults)
    content = _content(records, faults, str(next(iter(named), "")))
    if faults:
        raise Faulty(faults)
    return Org(content, ZoneInfo(zone) if isinstance(zone, str) else zone)


def read_entries(paths: Iterable[Path]) -> dict[str, list[Record]]:
    """What stands in the files, by section and as it is written, without regard to its sense.

    Raises Faulty where a file cannot be read.
    """
    faults = Faults()
    records = _read(list(paths), faults)
    if faults:
        raise Faulty(faults)
    return records


def _read(paths: list[Path], faults: Faults) -> dict[str, list[Record]]:
    """The entries of all files by section."""
    by_section: dict[str, list[Record]] = {}
    files = find_files(paths, faults)
    if not files and not faults:
        name = ", ".join(map(str, paths))
        faults.add_file(name, "org-no-file", _("no .yaml or .csv file is here"))
    for path in files:
        source = read_source(path, faults)
        if source is None:
            continue
        read = read_table if path.suffix.lower() == ".csv" else read_document
        for record in read(source, faults):
            by_section.setdefault(record.section, []).append(record)
    return by_section


def _content(records: dict[str, list[Record]], faults: Faults, name: str) -> Content:
    settings = records.get("settings", [])
    _check_settings(settings)
    hours = _hours(settings)
    codes = _codes(settings)
    territories = TerritoryList(records.get("territories", []), codes)
    units = UnitList(records.get("units", []), territories, hours)
    # Where entries could not be read, what the whole lacks may only be what they held.
    if not faults:
        units.check_whole(faults, name)
    people = read_people(records.get("people", []), units, territories)
    return Content(
        territories=territories.territories,
        units=units.units,
        people=tuple(people.values()),
        roster=read_roster(records.get("roster", []), units, people),
        duties=read_duties(records.get("duties", []), territories),
        hours=hours,
        codes=codes,
    )


def _check_settings(settings: list[Record]) -> None:
    """One value for the whole organisation: two files must not differ."""
    for name in SETTINGS:
        given = [record for record in settings if record.text(name)]
        for record in given[1:]:
            if record.text(name) != given[0].text(name):
                message = _("{name} is given otherwise in {file}")
                message = message.format(name=name, file=given[0].source.name)
                record.fault(name, "org-conflict", message)


def _hours(settings: list[Record]) -> WorkHours:
    given = (record.read("hours", parse_hours) for record in settings)
    return next((hours for hours in given if hours is not None), STANDARD_HOURS)


def _codes(settings: list[Record]) -> Codes:
    words: dict[str, str] = {"gb": "gb", "free": "free"}
    for record in settings:
        if record.word("codes", words, "org-bad-code") == "free":
            return "free"
    return "gb"
