"""A unit: whoever a case can be referred to, from the county centre to a grid or a gas company."""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

import msgspec

from referral_engine.model.hours import WorkHours

__all__ = ["KINDS", "TERRITORIAL", "Kind", "Presence", "PresenceKind", "Unit"]

Kind = Literal[
    "centre",
    "government",
    "committee",
    "grid",
    "department",
    "station",
    "institution",
    "utility",
    "company",
    "court",
    "procuratorate",
    "discipline",
    "organisation",
]
KINDS: tuple[str, ...] = get_args(Kind)

TERRITORIAL: frozenset[str] = frozenset({"centre", "government", "committee", "grid"})
"""Kinds that answer for a place rather than for a subject."""

PresenceKind = Literal["resident", "rotating", "on_call"]


class Presence(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a department is present at the centre (常驻, 轮驻, 随叫随驻).

    ``hours`` are those of a rotating presence in the county's zone; a resident one keeps the
    unit's own hours, one on call comes only while the duty roster names someone.
    """

    kind: PresenceKind
    hours: WorkHours | None = None


class Unit(msgspec.Struct, frozen=True, omit_defaults=True):
    """Units are never deleted: ``until`` ends one, ``succeeded_by`` says who takes its work.

    ``territory``   where it sits; its level is the unit's level
    ``superior``    whom it answers to; empty: its department, else whoever answers for its place
    ``of``          the department a station belongs to
    ``serves``      codes of the territories a station serves
    ``answers_for`` codes of the territories it is the responsible unit of
    ``hours``       None: those of its department, else of the organisation
    ``since``, ``until``   local days on which it exists, ``until`` excluded
    ``phone``       the office's public number, no personal data
    ``capabilities``  what it can do beyond its hours, such as ``night``
    """

    id: str
    name: str
    kind: Kind
    territory: str
    superior: str = ""
    of: str = ""
    serves: tuple[str, ...] = ()
    answers_for: tuple[str, ...] = ()
    presence: Presence | None = None
    hours: WorkHours | None = None
    since: date | None = None
    until: date | None = None
    succeeded_by: str = ""
    phone: str = ""
    capabilities: tuple[str, ...] = ()

    def exists_on(self, day: date) -> bool:
        """Whether the unit exists on a local day."""
        if self.since is not None and day < self.since:
            return False
        return self.until is None or day < self.until

    def can(self, capability: str) -> bool:
        """Whether the unit has a capability, such as ``night``."""
        return capability in self.capabilities
