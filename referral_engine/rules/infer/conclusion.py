"""What inference answers: the rules that are true and the flags they derived."""

from __future__ import annotations

import msgspec

from referral_engine.errors import ReferralError
from referral_engine.rules.tree import EscalationEffects

__all__ = ["Conclusion", "FactRefused", "Fired", "InferenceBroken", "Inferred", "WrongThread"]


class Fired(msgspec.Struct, frozen=True):
    """One rule that is true at the fixpoint, with everything it asks for."""

    rule_id: str
    effects: EscalationEffects


class Inferred(msgspec.Struct, frozen=True):
    """The conclusion over one case snapshot.

    ``flags``    derived now, in order of derivation: the round in which each first held, then the
                 order of the rules. A flag the case already had is not repeated.
    ``fired``    by priority (lower first), then rank and file of the table, then place in it
    ``engine``   what inferred it: ``durable-rules`` or ``fixpoint``
    ``detour``   why the fixpoint stood in for durable-rules; empty where it did not
    """

    flags: tuple[str, ...]
    fired: tuple[Fired, ...]
    engine: str
    detour: str = ""


class Conclusion(msgspec.Struct, frozen=True):
    """What a backend finds: positions of the true rules, and the derived flags in order."""

    rules: frozenset[int]
    flags: tuple[str, ...]


class InferenceBroken(ReferralError):
    """durable-rules failed inside this process: it must not be used again before a restart."""


class WrongThread(ReferralError):
    """durable-rules was asked from a thread other than the one it was loaded in."""


class FactRefused(ReferralError):
    """A value of the case that durable-rules would misread; the fixpoint takes such a case."""
