"""`referral desk`: what a unit does by hand. Each module adds its commands to the group."""

from __future__ import annotations

from referral_engine.cli.desk import inbox, mediation, part, shift
from referral_engine.cli.desk.group import desk

__all__ = ["desk", "inbox", "mediation", "part", "shift"]
