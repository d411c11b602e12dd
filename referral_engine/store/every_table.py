"""All tables of the store: whoever makes, carries or compares a whole store asks here."""

from __future__ import annotations

from referral_engine.store import mediator_tables, security_tables, shift_tables, tables
from referral_engine.store.columns import metadata

__all__ = ["mediator_tables", "metadata", "security_tables", "shift_tables", "tables"]
