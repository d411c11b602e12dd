"""The door: load the case and the facts, decide, commit. Every change of a case comes by here."""

from __future__ import annotations

from referral_engine.desk.door import Answer, Desk
from referral_engine.desk.view import CaseView, View
from referral_engine.store import CaseFilter, CaseLine, InboxLine

__all__ = ["Answer", "CaseFilter", "CaseLine", "CaseView", "Desk", "InboxLine", "View"]
