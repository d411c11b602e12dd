"""Legal aid and advice, for both departments."""

from __future__ import annotations

from referral_engine import Claim, Defer, Progress, Referral, Reply, Wait

from .course import DAYS, HOURS, Course
from .department import justice, legal_aid
from .pace import after, pick
from .record import feedback, first_word
from .words import ADVICE, AID, any_of

_REPORTS = (
    "值班律师已电话解答，告知证据准备、管辖法院和诉讼时效，并提供起诉状样式。",
    "已当面解答所询法律问题，说明协商、调解、仲裁、诉讼各自的条件和费用，反映人表示清楚。",
    "公证处已告知所需材料和办理时限，对行动不便者可预约上门办理。",
)


def asks_for_aid(referral: Referral) -> bool:
    """Legal aid is asked for: means and merits are examined by a person."""
    return any_of(referral, AID)


def asks_for_advice(referral: Referral) -> bool:
    """Advice is asked for, and nothing else is the matter."""
    return referral.category in ("Q01", "") or any_of(referral, ADVICE)


@justice.handles(when=asks_for_aid, role="lead")
@legal_aid.handles(when=asks_for_aid)
class Aid(Course):
    def offered(self, referral: Referral) -> Reply:
        return Defer("法律援助申请须由工作人员审查经济困难状况和案件范围后决定。")


@justice.handles(when=asks_for_advice, role="lead", category=("Q01", "P", "X01"))
@legal_aid.handles(role="lead")
class Advice(Course):
    """Answered by the lawyer on duty within a day or so."""

    def offered(self, referral: Referral) -> Reply:
        wait = after(referral, "answer", 3 * HOURS, 2 * DAYS, referral.report_by)
        said = "已受理，值班律师将在两个工作日内答复。"
        return [
            Claim(), *first_word(referral, said), Progress(said, status="advising"),
            Wait(wait, "answer"),
        ]  # fmt: skip

    def work(self, referral: Referral) -> Reply:
        told = _REPORTS[pick(referral, "report", len(_REPORTS))]
        return feedback(referral, told, "solved", "advice_note")
