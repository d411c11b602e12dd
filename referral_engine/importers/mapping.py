"""The parsed mapping: which column of an export fills which field of an issue, and how.

``mapping_file`` reads it from YAML, ``plan`` fits it to a file's header. Reference for people:
docs/mapping.md.
"""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from referral_engine.errors import Place
from referral_engine.importers.clean import strip_brackets

__all__ = [
    "Column",
    "Derived",
    "Header",
    "Level",
    "Mapping",
    "Normalise",
    "Organisation",
    "Territory",
    "Truth",
    "Unmapped",
    "comparable",
]

Unmapped = Literal["error", "ignore", "extra"]
Normalise = Literal["", "strip_brackets"]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column fills one field, through its converters in this order:

    ``missing`` (further values that mean nothing), ``normalise``, ``map`` with ``otherwise``,
    ``prefix``, ``default``, and then by the field's kind ``formats`` (``zone``,
    ``mistaken_for``) or ``split``.
    """

    column: str
    to: str
    place: Place
    missing: frozenset[str] = frozenset()
    normalise: Normalise = ""
    map: dict[str, str] = {}
    otherwise: Literal["keep", "missing", "error"] = "keep"
    prefix: str = ""
    default: str = ""
    formats: tuple[str, ...] = ()
    zone: ZoneInfo | None = None
    mistaken_for: ZoneInfo | None = None
    split: str = ""


class Derived(msgspec.Struct, frozen=True, kw_only=True):
    """One field from several columns: ``join`` them, take the ``first_of`` them, or a ``value``."""

    to: str
    how: Literal["join", "first_of", "value"]
    place: Place
    columns: tuple[str, ...] = ()
    joint: str = " "
    value: str = ""


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """One level of the territory below the root: columns with the export's code and name.

    The level's own part of the code is ``map[code]``, else the last ``digits`` of it.
    """

    level: str
    code: str
    name: str
    place: Place
    digits: int = 3
    map: dict[str, str] = {}


class Territory(msgspec.Struct, frozen=True, kw_only=True):
    """The territory of a row: the root's code, then one part a level as far as they are known."""

    code: str
    name: str
    level: str
    place: Place
    levels: tuple[Level, ...] = ()


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """A column with a recorded answer: compared with what the rules say, never shown to them."""

    column: str
    place: Place
    normalise: Normalise = ""


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """How the organisation is read from the export: see ``derive_org``.

    ``unit`` is the column of unit names. A unit named like a community, or like one followed by
    one of ``village_suffixes``, is that community's own. ``departments`` maps a department to the
    ends of names of the offices that each township has for it. ``centre`` and ``discipline`` list
    the names of the two units every organisation needs, the first of each is the one it keeps.
    """

    unit: str
    place: Place
    normalise: Normalise = ""
    centre: tuple[str, ...] = ()
    discipline: tuple[str, ...] = ()
    township_suffix: str = ""
    village_suffixes: tuple[str, ...] = ()
    departments: dict[str, tuple[str, ...]] = {}
    kinds: dict[str, str] = {}
    ignore: frozenset[str] = frozenset()


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Where the heading stands: its first row (from 1) and its number of rows."""

    row: int = 1
    rows: int = 1


class Mapping(msgspec.Struct, frozen=True, kw_only=True):
    """A whole mapping. ``zone`` None leaves the zone to the caller (the county's)."""

    file: str = ""
    columns: tuple[Column, ...] = ()
    fields: tuple[Derived, ...] = ()
    ignore: frozenset[str] = frozenset()
    truth: tuple[Truth, ...] = ()
    unmapped: Unmapped = "error"
    missing: frozenset[str] = frozenset({""})
    zone: ZoneInfo | None = None
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header: Header = Header()
    territory: Territory | None = None
    organisation: Organisation | None = None

    def truth_column(self, column: str) -> Truth | None:
        """The entry of ``truth:`` for that column, or None."""
        return next((truth for truth in self.truth if truth.column == column), None)

    def comparable(self, column: str, name: str) -> str:
        """``name`` as it is compared with the recorded answers of a truth column."""
        truth = self.truth_column(column)
        return comparable(truth.normalise if truth else "", name)


def comparable(normalise: Normalise, name: str) -> str:
    """``name`` normalised: blanks at the ends gone, and what ``normalise`` says."""
    return strip_brackets(name) if normalise == "strip_brackets" else name.strip()
