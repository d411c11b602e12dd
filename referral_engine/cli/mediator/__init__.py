"""`referral mediator`: the register, who fits a case, allowances and their ledger."""

from __future__ import annotations

from referral_engine.cli.mediator import cases, money, register
from referral_engine.cli.mediator.group import mediator

__all__ = ["cases", "mediator", "money", "register"]
