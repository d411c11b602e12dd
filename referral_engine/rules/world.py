"""What a condition asks about the world beside the issue: trees, zone, kinds of day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from referral_engine.org import Org
from referral_engine.worktime import DayKind, WorkCalendar

__all__ = ["World", "line"]


class World:
    """Organisation, calendar and category tree as the matcher sees them. Immutable.

    ``categories`` maps a code to its parent, the empty string at the top.
    """

    def __init__(self, org: Org, calendar: WorkCalendar, categories: Mapping[str, str]) -> None:
        self.org = org
        self.calendar = calendar
        self._lines = {code: line(code, categories) for code in categories}

    @property
    def categories(self) -> tuple[str, ...]:
        """Every category code."""
        return tuple(self._lines)

    def above(self, code: str) -> tuple[str, ...]:
        """Everything that a territory is `under`, in the codes that `named` gives."""
        return self.org.tree.path(code)

    def named(self, ancestor: str) -> str:
        """The one code by which a territory is known, however it is written."""
        return self.org.tree.exact(ancestor) or ancestor

    def above_category(self, code: str) -> tuple[str, ...]:
        """Everything that a category is `category_under`."""
        return self._lines.get(code) or (code,)

    def under(self, code: str, ancestor: str) -> bool:
        """Whether a territory is `ancestor` or lies in it."""
        return self.org.under(code, ancestor)

    def category_under(self, code: str, ancestor: str) -> bool:
        """Whether a category is `ancestor` or lies below it; a code unknown is under itself."""
        return code == ancestor or ancestor in self._lines.get(code, ())

    def territory_at_level(self, code: str, level: str) -> str | None:
        """The territory at that level in whose line `code` stands."""
        return self.org.at_level(code, level)

    def category_at_level(self, code: str, level: str) -> str | None:
        """The category at that level, ``1`` being the top, in whose line `code` stands."""
        line = self._lines.get(code, ())
        position = int(level) if level.isdecimal() else 0
        return line[-position] if 0 < position <= len(line) else None

    def local(self, moment: datetime) -> datetime:
        """An aware moment in the county's zone."""
        return moment.astimezone(self.calendar.zone)

    def day_kind(self, day: date) -> DayKind:
        """Workday, restday or holiday."""
        return self.calendar.day_kind(day)


def line(code: str, parents: Mapping[str, str]) -> tuple[str, ...]:
    """The code and everything above it, nearest first; a circle is cut where it closes."""
    found: list[str] = []
    while code and code not in found:
        found.append(code)
        code = parents.get(code, "")
    return tuple(found)
