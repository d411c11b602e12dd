"""A sheet as rows of texts, each with the place where it stands."""

from __future__ import annotations

import msgspec

from referral_engine.errors import Place

__all__ = ["Cell", "Grid"]


class Cell(msgspec.Struct, frozen=True):
    """What a cell says. ``retyped`` names what the spreadsheet made of it where it is no text:
    ``number``, ``date`` or ``formula``; empty for a text."""

    text: str
    place: Place
    retyped: str = ""


class Grid(msgspec.Struct, frozen=True):
    """The headings, the rows under them, and by id why a rule was left in the rule file."""

    headings: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left: dict[str, str] = {}
