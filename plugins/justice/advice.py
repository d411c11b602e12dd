"""Legal aid and advice, for both departments."""

from __future__ import annotations

from referral_engine import Claim, Defer, Handler, Progress, Referral, Reply, pick, wait_within

from .course import DAYS, HOURS, Course, feedback
from .department import justice, legal_aid
from .words import ADVICE, AID

_REPORTS = (
    "值班律师已电话解答，告知证据准备、管辖法院和诉讼时效，并提供起诉状样式。",
    "已当面解答所询法律问题，说明协商、调解、仲裁、诉讼各自的条件和费用，反映人表示清楚。",
    "值班律师已书面答复所询问题，并告知本地公证、鉴定、法律援助机构的地址和受理时间。",
)


def asks_for_aid(referral: Referral) -> bool:
    """Legal aid is asked for: means and merits are examined by a person."""
    return referral.mentions(AID)


def unhurried(referral: Referral) -> bool:
    """An emergency wants somebody on the spot: it is left to people."""
    return referral.whistle != "emergency"


def asks_for_advice(referral: Referral) -> bool:
    """Advice is asked for, and nothing else is the matter."""
    return referral.category in ("Q01", "") or referral.mentions(ADVICE)


@justice.handles(when=asks_for_aid, role="lead")
@legal_aid.handles(when=asks_for_aid)
class Aid(Handler):
    def offered(self, referral: Referral) -> Reply:
        return Defer("法律援助申请须由工作人员审查经济困难状况和案件范围后决定。")


@justice.handles(when=asks_for_advice, role="lead", category=("Q01", "P", "X01"))
@legal_aid.handles(when=unhurried, role="lead")
class Advice(Course):
    """Answered by the lawyer on duty within a day or so."""

    def offered(self, referral: Referral) -> Reply:
        said = "已受理，值班律师将在两个工作日内答复。"
        return [
            Claim(), *self.first_word(referral, said), Progress(said, status="advising"),
            wait_within(referral, "answer", 3 * HOURS, DAYS),
        ]  # fmt: skip

    def work(self, referral: Referral) -> Reply:
        told = _REPORTS[pick(referral, "report", len(_REPORTS))]
        return feedback(referral, told, "solved", "advice_note")
