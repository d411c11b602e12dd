"""Every code a sheet of rules can be refused with, beside those of the rule language."""

from __future__ import annotations

from referral_engine.i18n import gettext_noop

__all__ = ["SHEET_CODES"]

SHEET_CODES: dict[str, str] = {
    "BAD_CELL": gettext_noop("brackets or quotes of a cell do not fit"),
    "COLUMN_TWICE": gettext_noop("a column that can only be there once is there twice"),
    "NOT_IN_YAML": gettext_noop("a rule is said to be kept in the rule file, which has none"),
    "RETYPED_CELL": gettext_noop("the spreadsheet has made a number or a date of a text"),
    "UNKNOWN_COLUMN": gettext_noop("a heading names no key, field or operator"),
    "WIDE_ROW": gettext_noop("a row has a cell under no heading"),
}
