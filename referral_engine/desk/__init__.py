"""The door: load the case and the facts, decide, commit. Every change of a case comes by here."""

from __future__ import annotations

from referral_engine.desk.door import Answer, Desk
from referral_engine.desk.view import CaseView, View

__all__ = ["Answer", "CaseView", "Desk", "View"]
