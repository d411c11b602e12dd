"""A referral (承办): one unit's part in one case."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

__all__ = ["Evidence", "Referral", "ReferralRole", "ReferralState"]

ReferralState = Literal["offered", "claimed", "reported", "declined", "transferred", "cancelled"]
ReferralRole = Literal["lead", "support"]


class Evidence(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What proves an act: a photo or paper by digest (SHA-256 hex), its time and place (WGS 84)."""

    kind: str
    digest: str = ""
    taken_at: datetime | None = None
    lat: float | None = None
    lon: float | None = None


class Referral(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """``unit`` is the department responsible, ``station`` the office that acts for it.

    ``round`` counts from 1 and grows with each rework; ``whistle`` is empty for an ordinary
    dispatch. All times UTC.
    """

    id: str
    unit: str
    station: str
    unit_name: str
    role: ReferralRole
    state: ReferralState
    offered_at: datetime
    round: int = 1
    whistle: str = ""
    whistler: str = ""
    required: bool = False
    path_step: str = ""
    claimed_at: datetime | None = None
    claimed_by: str = ""
    contacted_at: datetime | None = None
    arrived_at: datetime | None = None
    reported_at: datetime | None = None
    declined_ground: str = ""
    suggested: str = ""
    handed_off_to: str = ""
    outcome: str = ""
    supervised: int = 0
    not_needed: bool = False
    stood_down: bool = False

    @property
    def open(self) -> bool:
        return self.state in ("offered", "claimed")

    @property
    def units(self) -> tuple[str, ...]:
        """Everyone acting in it: the department and, where there is one, its station."""
        return (self.unit,) if self.unit == self.station else (self.unit, self.station)
