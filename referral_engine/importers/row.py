"""What a reader gives for each row of a file: an issue, or the reasons why it is none."""

from __future__ import annotations

import msgspec

from referral_engine.model.issue import Issue

__all__ = ["Row", "RowFault"]


class RowFault(msgspec.Struct, frozen=True):
    """One reason why a row is no issue, in the shape of the intake summary (contract of the CLI).

    ``field`` is the canonical field, or empty where the row as a whole is at fault; ``code`` is
    one of ``codes.ROW_CODES``; ``message`` is in the reader's language.
    """

    line: int
    field: str
    code: str
    message: str


class Row(msgspec.Struct, frozen=True):
    """One record of a file: exactly one of ``issue`` and ``faults`` is there.

    ``line`` is where the record starts; the header is line 1 of a file that begins with it.
    ``key`` is the idempotency key (see ``content_key``), empty on a faulty row. ``notes`` say
    what was repaired on the way (NUL characters removed, an encoding recognised). ``truth``
    holds the recorded answers that the mapping keeps out of the issue, by column.
    """

    line: int
    issue: Issue | None = None
    key: str = ""
    notes: tuple[str, ...] = ()
    faults: tuple[RowFault, ...] = ()
    truth: dict[str, str] = {}
