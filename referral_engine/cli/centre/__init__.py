"""`referral centre`: what the centre does with a case. Each module adds its verbs to the group."""

from __future__ import annotations

from referral_engine.cli.centre import admit, assign, correspondence, finish, joining
from referral_engine.cli.centre.group import centre

__all__ = ["admit", "assign", "centre", "correspondence", "finish", "joining"]
