"""Commands on how long a case's content is kept."""

from __future__ import annotations

from referral_engine.model.command.order import Order

__all__ = ["Anonymise", "EndPreservation", "Preserve"]


class Preserve(Order, frozen=True):
    """Its content is needed (a suit, an inquiry): no rule of retention erases it meanwhile."""

    reason: str


class EndPreservation(Order, frozen=True):
    """The rules of retention hold again."""

    reason: str


class Anonymise(Order, frozen=True):
    """The term of rule `rule` has passed: what people wrote and who they are is destroyed.

    `fully`: the projections forget the reporter's digest too, so that nothing new is held against
    what this person said before.
    """

    rule: str
    basis: str = ""
    fully: bool = True
