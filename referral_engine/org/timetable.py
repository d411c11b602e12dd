"""Hours and weekdays as people write them: ``mon-fri 08:30-12:00 14:30-18:00; sat 09:00-12:00``."""

from __future__ import annotations

import re

from referral_engine.i18n import _
from referral_engine.model.hours import DAY, Interval, WorkHours

__all__ = ["Unreadable", "parse_hours", "parse_shift", "parse_weekday", "parse_weekdays"]

AROUND_THE_CLOCK = frozenset({"24h", "around_the_clock", "全天", "24小时"})

_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAYS: dict[str, int] = {word: day for day, word in enumerate(_ENGLISH)}
for _prefix in ("周", "星期"):
    _WEEKDAYS.update({_prefix + sign: day for day, sign in enumerate("一二三四五六日")})
    _WEEKDAYS[_prefix + "天"] = 6

_TIMES = re.compile(r"(\d{1,2}):(\d{2})\s*[-—–~至]\s*(\d{1,2}):(\d{2})")
_RANGE = re.compile(r"[-—–~至]")
_SEPARATOR = re.compile(r"[\s,，、]+")


class Unreadable(ValueError):
    """A value that cannot be read. ``code`` of the fault, the message, words it may have meant."""

    def __init__(self, code: str, message: str, written: str = "", known: object = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.written = written
        self.known = tuple(known) if isinstance(known, (dict, tuple, frozenset)) else ()


def parse_weekday(text: str) -> int:
    """0 for Monday; English short or long, or Chinese. Raises Unreadable."""
    word = text.strip().lower()
    word = word[:3] if word.endswith("day") else word
    if word not in _WEEKDAYS:
        message = _("{word} is no weekday").format(word=text)
        raise Unreadable("org-bad-weekday", message, word, _WEEKDAYS)
    return _WEEKDAYS[word]


def parse_weekdays(text: str) -> tuple[int, ...]:
    """One weekday or a range (``fri-mon`` runs over the week's end). Raises Unreadable."""
    ends = [parse_weekday(part) for part in _RANGE.split(text, maxsplit=1)]
    first, last = ends[0], ends[-1]
    return tuple((first + step) % 7 for step in range((last - first) % 7 + 1))


def parse_shift(text: str) -> Interval:
    """Minutes of one span; the end lies past 1440 where it crosses midnight. Raises Unreadable."""
    match = _TIMES.fullmatch(text.strip())
    if match is None:
        message = _("{text} is no span of hours such as 08:30-18:00").format(text=text)
        raise Unreadable("org-bad-hours", message)
    hours, minutes, until_hours, until_minutes = map(int, match.groups())
    start, end = hours * 60 + minutes, until_hours * 60 + until_minutes
    if max(minutes, until_minutes) > 59 or start >= DAY or end > DAY or start == end:
        message = _("{text} is no span within a day").format(text=text)
        raise Unreadable("org-bad-hours", message)
    return (start, end if end > start else end + DAY)


def parse_hours(text: str, usual: WorkHours | None = None) -> WorkHours:
    """The hours of a week. Raises Unreadable.

    Weekdays without hours of their own take those of ``usual`` on that weekday, where given.
    """
    if text.strip().lower() in AROUND_THE_CLOCK:
        return WorkHours(around_the_clock=True)
    days: list[list[Interval]] = [[] for _day in range(7)]
    for weekdays, spans in _groups(text):
        for weekday in weekdays:
            for span in spans or _usual_spans(weekday, usual, text):
                _put(days, weekday, span)
    return WorkHours(intervals=tuple(_joined(spans) for spans in days))


def _groups(text: str) -> list[tuple[list[int], list[Interval]]]:
    """Weekdays with the spans that follow them, up to a semicolon or the next weekday."""
    groups: list[tuple[list[int], list[Interval]]] = []
    for part in re.split("[;；]", _TIMES.sub(_without_spaces, text)):
        groups += _part(part.strip(" ,，、"))
    return groups


def _part(text: str) -> list[tuple[list[int], list[Interval]]]:
    groups: list[tuple[list[int], list[Interval]]] = [([], [])]
    for word in _SEPARATOR.split(text) if text else ():
        days, spans = groups[-1]
        if word[:1].isdigit():
            spans.append(parse_shift(word))
        elif spans:
            groups.append((list(parse_weekdays(word)), []))
        else:
            days.extend(parse_weekdays(word))
        if groups[-1][1] and not groups[-1][0]:
            raise Unreadable("org-bad-hours", _("the hours name no weekday before the time"))
    return groups


def _without_spaces(match: re.Match[str]) -> str:
    return re.sub(r"\s", "", match.group())


def _usual_spans(weekday: int, usual: WorkHours | None, text: str) -> tuple[Interval, ...]:
    if usual is None:
        message = _("{text}: say from when until when, such as mon-fri 08:30-12:00")
        raise Unreadable("org-bad-hours", message.format(text=text))
    spans = ((0, DAY),) if usual.around_the_clock else usual.intervals[weekday]
    if not spans:
        message = _("the unit is closed on {day}: write the hours after it")
        raise Unreadable("org-bad-hours", message.format(day=_ENGLISH[weekday]))
    return spans


def _put(days: list[list[Interval]], weekday: int, span: Interval) -> None:
    start, end = span
    days[weekday].append((start, min(end, DAY)))
    if end > DAY:
        days[(weekday + 1) % 7].append((0, end - DAY))


def _joined(spans: list[Interval]) -> tuple[Interval, ...]:
    joined: list[Interval] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
