"""Routing rules from recorded referrals: ``learn`` gives them, ``write`` puts them into files."""

from __future__ import annotations

from referral_engine.learning.example import Example, examples
from referral_engine.learning.rules import LearntRule, learn
from referral_engine.learning.write import write

__all__ = ["Example", "LearntRule", "examples", "learn", "write"]
