"""A part of a dossier."""

from __future__ import annotations

import msgspec

__all__ = ["Leaf"]


class Leaf(msgspec.Struct, frozen=True):
    """A part of a dossier: a heading over lines, or over rows of a table with its columns."""

    heading: str
    lines: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
