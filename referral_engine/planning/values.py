"""Single values of a profile as they are written: numbers, lengths of time, days, names.

Each reader notes a fault where a value is wrong and goes on with one that could stand there, so
that the whole file is read; what has faults is never used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo

from yaml.nodes import Node

from referral_engine.i18n import _
from referral_engine.marked_yaml import Entry, MarkedYaml
from referral_engine.model.hours import WorkHours
from referral_engine.model.span import Span
from referral_engine.org.timetable import Unreadable, parse_hours
from referral_engine.planning.profile import Delay
from referral_engine.spelling import nearest

__all__ = ["Values"]

_DAY = date(2000, 1, 1)
_MIDNIGHT = datetime(2000, 1, 1)  # noqa: DTZ001  # made aware where it is used
_SOME = Delay(1.0, 1.0)


class Values:
    """Reads values out of the nodes of one file; None stands for what was not written."""

    def __init__(self, yaml: MarkedYaml, zone: tzinfo) -> None:
        self._yaml = yaml
        self._zone = zone

    def keys(self, node: Node | None, known: Iterable[str], needed: Iterable[str] = ()) -> Keys:
        """The values of a mapping by key; those `needed` and not there are a fault at its place."""
        if node is None:
            return {}
        found = {key: entry.value for key, entry in self._yaml.known(node, known).items()}
        self.missing(node, [key for key in needed if key not in found])
        return found

    def missing(self, node: Node, keys: Sequence[str]) -> None:
        """A fault at a mapping that lacks these keys, if there are any."""
        if keys:
            message = _("missing: {keys}").format(keys=", ".join(keys))
            step = _("docs/planning.md says what each means")
            self._yaml.fault(node, "PROFILE_MISSING_KEY", message, step)

    def entries(self, node: Node | None) -> list[Entry]:
        """The keys of a mapping whose keys are names."""
        return self._yaml.entries(node)

    def nodes(self, node: Node | None) -> list[Node]:
        """The items of a list; none where nothing was written."""
        return [] if node is None else self._yaml.nodes(node)

    def text(self, node: Node | None) -> str:
        return "" if node is None else self._yaml.text(node) or ""

    def texts(self, node: Node | None) -> tuple[str, ...]:
        """A text or a list of texts."""
        return () if node is None else tuple(text for text, _node in self._yaml.texts(node))

    def number(self, node: Node | None, low: float, high: float, default: float = 0.0) -> float:
        """A number from `low` to `high`."""
        if node is None:
            return default
        text = self._yaml.text(node)
        try:
            number = float(text or "")
        except ValueError:
            number = high + 1.0
        if text is None or low <= number <= high:  # what is no scalar has its fault
            return default if text is None else number
        self.wrong(node, _("expected a number from {low} to {high}").format(
            low=f"{low:.15g}", high=f"{high:.15g}"
        ))  # fmt: skip
        return default

    def whole(self, node: Node | None, low: int, high: int, default: int = 1) -> int:
        """A whole number from `low` to `high`."""
        found = None if node is None else self._yaml.number(node, low, high)
        return default if found is None else found

    def percent(self, node: Node | None, default: float = 0.0) -> float:
        return self.number(node, 0.0, 100.0, default)

    def weights(self, node: Node | None, count: int) -> tuple[float, ...]:
        """As many numbers as asked for, of which one at least is more than nothing."""
        if node is None:
            return (1.0,) * count
        numbers = tuple(self.number(item, 0.0, 1e9) for item in self._yaml.nodes(node))
        if len(numbers) == count and any(numbers):
            return numbers
        message = _("expected {count} numbers, not all of them 0").format(count=count)
        self.wrong(node, message, _("there are {count} here").format(count=len(numbers)))
        return (1.0,) * count

    def range(self, node: Node | None, default: tuple[int, int]) -> tuple[int, int]:
        """Two whole numbers from 2 on, of which the second is not the smaller."""
        if node is None:
            return default
        found = [self.whole(item, 2, 100_000, 2) for item in self._yaml.nodes(node)]
        if len(found) == 2 and found[0] <= found[1]:
            return found[0], found[1]
        self.wrong(node, _("expected two numbers, the smaller first"), _("such as [5, 30]"))
        return default

    def delay(self, node: Node | None) -> Delay:
        """``[40m, 3h]``: half within the first, nine in ten within the second."""
        if node is None:
            return _SOME
        found = [self.minutes(item) for item in self._yaml.nodes(node)]
        if len(found) == 2 and 0 < found[0] <= found[1]:
            return Delay(found[0], found[1])
        self.wrong(
            node,
            _("expected two lengths of time: within which half, and nine in ten, have acted"),
            _("such as [40m, 3h]"),
        )
        return _SOME

    def minutes(self, node: Node | None) -> float:
        """A length of time in minutes or hours."""
        if node is None:
            return 1.0
        try:
            span = Span.parse(self.text(node))
        except ValueError as error:
            self.wrong(node, str(error))
            return 1.0
        if span.unit not in ("m", "h"):
            message = _("`{span}` is not in minutes or hours").format(span=span)
            self.wrong(node, message, _("write it in the hours it takes, such as 40m or 20h"))
            return 1.0
        return span.elapsed() / timedelta(minutes=1)

    def day(self, node: Node | None) -> date:
        if node is None:
            return _DAY
        try:
            return date.fromisoformat(self.text(node))
        except ValueError:
            text = _("{text} is no date such as 2026-09-30").format(text=self.text(node))
            self.wrong(node, text)
            return _DAY

    def moment(self, node: Node | None) -> datetime:
        """ISO 8601; without an offset in the county's zone."""
        if node is None:
            return _MIDNIGHT.replace(tzinfo=self._zone)
        try:
            found = datetime.fromisoformat(self.text(node))
        except ValueError:
            text = _("{text} is no time such as 2026-09-30T23:50+08:00")
            self.wrong(node, text.format(text=self.text(node)))
            found = _MIDNIGHT
        return found if found.tzinfo else found.replace(tzinfo=self._zone)

    def presence(self, node: Node | None, usual: WorkHours) -> WorkHours | None:
        """Weekdays with or without hours, as in the organisation's files."""
        if node is None:
            return None
        try:
            hours = parse_hours(self.text(node), usual)
        except Unreadable as error:
            near = nearest(error.written, error.known) if error.written else ""
            self.wrong(
                node, error.message, _("did you mean {best}?").format(best=near) if near else ""
            )
            return None
        if hours.around_the_clock or any(hours.intervals):
            return hours
        self.wrong(node, _("a unit that is never there does nothing"), _("such as tue thu"))
        return None

    def known(self, node: Node | None, names: Iterable[str], code: str, message: str) -> str:
        """A name that is one of `names`; `message` says of ``{name}`` that it is none."""
        if node is None:
            return ""
        text, names = self.text(node), tuple(names)
        if text and text not in names:
            best = nearest(text, names)
            suggestion = _("did you mean {best}?").format(best=best) if best else ""
            self._yaml.fault(node, code, message.format(name=text), suggestion)
        return text

    def wrong(self, node: Node, message: str, suggestion: str = "") -> None:
        """A fault at a value, in words, with what might be written instead."""
        self._yaml.fault(node, "PROFILE_BAD_VALUE", message, suggestion)


Keys = dict[str, Node]
