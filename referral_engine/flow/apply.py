"""The fold: a case is what its events make of it. Pure; the only place where a case changes."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from referral_engine.flow.folds import FOLDS
from referral_engine.model import event as e
from referral_engine.model.case import Case

__all__ = ["apply", "replay"]


def apply(case: Case | None, event: e.Event) -> Case:
    """The case after `event`. ``case`` is None before the first, which must be ``registered``.

    Raises ValueError for an event that does not follow the case's version.
    """
    if event.seq != (1 if case is None else case.version + 1):
        raise ValueError(f"{event.case}: event {event.seq} does not follow the case")
    if case is None:
        case = _register(event)
    changes = FOLDS[type(event.body)](case, event.body, event)
    return replace(case, version=event.seq, owner=event.owner, last_at=event.recorded_at, **changes)


def replay(events: Iterable[e.Event]) -> Case | None:
    """The case that these events, in order, make; None for none."""
    case: Case | None = None
    for event in events:
        case = apply(case, event)
    return case


def _register(event: e.Event) -> Case:
    body = event.body
    if not isinstance(body, e.Registered):
        raise ValueError(f"{event.case}: the first event is {e.event_name(body)}")
    return Case(
        code=event.case, state="registered", owner=event.owner, holder=body.holder,
        first=body.first, received_at=body.received_at, registered_at=event.recorded_at,
        rule_set=body.rule_set, channel=body.channel, category=body.category,
        territory=body.territory, people=body.people, severity=body.severity, tags=body.tags,
        accused=body.accused, extra=body.extra, reporter=body.reporter,
        reporter_anonymous=body.reporter_anonymous, has_location=body.has_location,
        attachments=body.attachments, sender_id=body.sender_id, level=body.level,
        links=(body.follows,) if body.follows else (),
    )  # fmt: skip


MISSING = tuple(kind.__name__ for kind in e.EVENTS if kind not in FOLDS)
if MISSING:  # a kind that does not fold would lose history without a word
    raise RuntimeError(f"events without a fold: {', '.join(MISSING)}")
