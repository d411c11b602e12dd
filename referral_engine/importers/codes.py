"""Every code an import can answer with, and what it means: one table for readers and documents."""

from __future__ import annotations

from referral_engine.i18n import gettext_noop

__all__ = ["FILE_CODES", "MAPPING_CODES", "ROW_CODES"]

# A row with one of these is not taken; the rows around it are.
ROW_CODES: dict[str, str] = {
    "BAD_CODE": gettext_noop("a territory code holds something other than letters, digits and -"),
    "BAD_JSON": gettext_noop("the line is not one JSON object"),
    "BAD_NUMBER": gettext_noop("not a number, or not a whole one"),
    "BAD_TIME": gettext_noop("the time cannot be read in any format the mapping gives"),
    "BAD_VALUE": gettext_noop("the value has the wrong type, or is none of the values allowed"),
    "DAMAGED": gettext_noop("the file is damaged from this row on"),
    "EMPTY_ISSUE": gettext_noop("neither title, text nor category says anything"),
    "MISSING_FIELD": gettext_noop("a field every issue must have is empty"),
    "OUT_OF_RANGE": gettext_noop("the number lies outside its range"),
    "TEXT_TOO_LONG": gettext_noop("the text is longer than its field may be"),
    "UNCLOSED_QUOTE": gettext_noop('a cell begins with " and is never closed'),
    "UNKNOWN_FIELD": gettext_noop("a JSON line has a key that no issue has"),
    "UNLISTED_VALUE": gettext_noop("the mapping's value map does not list the value"),
    "WRONG_COLUMNS": gettext_noop("the row has more or fewer cells than the header"),
    "WRONG_ENCODING": gettext_noop("bytes that the file's encoding does not know"),
}

# The file as a whole cannot be read; no row is.
FILE_CODES: dict[str, str] = {
    "CANNOT_READ": gettext_noop("the file does not exist, may not be read or is of no known kind"),
    "DUPLICATE_COLUMN": gettext_noop("a mapped column occurs twice in the header"),
    "EMPTY_FILE": gettext_noop("the file has no header"),
    "MERGED_HEADER": gettext_noop("cells of the heading are merged, so columns have no name"),
    "MISSING_COLUMN": gettext_noop("the mapping names a column that the file does not have"),
    "NOT_A_SPREADSHEET": gettext_noop("the file is named .xlsx and is none, or is an old .xls"),
    "UNKNOWN_COLUMN": gettext_noop("the file has a column that the mapping does not know"),
}

# The mapping itself has faults; all of them are shown, each at file:line:column.
MAPPING_CODES: dict[str, str] = {
    "MAP_BAD_VALUE": gettext_noop("a key of the mapping has a value it cannot have"),
    "MAP_COLUMN_TWICE": gettext_noop("a column is both mapped and ignored"),
    "MAP_DUPLICATE_KEY": gettext_noop("a key is written twice"),
    "MAP_FIELD_TWICE": gettext_noop("two entries fill the same field"),
    "MAP_MISSING_KEY": gettext_noop("a key that must be there is not"),
    "MAP_SYNTAX": gettext_noop("the file is not valid YAML"),
    "MAP_UNKNOWN_FIELD": gettext_noop("no issue has a field of that name"),
    "MAP_UNKNOWN_KEY": gettext_noop("the mapping language has no key of that name"),
}
