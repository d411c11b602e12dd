"""Legal clocks: by when a statute wants what, for checking the deadlines of rules that name it.

The figures are those the project was given; article numbers are from memory and, like the figures,
to be confirmed by a lawyer (docs/rule-language.md, "Allowing a finding"). Extensions, which take
somebody's approval, are not counted. What has changed since is left out rather than guessed.
"""

from __future__ import annotations

from datetime import date

import msgspec

from referral_engine.model.span import Span
from referral_engine.rules.tree import Effective, NamedClock

__all__ = ["STATUTES", "Statute", "longer"]


class Statute(msgspec.Struct, frozen=True):
    """``title`` as a rule's `basis` names it; ``clocks`` are the longest that it allows, counted
    from whatever moment where they name none.
    """

    title: str
    article: str
    clocks: tuple[NamedClock, ...]
    effective: Effective = Effective()


def _clock(name: str, span: str, since: str = "") -> NamedClock:
    return NamedClock(name, Span.parse(span), since)


STATUTES: tuple[Statute, ...] = (
    Statute(
        "信访工作条例",
        "22-24, 34",
        (_clock("accept", "15d"), _clock("report", "60d"), _clock("answer", "60d")),
        Effective(since=date(2022, 5, 1)),
    ),
    Statute(
        "市场监督管理投诉举报处理暂行办法",
        "14, 21",
        (_clock("accept", "7wd"), _clock("mediate", "45wd", "accepted")),
        Effective(until=date(2026, 4, 15)),
    ),
    # Read in the forms that were issued with it; the other terms of the Order were not seen.
    Statute(
        "市场监督管理投诉举报处理办法",
        "23",
        (_clock("mediate", "60d", "accepted"),),
        Effective(since=date(2026, 4, 15)),
    ),
    Statute("消费者权益保护法", "46", (_clock("accept", "7wd"),)),
    Statute("医疗纠纷预防和处理条例", "38", (_clock("mediate", "30wd"),)),
    Statute("治安管理处罚法", "99", (_clock("report", "30d"),)),
    Statute("劳动保障监察条例", "17", (_clock("report", "60wd"),)),
    Statute("劳动争议调解仲裁法", "29, 43", (_clock("accept", "5d"), _clock("report", "45d"))),
)

_MINUTES = {"m": 1, "h": 60, "d": 1440}
_WEEK, _WORKED = 7, 5
# The longest run of days off that the calendar has known, 调休 before and after it included.
_HOLIDAYS = 10


def longer(one: Span, other: Span) -> bool:
    """Whether the first is certainly the longer one, on whatever day both start."""
    if one.unit == other.unit:
        return one.amount > other.amount
    if not one.working and not other.working:
        return one.amount * _MINUTES[one.unit] > other.amount * _MINUTES[other.unit]
    if one.unit == "wd" and other.unit == "d":
        return one.amount > other.amount
    if one.unit == "d" and other.unit == "wd":
        return one.amount > other.amount * _WEEK / _WORKED + _HOLIDAYS
    return False
