"""Typed values of one record into an issue, or the reasons why they make none."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from referral_engine.i18n import _
from referral_engine.importers.canonical import EXTRA
from referral_engine.importers.typed import CellFault
from referral_engine.model.issue import Issue, Location, Reporter

__all__ = ["Defaults", "assemble"]


class Defaults(msgspec.Struct, frozen=True):
    """What a row gets that says nothing itself.

    ``received_at`` (aware) is for input made on the spot; an export without times is refused
    unless it is given.
    """

    channel: str = "import"
    received_at: datetime | None = None


def assemble(values: dict[str, Any], defaults: Defaults) -> Issue | list[tuple[str, CellFault]]:
    """The issue, or for each field that is missing its name and fault.

    ``values`` are typed, by canonical name, without missing ones.
    """
    faults = _missing(values, defaults)
    if faults:
        return faults
    plain = {name: value for name, value in values.items() if "." not in name}
    plain.setdefault("channel", defaults.channel)
    plain.setdefault("received_at", defaults.received_at)
    if reporter := _part(values, "reporter."):
        plain["reporter"] = Reporter(**reporter)
    if location := _part(values, "location."):
        plain["location"] = Location(**location)
    if extra := _part(values, EXTRA):
        plain["extra"] = extra
    return Issue(**plain)


def _part(values: dict[str, Any], prefix: str) -> dict[str, Any]:
    start = len(prefix)
    return {name[start:]: value for name, value in values.items() if name.startswith(prefix)}


def _missing(values: dict[str, Any], defaults: Defaults) -> list[tuple[str, CellFault]]:
    faults = []
    if "received_at" not in values and defaults.received_at is None:
        faults.append(
            ("received_at", CellFault("MISSING_FIELD", _("every issue needs the time it came in")))
        )
    if "channel" not in values and not defaults.channel:
        faults.append(("channel", CellFault("MISSING_FIELD", _("every issue needs its channel"))))
    if not any(values.get(name) for name in ("title", "text", "category")):
        faults.append(
            ("text", CellFault("EMPTY_ISSUE", _("neither title, text nor category is given")))
        )
    return faults
