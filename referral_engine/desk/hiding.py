"""Events as one principal sees them: what is not for their eyes is blank, the rest is as stored.

An event is never left out: whoever holds a number would ask for the one before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from msgspec.structs import replace

from referral_engine.model import event as e

__all__ = ["links_of", "remarks", "without_scores", "without_seals"]


def without_scores(event: e.Event) -> e.Event:
    """A rating without what was said, a call-back without its score."""
    match event.body:
        case e.Rated() as rated:
            blank = replace(rated, contacted=False, resolved="", score=0, note="")
            return replace(event, body=blank)
        case e.CalledBack() as called:
            return replace(event, body=replace(called, score=0, note=""))
        case _:
            return event


def links_of(events: Iterable[e.Event]) -> list[str]:
    """The codes of the cases that the events link theirs to."""
    bodies = (event.body for event in events)
    return [body.code for body in bodies if isinstance(body, (e.Linked, e.Recurred))]


def without_seals(event: e.Event, hidden: Set[str]) -> e.Event:
    """A link without the code of a case that is `hidden`."""
    body = event.body
    if isinstance(body, (e.Linked, e.Recurred)) and body.code in hidden:
        return replace(event, body=replace(body, code=""))
    return event


def remarks(events: Iterable[e.Event]) -> frozenset[str]:
    """Where the words lie that were said with a rating or in a call-back, but for those that go
    back to the handler as the reason of a rework."""
    bodies = [event.body for event in events]
    said = {body.note for body in bodies if isinstance(body, (e.Rated, e.CalledBack))}
    passed_on = {body.note for body in bodies if isinstance(body, (e.Reopened, e.Offered))}
    return frozenset(said - passed_on - {""})
