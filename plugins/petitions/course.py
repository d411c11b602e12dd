"""The sentences that all handlers of the petitions office share, and the papers they leave."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import referral_engine
from referral_engine import Outcome, Referral, Report, file_number, proof

HOURS = timedelta(hours=1)
DAYS = timedelta(days=1)
_BEIJING = timezone(timedelta(hours=8))


class Course(referral_engine.Course):
    """Urged, invited, returned: noted, attended, worked on again."""

    phoned = "已电话联系信访人：{said}"
    noted = "信访人未留联系方式，已在案件进度中告知：{said}"
    urged = "已收到催办，由分管领导包案督促。"
    attends = "将参加会商并通报信访人诉求。"
    sent_back = "审核退回，重新办理。"
    sent_back_status = "sent_back"


def feedback(referral: Referral, text: str, outcome: Outcome, paper: str) -> Report:
    """A report with the paper it rests on."""
    text = f"{text}（{file_number(referral, '信登')}）"
    return Report(text, outcome, (proof(paper, text, referral.now),))


def day(by: datetime | None) -> str:
    """By when something is promised: the clock's own day, or no day where no clock is watched."""
    return f"{by.astimezone(_BEIJING):%Y年%m月%d日}前" if by is not None else "规定期限内"
