"""A case (案件, 一案一码): an issue under one code for life, as the fold of its events."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from referral_engine.model.deadline import Deadline, Pause
from referral_engine.model.referral import Referral

__all__ = [
    "Case",
    "CaseState",
    "Conference",
    "ConferenceForm",
    "Outcome",
    "Party",
    "Proposal",
    "Signature",
]

CaseState = Literal[
    "registered",
    "accepted",
    "assigned",
    "in_progress",
    "resolved",
    "reviewed",
    "called_back",
    "closed",
    "archived",
    "rejected",
    "redirected",
    "merged",
    "split",
    "withdrawn",
]
_OVER: frozenset[CaseState] = frozenset(
    {"closed", "archived", "rejected", "redirected", "merged", "split", "withdrawn"}
)
Outcome = Literal[
    "solved",
    "partly",
    "explained",
    "deferred",
    "guided",
    "mediated",
    "not_mediated",
    "withdrawn",
    "unfounded",
    "no_answer",
]


class Signature(msgspec.Struct, frozen=True, gc=False):
    by: str
    unit: str
    at: datetime
    agreed: bool


class Proposal(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What waits for a person: a machine or one person proposes, others sign.

    ``detail`` holds what is done once signed, as (name, value) pairs; ``note`` a content ref.
    """

    id: str
    kind: str
    by: str
    at: datetime
    needed: int
    roles: tuple[str, ...]
    detail: dict[str, str] = {}
    referral: str = ""
    note: str = ""
    signatures: tuple[Signature, ...] = ()
    state: Literal["open", "signed", "refused", "void"] = "open"


class Party(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Who is concerned beside the reporter. Name and phone lie in content under ``ref``.

    ``call_back`` is what a call to this one came to: resolved, partly, unresolved, unreached.
    """

    id: str
    kind: str
    ref: str = ""
    consent: bool | None = None
    settled_at: datetime | None = None
    call_back: str = ""


ConferenceForm = Literal["conference", "reception", "mediation", "supervision"]


class Conference(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Several units together on one case: they confer, receive people, mediate or supervise
    together, by ``form``. ``agenda`` and ``minutes`` are content refs, ``bound`` the units that it
    decided on: none of them may decline.
    """

    id: str
    members: tuple[str, ...]
    called_at: datetime
    meet_at: datetime | None = None
    held_at: datetime | None = None
    minutes: str = ""
    form: ConferenceForm = "conference"
    agenda: str = ""
    bound: tuple[str, ...] = ()


class Case(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The state of a case after ``version`` events. All times UTC, no personal data.

    ``owner`` is a unit's id and never empty; ``holder`` the centre that answers for the case
    whenever no department does; ``first`` whoever took it in (首问责任); ``level`` the level of
    leadership in charge, ``steps`` how often it was stepped up since it was last assigned.
    ``external_ids`` are its numbers in other systems, by system.
    ``designated`` are units bound to lead, ``challenged`` persons who are not to mediate.
    ``reporter`` is a keyed digest, for an anonymous one that of the case itself. ``preserved``
    keeps the rules of retention from its content; ``anonymised_at`` is when they took it last.

    Like all it is made of, and like events, it is a tree that never holds itself: the collector
    of cycles need not walk the thousands that are open (``gc=False``).
    """

    code: str
    state: CaseState
    owner: str
    holder: str
    first: str
    received_at: datetime
    registered_at: datetime
    rule_set: str
    channel: str = ""
    category: str = ""
    territory: str = ""
    people: int = 1
    severity: int = 4
    tags: tuple[str, ...] = ()
    accused: tuple[str, ...] = ()
    extra: dict[str, str | int | float | bool | None] = {}
    reporter: str = ""
    reporter_anonymous: bool = False
    has_location: bool = False
    attachments: tuple[str, ...] = ()
    sender_id: str = ""
    external_ids: dict[str, str] = {}
    version: int = 0
    level: str = ""
    steps: int = 0
    path: str = ""
    path_step: str = ""
    sealed: str = ""
    barred: tuple[str, ...] = ()
    whistle: str = ""
    rule: str = ""
    referrals: tuple[Referral, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    pauses: tuple[Pause, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    parties: tuple[Party, ...] = ()
    conferences: tuple[Conference, ...] = ()
    flags: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    returns: int = 0
    transfers: int = 0
    reworks: int = 0
    grounds: tuple[str, ...] = ()
    contested: bool = False
    designated: tuple[str, ...] = ()
    challenged: tuple[str, ...] = ()
    tries: int = 0
    last_try: datetime | None = None
    call_back: str = ""
    score: int = 0
    ratings: tuple[int, ...] = ()
    outcome: str = ""
    links: tuple[str, ...] = ()
    merged_into: str = ""
    absorbed: tuple[str, ...] = ()
    reporters: tuple[str, ...] = ()
    problem: str = ""
    incident: str = ""
    recurred: bool = False
    letters: int = 0
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    defer_until: datetime | None = None
    last_at: datetime | None = None
    preserved: bool = False
    anonymised_at: datetime | None = None

    @property
    def over(self) -> bool:
        """Nothing more is done to it but archiving, rating, objection and joining."""
        return self.state in _OVER

    def referral(self, id: str) -> Referral | None:
        for each in self.referrals:
            if each.id == id:
                return each
        return None

    def decided_on(self, unit: str) -> bool:
        """Whether a conference has bound the unit, to lead or to support."""
        return any(unit in conference.bound for conference in self.conferences)

    def lead(self) -> Referral | None:
        """The latest lead that is open or reported; None while the centre holds the case.

        What was reported before the case was taken up again leads it no more.
        """
        held = self.state in ("registered", "accepted")
        live = ("offered", "claimed") if held else ("offered", "claimed", "reported")
        for each in reversed(self.referrals):
            if each.role == "lead" and each.state in live:
                return each
        return None

    def next_at(self) -> datetime | None:
        """The earliest moment at which something is due (UTC); None when nothing is."""
        earliest: datetime | None = None
        for each in self.deadlines:
            if each.state not in ("running", "missed"):  # most have ended
                continue
            for mark in each.marks:
                if not mark.fired:
                    if earliest is None or mark.at < earliest:
                        earliest = mark.at
                    break
        return earliest
