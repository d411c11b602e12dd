"""Conditions as sets of values: what can never be true, and what holds wherever another does.

Every answer is certain or absent: where two conditions on text cannot be compared, or a condition
is too large, nothing is claimed. `referral rules prove` asks a solver and has the whole answer.
"""

from __future__ import annotations

from referral_engine.rules.algebra.box import Box
from referral_engine.rules.algebra.index import Index, numbers
from referral_engine.rules.algebra.region import EVERYTHING, NOTHING, Region
from referral_engine.rules.algebra.space import Space

__all__ = ["EVERYTHING", "NOTHING", "Box", "Index", "Region", "Space", "numbers"]
