"""Commands of mediation and of the people concerned."""

from __future__ import annotations

from datetime import date

from referral_engine.model.command.order import Order

__all__ = ["AddParty", "Agree", "Challenge", "Consent", "Settle"]


class AddParty(Order, frozen=True):
    role: str
    name: str = ""
    phone: str = ""
    count: int = 1


class Consent(Order, frozen=True):
    party: str
    given: bool


class Challenge(Order, frozen=True):
    """A party challenges a mediator, who is then not to act in this case."""

    referral: str
    person: str
    reason: str = ""


class Agree(Order, frozen=True):
    """The parties agree: joint application for confirmation within 30 days if wanted, and dates."""

    referral: str
    terms: str
    confirmation: bool = False
    performance: tuple[date, ...] = ()


class Settle(Order, frozen=True):
    """What was promised to a party was done; ``clock`` names the date it was promised for.

    Without ``kept`` it was not done, and a person says so: the path may go on from there.
    """

    party: str = ""
    clock: str = ""
    note: str = ""
    kept: bool = True
