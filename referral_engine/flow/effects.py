"""Effects of escalation: each once for (referral, occasion, round, effect, target)."""

from __future__ import annotations

from collections.abc import Iterator

from referral_engine.flow import clocks
from referral_engine.flow.designation import appoint
from referral_engine.flow.draft import Draft
from referral_engine.flow.recusal import ACCUSATION
from referral_engine.flow.signing import effect_of, propose
from referral_engine.flow.whistle import call_conference
from referral_engine.model import event as e
from referral_engine.model.case import Proposal
from referral_engine.model.referral import Referral
from referral_engine.model.target import Target
from referral_engine.model.territory import level_rank
from referral_engine.rules.infer import Fired
from referral_engine.rules.tree import EscalationEffects, Occasion

__all__ = ["carry_out", "step_up_to"]


def carry_out(draft: Draft, fired: Fired, occasion: Occasion, referral_id: str) -> None:
    """Does what one rule concluded; what was done before under the same key is not done again."""
    referral = draft.case.referral(referral_id) or draft.case.lead()
    turn = referral.round if referral else draft.case.reworks + 1
    at = f"{occasion.name}:{occasion.share:g}"
    for effect, target in _wanted(draft, fired.effects, referral):
        key = f"{referral_id}/{at}/{turn}/{effect}/{target}"
        if key in draft.case.effects:
            continue
        draft.record(e.EffectDone(key, effect, target, fired.rule_id, referral_id), engine=True)
        _do(draft, effect, target, fired, referral, at)


def step_up_to(draft: Draft, unit: str, reason: str, note: str) -> None:
    """Leadership one level up takes the case over; the unit in charge goes on acting.

    At the top nobody is left to take it: the top is reminded instead, and asked again by record.
    An accusation is at the top where discipline holds it, and goes no further.
    """
    case = draft.case
    above = case.holder if case.sealed == ACCUSATION else unit or draft.above()
    if not above or above == case.owner:
        draft.tell(case.owner, "at_the_top", urgent=True)
        if reason == "manual":
            level = draft.org.level_of_unit(case.owner)
            draft.record(e.SteppedUp(level, case.owner, reason, note, holder=case.holder))
        return
    level = draft.org.level_of_unit(above)
    # A village or grid that takes charge answers to the centre that holds the case as before.
    holder = "" if _at_least(draft, above, case.holder) else case.holder
    draft.record(e.SteppedUp(level, above, reason, note, holder=holder), owner=above)
    draft.tell(above, "stepped_up", urgent=True)
    lead = case.lead()
    if lead is not None and lead.open:
        draft.call(lead, "escalated", once=f"step_up/{level}", effect="step_up", level=level)


def _at_least(draft: Draft, unit: str, other: str) -> bool:
    """Whether the unit sits at the level of the other, or above it."""
    levels = [draft.org.level_of_unit(each) for each in (unit, other)]
    if not all(levels):
        return True
    return level_rank(levels[0]) <= level_rank(levels[1])


def _wanted(
    draft: Draft, effects: EscalationEffects, referral: Referral | None
) -> Iterator[tuple[str, str]]:
    for name, targets in (
        ("remind", effects.remind),
        ("supervise", effects.supervise),
        ("notify", effects.notify),
        ("confer", effects.confer),
    ):
        units = [unit for target in targets if (unit := _told(draft, target, referral))]
        if name == "confer" and units:
            yield "confer", ",".join(dict.fromkeys(units))
            continue
        for unit in dict.fromkeys(units):
            yield name, unit
    if effects.step_up is not None:
        yield "step_up", _whom(draft, effects.step_up, referral)
    if effects.designate is not None and (unit := _whom(draft, effects.designate, referral)):
        yield "designate", unit
    if effects.recommend is not None:
        against = _whom(draft, Target(relative=effects.recommend.against), referral)
        yield "recommend", f"{effects.recommend.step}:{against}"


def _told(draft: Draft, target: Target, referral: Referral | None) -> str:
    """Like `_whom`; of a sealed case nobody hears but who holds it or acts in it."""
    unit = _whom(draft, target, referral)
    case = draft.case
    if not case.sealed or not unit:
        return unit
    acting = {each for r in case.referrals if r.open for each in r.units}
    return unit if unit in acting or unit == case.owner else case.holder


def _whom(draft: Draft, target: Target, referral: Referral | None) -> str:
    """The unit meant beside those of the territory: whoever that is in the running case now."""
    case = draft.case
    lead = case.lead()
    match target.relative:
        case "unit":
            return referral.station if referral else case.owner
        case "lead":
            return lead.station if lead else case.owner
        case "support":
            found = next((r for r in case.referrals if r.role == "support" and r.open), None)
            return found.station if found else ""
        case "owner":
            return case.owner
        case "centre" | "leader":
            return case.holder
        case "reporter":
            return "reporter"
        case "superior":
            return draft.org.superior_not_in(case.owner, frozenset(case.barred)) or ""
        case "common_superior":
            return draft.common_superior()
        case "next":
            return draft.above()
        case _:
            return draft.resolve(target)


def _do(
    draft: Draft, effect: str, target: str, fired: Fired, referral: Referral | None, at: str
) -> None:
    if effect in ("remind", "notify"):
        subject = "reminder" if effect == "remind" else "notice"
        draft.tell(target, subject, rule=fired.rule_id, referral=referral.id if referral else "")
        if effect == "remind" and referral is not None and referral.open:
            draft.call(referral, "escalated", once=f"remind/{at}", effect="remind")
    elif effect == "supervise":
        _supervise(draft, target, fired, referral)
    elif effect == "step_up":
        step_up_to(draft, target, fired.rule_id, "")
    elif effect == "confer":
        call_conference(draft, target.split(","), rule=fired.rule_id)
    elif effect == "designate":
        appoint(draft, target)
    elif effect == "recommend":
        step, against = target.split(":", 1)
        propose(draft, "recommend", {"step": step, "against": against, "rule": fired.rule_id},
                engine=True)  # fmt: skip


def _supervise(draft: Draft, target: str, fired: Fired, referral: Referral | None) -> None:
    id = referral.id if referral else ""
    draft.record(e.Supervised(id, rule=fired.rule_id), engine=True)
    clocks.ensure(draft, "supervise", referral)
    draft.tell(target, "supervised", rule=fired.rule_id, referral=id)
    if referral is not None and referral.open:
        draft.call(referral, "escalated", once=f"supervise/{referral.supervised + 1}",
                   effect="supervise")  # fmt: skip


@effect_of("recommend")
def _recommended(draft: Draft, proposal: Proposal) -> None:
    """A rung of the ladder, signed by a named person (domain.md §1b)."""
    detail = proposal.detail
    draft.record(e.Recommended(detail["step"], detail["against"], proposal.id))
    draft.tell(detail["against"], "recommended", step=detail["step"])
