"""Events of parties, flags, letters, problems and the engine itself."""

from __future__ import annotations

from referral_engine.model.case import Party
from referral_engine.model.event.body import Body

__all__ = [
    "Agreed",
    "AnsweredLate",
    "CallGivenUp",
    "ConsentGiven",
    "EffectDone",
    "FlagDerived",
    "IncidentJoined",
    "LetterReceived",
    "LetterSent",
    "MediatorChallenged",
    "PartyAdded",
    "ProblemNamed",
    "PromiseBroken",
    "Recommended",
    "Recurred",
    "RulesMigrated",
    "Settled",
]


class PartyAdded(Body, frozen=True):
    party: Party


class ConsentGiven(Body, frozen=True):
    party: str
    given: bool


class MediatorChallenged(Body, frozen=True):
    referral: str
    person: str
    note: str = ""


class Agreed(Body, frozen=True):
    referral: str
    terms_ref: str


class Settled(Body, frozen=True):
    party: str = ""
    clock: str = ""
    note: str = ""


class PromiseBroken(Body, frozen=True):
    """A person says that what was promised for this clock was not done."""

    clock: str
    note: str = ""


class FlagDerived(Body, frozen=True):
    """Escalation inference derived a flag at this occasion; ``engine`` says who inferred."""

    flags: tuple[str, ...]
    occasion: str
    rules: tuple[str, ...] = ()
    engine: str = ""


class EffectDone(Body, frozen=True):
    """An escalation effect, once for (referral, occasion, round, effect, target)."""

    key: str
    effect: str
    target: str
    rule: str
    referral: str = ""


class Recommended(Body, frozen=True):
    """A rung of the accountability ladder was signed by a named person."""

    step: str
    against: str
    proposal: str


class LetterSent(Body, frozen=True):
    number: str
    letter: str
    to: str
    text_ref: str
    name: str = ""
    series: str = ""


class LetterReceived(Body, frozen=True):
    number: str
    receipt: str = ""
    means: str = ""


class ProblemNamed(Body, frozen=True):
    """The same trouble for the third time: a problem (症结) with an owner of its own.

    ``leader`` is the person who answers for it (包案), empty where the county names none.
    """

    problem: str
    owner: str
    times: int
    leader: str = ""


class IncidentJoined(Body, frozen=True):
    incident: str


class Recurred(Body, frozen=True):
    code: str
    problem: str


class AnsweredLate(Body, frozen=True):
    referral: str
    verb: str
    note: str = ""


class CallGivenUp(Body, frozen=True):
    referral: str
    verb: str
    error: str


class RulesMigrated(Body, frozen=True):
    rule_set: str
    before: str
    note: str = ""
