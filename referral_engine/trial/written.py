"""Values of a story as they are written, and as they are shown where they differ."""

from __future__ import annotations

from datetime import datetime, tzinfo

from referral_engine.model.deadline import Deadline
from referral_engine.trial.story import Plain

__all__ = ["TRUTH", "apart", "ended", "moments", "shown", "stands", "texts", "yes"]

TRUTH = {"yes": True, "no": False, "true": True, "false": False}


def yes(value: Plain) -> bool:
    """Whether ``yes`` is written."""
    return isinstance(value, str) and TRUTH.get(value, False)


def texts(value: Plain) -> tuple[str, ...]:
    """The words of a list, or the one that stands for it; of a mapping its keys."""
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(value)


def stands(clock: Deadline, zone: tzinfo) -> str:
    """When an open clock is due, in the zone; ``waiting`` or ``paused`` where it is not."""
    if clock.state in ("waiting", "paused") or clock.due is None:
        return clock.state
    return clock.due.astimezone(zone).isoformat(timespec="minutes")


def ended(clock: Deadline) -> str:
    """``met``, ``late``, ``excused`` or ``cancelled``."""
    if clock.state != "met":
        return clock.state
    return "excused" if clock.excused else "late" if clock.late else "met"


def moments(value: Plain, zone: tzinfo) -> dict[str, str]:
    """Written moments as `stands` tells them; other words as they are."""
    written = value if isinstance(value, dict) else {}
    return {name: _moment(text, zone) for name, text in written.items()}


def _moment(text: str, zone: tzinfo) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    local = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    return local.isoformat(timespec="minutes")


def shown(value: object) -> str:
    """A value in words, for a message."""
    if isinstance(value, dict):
        return ", ".join(f"{name}: {text}" for name, text in sorted(value.items())) or "–"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(each) for each in value) or "–"
    return str(value) or "–"


def apart(got: object, wanted: object) -> tuple[object, object]:
    """Of two mappings only what differs; a long list of clocks is hard to compare by eye."""
    if not (isinstance(got, dict) and isinstance(wanted, dict)):
        return got, wanted
    differ = [key for key in {**wanted, **got} if got.get(key) != wanted.get(key)]
    return ({k: got[k] for k in differ if k in got}, {k: wanted[k] for k in differ if k in wanted})
