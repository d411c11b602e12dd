"""The canonical fields of an issue as a file may fill them: kind, bounds, meaning.

One table for the converters, the mapping loader (which fields exist) and docs/mapping.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from referral_engine.spelling import nearest

__all__ = ["EXTRA", "TEXT_LIMIT", "Canonical", "Kind", "canonical", "fields", "nearest_field"]

Kind = Literal[
    "line", "text", "code", "time", "int", "number", "bool", "list", "scalar", "attachments"
]

# The longest text taken, in characters after cleaning. A longer one is refused with the limit,
# never cut: a petition without its end may ask for the opposite.
TEXT_LIMIT = 100_000

EXTRA = "extra."


class Canonical(msgspec.Struct, frozen=True, kw_only=True):
    """One field. ``limit`` in characters; ``low`` and ``high`` bound a number, both included."""

    name: str
    kind: Kind
    meaning: str
    limit: int = 0
    low: float = 0
    high: float = 0


_FIELDS = (
    Canonical(name="id", kind="line", limit=200, meaning="the sender's own id of the issue"),
    Canonical(name="channel", kind="line", limit=100, meaning="the channel it came in by"),
    Canonical(name="title", kind="line", limit=2_000, meaning="one line that says what it is"),
    Canonical(name="text", kind="text", limit=TEXT_LIMIT, meaning="the issue in full"),
    Canonical(name="category", kind="line", limit=100, meaning="category code"),
    Canonical(name="territory", kind="code", limit=40, meaning="area or grid code"),
    Canonical(name="received_at", kind="time", meaning="when it was received"),
    Canonical(name="reporter.name", kind="line", limit=200, meaning="who reports"),
    Canonical(name="reporter.phone", kind="line", limit=100, meaning="the reporter's phone"),
    Canonical(name="reporter.id_number", kind="line", limit=100, meaning="identity number"),
    Canonical(name="reporter.anonymous", kind="bool", meaning="the reporter gave no name"),
    Canonical(name="people", kind="int", low=1, high=10_000_000, meaning="persons concerned"),
    Canonical(name="severity", kind="int", low=1, high=4, meaning="1 exceptional to 4 ordinary"),
    Canonical(name="tags", kind="list", limit=200, meaning="tags"),
    Canonical(name="accused", kind="list", limit=200, meaning="units or persons' units accused"),
    Canonical(name="location.lat", kind="number", low=-90, high=90, meaning="degrees, WGS 84"),
    Canonical(name="location.lon", kind="number", low=-180, high=180, meaning="degrees, WGS 84"),
    Canonical(name="location.address", kind="line", limit=2_000, meaning="address as given"),
    Canonical(name="attachments", kind="attachments", limit=500, meaning="names of files"),
)
# Whole numbers beyond 2^53 change on their way through JSON and the inference engine.
_EXTRA = Canonical(
    name="extra.*",
    kind="scalar",
    limit=10_000,
    low=-(2**53),
    high=2**53,
    meaning="a column of the export's own, under its own name",
)
_BY_NAME = {field.name: field for field in _FIELDS}


def fields() -> Iterator[Canonical]:
    """Every canonical field in the order of the contract, ``extra.*`` last."""
    yield from _FIELDS
    yield _EXTRA


def canonical(name: str) -> Canonical | None:
    """The field of that name, ``extra.<name>`` included, or None."""
    if name.startswith(EXTRA) and len(name) > len(EXTRA):
        return msgspec.structs.replace(_EXTRA, name=name)
    return _BY_NAME.get(name)


def nearest_field(name: str) -> str:
    """The canonical field most like ``name``, or the empty string."""
    return nearest(name, _BY_NAME)
