"""Routing tables as sheets, one row a rule, and sheets as routing tables."""

from __future__ import annotations

from referral_engine.rules.sheet.codes import SHEET_CODES
from referral_engine.rules.sheet.from_rows import rules_of
from referral_engine.rules.sheet.grid import Cell, Grid
from referral_engine.rules.sheet.merge import merged
from referral_engine.rules.sheet.to_rows import rows_of

__all__ = ["SHEET_CODES", "Cell", "Grid", "merged", "rows_of", "rules_of"]
