"""Events of how long a case's content is kept."""

from __future__ import annotations

from referral_engine.model.event.body import Body

__all__ = ["Anonymised", "PreservationEnded", "Preserved"]


class Preserved(Body, frozen=True):
    note: str


class PreservationEnded(Body, frozen=True):
    note: str


class Anonymised(Body, frozen=True):
    """The content of the case was destroyed by a rule of retention, in the same transaction."""

    rule: str
    basis: str = ""
    fully: bool = True
