"""People's mediation: voluntary, with the consent of both, never forced (人民调解法 Art. 3, 17)."""

from __future__ import annotations

from referral_engine import Claim, Defer, Handler, Progress, Referral, Reply, pick, wait_within

from .course import DAYS, HOURS, Course, feedback
from .department import justice
from .words import AGREED, UNWILLING, crowded

_DISPUTES = ("D01", "D02", "D03", "D04", "D05", "D06", "D13", "D14", "D16", "D17", "D99")
_AGREEMENTS = (
    (
        "经调解员两次上门和一次面对面调解，双方互谅互让，签订人民调解协议书，约定款项分期履行，"
        "已告知可自协议生效之日起三十日内共同申请司法确认。"
    ),
    "调解员会同村(居)委会现场勘查、释法说理，双方达成协议并当场履行，签字按印，各执一份。",
    (
        "双方在司法所调解室达成一致，一方赔礼道歉并补偿损失，另一方表示谅解，"
        "协议已归卷，司法所将按期回访履行情况。"
    ),
)
_FAILURES = (
    (
        "经三次调解，双方对金额分歧较大，未能达成协议，已终止调解，"
        "并告知可依法申请仲裁或者向人民法院起诉，符合条件的可申请法律援助。"
    ),
    "调解期间一方明确退出，依法终止调解，已告知双方可通过诉讼等途径维护权利。",
)
# One in so many mediations comes to nothing, as in life; which one depends on the message.
_ONE_IN = 6


def unwilling(referral: Referral) -> bool:
    """The message says that a party will not have mediation."""
    return referral.mentions(UNWILLING)


def agreed(referral: Referral) -> bool:
    """The message says that both parties want mediation."""
    return referral.mentions(AGREED)


@justice.handles(when=unwilling, role="lead")
class Unwilling(Course):
    """Told of the lawful ways at once; a mediator asks the party himself, and only he ends it.

    What one party says of the other is no refusal.
    """

    def ends(self, referral: Referral) -> bool:
        return False

    def offered(self, referral: Referral) -> Reply:
        said = (
            "已登记。调解须双方自愿，调解员将当面核实对方意愿；对方确不同意的，"
            "可依法申请仲裁或者向人民法院起诉，符合条件的可申请法律援助。"
        )
        return [Claim(), *self.first_word(referral, said), Progress(said, status="to_accept")]


@justice.handles(when=crowded, role="lead")
class Group(Handler):
    def offered(self, referral: Referral) -> Reply:
        return Defer("涉及人数较多，须由司法所所长商定代表、调解员和调解方案。")


@justice.handles(category=_DISPUTES, when=agreed)
class Mediation(Course):
    """待受理 → 待调解 → 调解中 → 成功 or 不成. Only where both have agreed already."""

    def offered(self, referral: Referral) -> Reply:
        said = "已受理。调解员将先与双方确认调解意愿，再约定时间地点。"
        return [
            Claim(), *self.first_word(referral, said), Progress(said, status="to_mediate"),
            wait_within(referral, "meet", 4 * HOURS, 2 * DAYS),
        ]  # fmt: skip

    def work(self, referral: Referral) -> Reply:
        if referral.bookmark == "meet":
            told = "双方均同意调解。已在调解室分别听取意见、核对证据，正在调解。"
            wait = wait_within(referral, "end", DAYS, 6 * DAYS)
            return [Progress(told, status="mediating"), wait]
        return self.ended(referral)

    def ended(self, referral: Referral) -> Reply:
        """Agreement, or none: both are a proper end of mediation."""
        if pick(referral, "agreement", _ONE_IN) == 0:
            told = _FAILURES[pick(referral, "report", len(_FAILURES))]
            report = feedback(referral, told, "not_mediated", "notice_of_failure")
            return [Progress("调解不成。", status="not_agreed"), report]
        told = _AGREEMENTS[pick(referral, "report", len(_AGREEMENTS))]
        report = feedback(referral, told, "mediated", "mediation_agreement")
        return [Progress("达成调解协议。", status="agreed"), report]


@justice.handles(category="D", role="lead")
class Consent(Handler):
    """Any other dispute: a person asks both parties first."""

    def offered(self, referral: Referral) -> Reply:
        return Defer("调解须双方自愿：请调解员先征求双方当事人意见，再决定受理。")
