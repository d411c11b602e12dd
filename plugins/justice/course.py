"""The sentences that all handlers of the justice stations share, and the papers they leave."""

from __future__ import annotations

from datetime import timedelta

import referral_engine
from referral_engine import Outcome, Referral, Report, file_number, proof

HOURS = timedelta(hours=1)
DAYS = timedelta(days=1)


class Course(referral_engine.Course):
    """Urged, invited, returned: noted, attended, worked on again."""

    phoned = "已电话联系反映人：{said}"
    noted = "反映人未留联系方式，已在案件进度中告知：{said}"
    urged = "已收到催办，司法所所长督促调解员加快办理。"
    attends = "将派调解员参加会商。"
    sent_back = "反馈被退回，补充走访和卷宗材料。"


def feedback(referral: Referral, text: str, outcome: Outcome, paper: str) -> Report:
    """A report with the paper it rests on; the paper itself stays in the mediation file."""
    text = f"{text}（卷宗 {file_number(referral, '人调')}）"
    return Report(text, outcome, (proof(paper, text, referral.now),))
