"""The sentences that all handlers of the department share, and the papers they leave."""

from __future__ import annotations

from datetime import datetime, timedelta

import referral_engine
from referral_engine import Outcome, Referral, Report, proof

from .law import BEIJING

MINUTES = timedelta(minutes=1)
HOURS = timedelta(hours=1)
DAYS = timedelta(days=1)


class Course(referral_engine.Course):
    """Urged, invited, returned: noted, attended, worked on again."""

    phoned = "已电话联系反映人：{said}"
    noted = "反映人未留联系方式，已在案件进度中告知：{said}"
    urged = "已收到催办，由分管局领导督促市场监管所加快办理。"
    attends = "将派执法人员参加会商。"
    sent_back = "反馈被退回，重新核查现场和票据。"


def feedback(referral: Referral, text: str, outcome: Outcome, paper: str) -> Report:
    """A report with the paper it rests on."""
    return Report(text, outcome, (proof(paper, text, referral.now),))


def meets(referral: Referral, clock: str) -> str:
    """The clock's name where the engine watches it for this referral, else nothing."""
    return clock if clock in referral.clocks else ""


def day(by: datetime | None) -> str:
    """By when something is promised: the clock's own day, or no day where no clock is watched."""
    return f"{by.astimezone(BEIJING):%Y年%m月%d日}前" if by is not None else "规定期限内"
