"""`referral case`: looking at cases, and taking one to other rules."""

from __future__ import annotations

from referral_engine.cli.case import dossier, explain, history, listing, migrate, show
from referral_engine.cli.case.group import case

__all__ = ["case", "dossier", "explain", "history", "listing", "migrate", "show"]
