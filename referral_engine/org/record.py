"""One entry of a list, from YAML or CSV alike: its values as written and where each stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from referral_engine.i18n import _
from referral_engine.org.fields import NO, YES
from referral_engine.org.source import Faults, Source
from referral_engine.org.timetable import Unreadable

__all__ = ["Position", "Record"]

Position = tuple[int, int]
"""(line, column), both from 1."""

T = TypeVar("T")


class Record:
    """``values`` holds text, or a tuple of texts for a list; what is empty is absent.

    ``locate(field, index)`` is asked only for a fault: finding the column of a CSV cell costs more
    than reading it.
    """

    __slots__ = ("_faults", "_locate", "section", "source", "start", "values")

    def __init__(
        self,
        section: str,
        source: Source,
        start: Position,
        values: Mapping[str, str | tuple[str, ...]],
        locate: Callable[[str, int], Position],
        faults: Faults,
    ) -> None:
        self.section = section
        self.source = source
        self.start = start
        self.values = values
        self._locate = locate
        self._faults = faults

    def text(self, field: str) -> str:
        """A single value as written, empty where absent."""
        value = self.values.get(field, "")
        return value if isinstance(value, str) else ""

    def texts(self, field: str) -> tuple[str, ...]:
        """The words of a list, empty where absent."""
        value = self.values.get(field, ())
        return value if isinstance(value, tuple) else (value,)

    def read(self, field: str, reader: Callable[[str], T]) -> T | None:
        """The value as ``reader`` converts it; None where absent or, with a fault, unreadable."""
        written = self.text(field)
        if not written:
            return None
        try:
            return reader(written)
        except Unreadable as error:
            self.fault(field, error.code, error.message, error.written, error.known)
            return None

    def word(self, field: str, words: Mapping[str, str], code: str) -> str:
        """One of a closed set of words, empty where absent or, with a fault, unknown."""
        written = self.text(field)
        if not written or written in words:
            return words.get(written, "")
        message = _("{field} cannot be {word}").format(field=field, word=written)
        self.fault(field, code, message, written, words)
        return ""

    def flag(self, field: str) -> bool | None:
        """Yes or no, None where absent."""
        return self.read(field, _flag)

    def date(self, field: str) -> date | None:
        """A local day written ``2026-10-01``, None where absent."""
        return self.read(field, _date)

    def fault(
        self,
        field: str,
        code: str,
        message: str,
        written: str = "",
        known: Mapping[str, object] | tuple[str, ...] = (),
        index: int = 0,
    ) -> None:
        """Records a fault at a field, with the known spelling nearest to ``written``."""
        nearest = self._faults.nearest(self.source, written, known) if written and known else ""
        self._faults.add(self.source, self.position(field, index), code, message, nearest)

    def position(self, field: str, index: int = 0) -> Position:
        """Where a value stands; the entry's start for a field that is absent."""
        return self._locate(field, index) if field in self.values else self.start


def _flag(text: str) -> bool:
    word = text.lower()
    if word in YES:
        return True
    if word in NO:
        return False
    message = _("{word} is neither yes nor no").format(word=text)
    raise Unreadable("org-bad-flag", message)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = _("{text} is no day such as 2026-10-01").format(text=text)
        raise Unreadable("org-bad-date", message) from None
