"""A mediator of the county's register, and what a case asks of one."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

__all__ = ["MEDIATION_KINDS", "MediationKind", "Mediator"]

MediationKind = Literal["people", "administrative", "judicial", "trade"]
"""人民调解、行政调解、司法调解、行业性专业性调解: whose mediation it is."""
MEDIATION_KINDS: tuple[MediationKind, ...] = ("people", "administrative", "judicial", "trade")


class Mediator(msgspec.Struct, frozen=True):
    """One entry of the register; times UTC.

    ``organisation`` is the committee or court it belongs to, by name, ``unit`` the unit of the
    organisation file that it works for (empty for none), ``trades`` the categories it mediates
    (``D1`` stands for all below; empty for any), ``expertise`` and ``languages`` plain words,
    ``territory`` the area it serves (empty for all), ``most_open`` how many cases it takes at once.
    The ``id`` is the person's id where the organisation file knows the person: a challenge names
    that id. ``left_at`` is when it left the register.
    """

    id: str
    name: str
    organisation: str
    kind: MediationKind
    most_open: int
    unit: str = ""
    trades: tuple[str, ...] = ()
    expertise: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    territory: str = ""
    added_by: str = ""
    added_at: datetime | None = None
    left_at: datetime | None = None
