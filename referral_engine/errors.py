"""The errors people meet, as one tree.

    ReferralError           everything the engine raises on purpose
    ├── Faulty              an input file has faults: all of them, sorted, each at its place
    └── Refused             a command was understood and is not allowed: code, reason, next step
        └── Unavailable     it may be allowed: the database is full or away and could not do it

Every message is already in the reader's language when it is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

__all__ = ["Fault", "Faulty", "Place", "ReferralError", "Refused", "Severity", "Unavailable"]

Severity = Literal["error", "warning", "info"]


class Place(msgspec.Struct, frozen=True, order=True):
    """A position in a file; line and column count from 1, column in characters."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Fault(msgspec.Struct, frozen=True, order=True):
    """One fault of an input file. ``code`` is documented in docs/errors.md.

    ``source`` is the offending line as written, ``rule`` the id of the rule it belongs to.
    """

    place: Place
    code: str
    message: str
    severity: Severity = "error"
    suggestion: str = ""
    rule: str = ""
    source: str = ""

    def __str__(self) -> str:
        return f"{self.place} {self.code} {self.message}"


class ReferralError(Exception):
    """Base of every error the engine raises on purpose."""


class Faulty(ReferralError):
    """An input cannot be used; ``faults`` holds every fault found, sorted by place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class Refused(ReferralError):
    """A command that is not allowed as it stands.

    ``code`` is stable and documented (upper case, e.g. ``NOT_YOUR_CASE``), ``next_step`` says
    what the person can do instead.
    """

    def __init__(self, code: str, message: str, next_step: str = "") -> None:
        self.code = code
        self.message = message
        self.next_step = next_step
        super().__init__(f"{code}: {message}" + (f" {next_step}" if next_step else ""))


class Unavailable(Refused):
    """The database could not do what was asked; there is nothing wrong with what was.

    A commit whose answer was lost may have happened: whoever asks again under the same key, or
    completes what it claimed under the same fence, finds out.
    """
