"""Grounds on which a complaint may not be accepted, and what only a person may judge.

What belongs to another owner goes back to the centre with the ground. Grounds that would leave the
citizen with nobody are put before an officer with the text in force: he decides, a machine turns
nobody away. A tip-off in the same message is never held up by either.
"""

from __future__ import annotations

from referral_engine import Decline, Defer, Handler, Referral, Reply

from .course import day
from .department import market_supervision
from .law import in_force
from .words import (
    BUSINESS_USE,
    ELSEWHERE,
    OUTSIDE,
    PROFESSIONAL,
    TIP_OFF,
    informs,
    perhaps_too_late,
)

_OWNER = {"not_personal_consumption": "justice", "outside_remit": ""}
"""Whose it is instead, where it is another's; empty: the centre says."""


def professional(referral: Referral) -> bool:
    """Signs of repeated claims: shown to the officer, never decided upon here."""
    return bool(signs(referral))


def signs(referral: Referral) -> tuple[str, ...]:
    """The words of the message that an officer should see."""
    return tuple(word for word in PROFESSIONAL if referral.mentions((word,)))


def crowd(referral: Referral) -> bool:
    """Many people: mediation and enforcement are planned by a person."""
    return referral.people >= 10 or "群体性" in referral.tags


def ground(referral: Referral) -> str:
    """The ground that may hold; empty where there is none."""
    if informs(referral):
        return ""
    if referral.mentions(BUSINESS_USE):
        return "not_personal_consumption"
    if referral.mentions(ELSEWHERE):
        return "handled_elsewhere"
    if perhaps_too_late(referral):
        return "over_time_limit"
    return "outside_remit" if referral.mentions(OUTSIDE) else ""


def refusable(referral: Referral) -> bool:
    """One of the grounds may hold."""
    return bool(ground(referral))


def nothing_said(referral: Referral) -> bool:
    """Neither trader nor wish can be in so few words."""
    return not referral.mentions(TIP_OFF) and len(referral.words.strip()) < 10


@market_supervision.handles(when=professional)
class Professional(Handler):
    def offered(self, referral: Referral) -> Reply:
        seen = "、".join(signs(referral))
        return Defer(
            f"供执法人员参考：{seen}。是否为生活消费需要，请核对12315平台记录后判断；"
            "次数本身不是不予受理的理由，违法线索照样核查。"
        )


@market_supervision.handles(when=crowd)
class Crowd(Handler):
    def offered(self, referral: Referral) -> Reply:
        return Defer("涉及消费者人数较多，由分管领导决定集中调解和执法方案。")


@market_supervision.handles(when=refusable, role="lead")
class Refusal(Handler):
    def offered(self, referral: Referral) -> Reply:
        found = ground(referral)
        told = in_force(referral.received_at).refusal(found)
        if found in _OWNER:
            return Decline(found, _OWNER[found], told)
        by = day(referral.clocks.get("accept"))
        return Defer(f"可能不予受理，请执法人员核实后决定，{by}告知投诉人。告知书文本：{told}")


@market_supervision.handles(when=nothing_said, role="lead")
class NothingSaid(Handler):
    def offered(self, referral: Referral) -> Reply:
        told = in_force(referral.received_at).refusal("material_missing")
        return Defer(
            f"未写明经营者名称地址、具体请求和事实，请先联系投诉人补正；补正不了的，告知书文本：{told}"
        )
