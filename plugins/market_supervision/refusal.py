"""Grounds on which a complaint is not accepted, and what only a person may judge.

A decline goes back to the centre, where a person decides: nobody is turned away by a machine.
A tip-off in the same message is never declined with it.
"""

from __future__ import annotations

from referral_engine import Decline, Defer, Handler, Referral, Reply

from .department import GROUNDS, market_supervision
from .law import in_force
from .words import (
    BUSINESS_USE,
    ELSEWHERE,
    OUTSIDE,
    PROFESSIONAL,
    TIP_OFF,
    any_of,
    informs,
    too_old,
)

_SUGGESTED = {"not_personal_consumption": "justice"}


def professional(referral: Referral) -> bool:
    """Signs of repeated claims: shown to the officer, never decided upon here."""
    return any_of(referral, PROFESSIONAL)


def crowd(referral: Referral) -> bool:
    """Many people: mediation and enforcement are planned by a person."""
    return referral.people >= 10 or "群体性" in referral.tags


def ground(referral: Referral) -> str:
    """The ground on which it is not accepted; empty where there is none."""
    if informs(referral):
        return ""
    if any_of(referral, BUSINESS_USE):
        return "not_personal_consumption"
    if any_of(referral, ELSEWHERE):
        return "handled_elsewhere"
    if too_old(referral):
        return "over_time_limit"
    return "outside_remit" if any_of(referral, OUTSIDE) else ""


def refusable(referral: Referral) -> bool:
    """One of the grounds holds."""
    return bool(ground(referral))


def nothing_said(referral: Referral) -> bool:
    """Neither trader nor wish can be in so few words."""
    return not any_of(referral, TIP_OFF) and len(referral.words.strip()) < 10


@market_supervision.handles(when=professional)
class Professional(Handler):
    def offered(self, referral: Referral) -> Reply:
        return Defer("疑似以索赔为目的的重复投诉举报，请核对全国12315平台记录后由人工判断。")


@market_supervision.handles(when=crowd)
class Crowd(Handler):
    def offered(self, referral: Referral) -> Reply:
        return Defer("涉及消费者人数较多，由分管领导决定集中调解和执法方案。")


@market_supervision.handles(when=refusable, role="lead")
class Refusal(Handler):
    def offered(self, referral: Referral) -> Reply:
        found = ground(referral)
        text = in_force(referral.received_at)
        return Decline(found, _SUGGESTED.get(found, ""), f"{GROUNDS[found]}依据：{text.name}。")


@market_supervision.handles(when=nothing_said, role="lead")
class NothingSaid(Handler):
    def offered(self, referral: Referral) -> Reply:
        return Defer("未写明经营者名称地址、具体请求和事实，请联系投诉人在期限内补正。")
