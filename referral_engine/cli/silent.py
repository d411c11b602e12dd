"""A department that does not answer, in words."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from referral_engine.cli.output import when
from referral_engine.desk.operations import Outage
from referral_engine.i18n import _

__all__ = ["not_answering"]


def not_answering(outage: Outage, zone: ZoneInfo) -> str:
    told = _("{unit} does not answer since {at}: its calls wait ({error})")
    return told.format(unit=outage.unit, at=when(outage.since, zone), error=outage.error)
