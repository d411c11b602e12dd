"""Whether a unit is here at a moment, as ``first_present`` asks."""

from __future__ import annotations

from datetime import datetime

from referral_engine.model.hours import WorkHours
from referral_engine.model.unit import Unit

__all__ = ["is_present"]


def is_present(unit: Unit, hours: WorkHours, on_duty: bool, local: datetime) -> bool:
    """Someone on duty is always here. Otherwise the presence decides, over the unit's hours.

    Weekdays only: whether a day is a holiday is the calendar's to say, and a rota is kept by
    weekday even there.
    """
    if on_duty:
        return True
    presence = unit.presence
    if presence is not None and presence.kind == "on_call":
        return False
    kept = presence.hours if presence is not None and presence.hours is not None else hours
    return kept.open_at(local.weekday(), local.hour * 60 + local.minute)
