"""How long what is kept: terms, and the rules of a county."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from referral_engine.i18n import _

__all__ = ["Retention", "RetentionRule", "Term"]

_FORM = re.compile(r"([1-9][0-9]{0,3})([yd])", re.ASCII)
_MOST = {"y": 100, "d": 9999}


class Term(msgspec.Struct, frozen=True):
    """Years or days of the calendar: ``3y``, ``180d``."""

    amount: int
    unit: Literal["y", "d"]

    @classmethod
    def parse(cls, text: str) -> Term:
        """The term written as `text`; raises ValueError saying what is wrong."""
        found = _FORM.fullmatch(text.strip())
        if found is None or int(found[1]) > _MOST[found[2]]:
            raise ValueError(
                _("`{text}` is no term; write years or days, as in 3y or 180d").format(text=text)
            )
        return cls(int(found[1]), "y" if found[2] == "y" else "d")

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    def before(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The moment before which whatever ended is past its term at `now`; both aware."""
        local = now.astimezone(zone)
        if self.unit == "d":
            return local - timedelta(days=self.amount)
        year = local.year - self.amount
        try:
            return local.replace(year=year)
        except ValueError:  # the 29th of February
            return local.replace(year=year, day=28)


class RetentionRule(msgspec.Struct, frozen=True):
    """For ended cases that fit `when`, words of a case by field: content goes `after` its end.

    ``anonymise`` takes the reporter's digest out of the projections too. ``yes`` fits any word,
    ``no`` its absence.
    """

    name: str
    after: Term
    do: Literal["anonymise", "erase_content"]
    basis: str = ""
    when: dict[str, tuple[str, ...]] = {}


class Retention(msgspec.Struct, frozen=True):
    """`cases`: the first rule that fits a case counts; the rest are terms of what stands beside
    the cases, None where it is kept for ever.
    """

    cases: tuple[RetentionRule, ...] = ()
    access_log: Term | None = None
    outbox: Term | None = None
    results: Term | None = None
