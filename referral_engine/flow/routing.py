"""Routing: the rules decide, in two phases; the engine holds recusal, sealing and signatures."""

from __future__ import annotations

from collections.abc import Callable, Set

from msgspec.structs import replace

from referral_engine.errors import Refused
from referral_engine.flow import clocks
from referral_engine.flow.draft import Draft
from referral_engine.flow.offer import hold_at_centre, offer
from referral_engine.flow.recurrence import recall_own
from referral_engine.flow.recusal import ACCUSATION, bar, is_accusation, seal
from referral_engine.flow.signing import propose
from referral_engine.i18n import _
from referral_engine.model import event as e
from referral_engine.model.case import Case
from referral_engine.model.issue import Issue
from referral_engine.model.target import Target
from referral_engine.rules import tree
from referral_engine.rules.subject import Subject

__all__ = ["as_known", "refer", "renewed", "route", "supports"]


def route(draft: Draft) -> None:
    """Decides who is whistled for, and offers. Needs the issue's words in the facts."""
    issue = draft.facts.issue
    if issue is None:
        raise Refused("NO_CONTENT", _("The case's words are gone; it cannot be routed by rules."))
    _guard(draft)
    subject = Subject.from_issue(as_known(draft.case, issue), draft.rules.fields)
    day = draft.setting.calendar.local_day(draft.case.received_at)
    decision = draft.rules.router.decide(subject, draft.facts.answers, day)
    _keep(draft, decision)
    if decision.link == "incident" and not draft.case.sealed:
        incident = draft.facts.incident or f"I{draft.code}"
        draft.record(e.IncidentJoined(incident), engine=True)
    if decision.seal:
        seal(draft, decision.seal)
    if decision.link == "related":
        recall_own(draft)
    _guard(draft)
    effects = decision.effects
    if effects.propose is not None:
        _propose(draft, effects.propose)
    elif effects.refer is not None:
        refer(draft, effects.refer, effects.within, reason=decision.rule, path=decision.path)
    else:
        hold_at_centre(draft, "designate")


def refer(
    draft: Draft,
    wanted: tree.Refer,
    within: tree.Within,
    *,
    reason: str,
    path: str = "",
    note: str = "",
) -> None:
    """Offers lead and supports; whoever is barred is passed over, and a lead is always found."""
    step = draft.rules.step(path) if path else None
    lead = draft.resolve(wanted.lead) or _instead(draft)
    level = wanted.whistle or ""
    offer(
        draft, lead, "lead", within=_longest(step, within), whistle=level, reason=reason,
        note=note, step=step.id if step else "",
    )  # fmt: skip
    acting = {unit for r in draft.case.referrals if r.open for unit in r.units}
    called = supports(wanted, acting, draft.resolve)
    for unit, support in called.items():
        offer(draft, unit, "support", within=support.within, whistle=level,
              required=support.required, reason=reason)  # fmt: skip
    if level:
        draft.record(e.Whistled(level, (lead, *called), note=note))
        _confer(draft, level, within)
    if level == "emergency":
        # Help is on its way: whoever called is told to stay, where it is safe, at any hour.
        draft.tell("reporter", "help_is_coming", urgent=True)


def supports(
    wanted: tree.Refer, acting: Set[str], resolve: Callable[[Target], str]
) -> dict[str, tree.Support]:
    """Whom the rule calls in beside the lead, by unit, each once and in order; who acts in the
    case already, the lead and its station among them, is not asked again.
    """
    called: dict[str, tree.Support] = {}
    for support in wanted.support:
        unit = resolve(support.to)
        if unit and unit not in acting:
            called.setdefault(unit, support)
    return called


def renewed(draft: Draft, unit: str) -> tree.Within:
    """The clocks of a lead who takes over where another was: those of the path's step, and where
    the rule named this very unit, the rule's own. What counts from the receipt goes on counting.
    """
    case = draft.case
    step = draft.rules.step(case.path, case.path_step) if case.path_step else None
    rule = draft.rules.rule(case.rule)
    named = rule.effects.refer if rule is not None else None
    first = step is None or step == draft.rules.step(case.path)
    meant = first and named is not None and draft.resolve(named.lead) == unit
    return _longest(step, rule.effects.within if rule is not None and meant else ())


def _longest(step: tree.PathStep | None, own: tree.Within) -> tree.Within:
    """A path step's clocks, overridden by the rule's own."""
    if step is None:
        return own
    merged = {clock.name: clock for clock in (*step.within, *own)}
    return tuple(merged.values())


def _confer(draft: Draft, level: str, within: tree.Within) -> None:
    """A whistle whose clocks (or its rule's) name a conference starts that clock."""
    named = draft.rules.clocks(level, within)
    clock = next((clock for clock in named if clock.name == "confer"), None)
    if clock is not None:
        clocks.start(draft, clock, since=draft.now, emergency=level == "emergency")


def _guard(draft: Draft) -> None:
    """Recusal and the sealing of accusations, before and whatever the rules decide."""
    accused = draft.case.accused
    if accused and not draft.case.barred:
        bar(draft, accused)
    if is_accusation(draft):
        seal(draft, ACCUSATION)


def _instead(draft: Draft) -> str:
    """The lead where the one named may not have it: the holder, who never is barred."""
    return draft.case.holder


def as_known(case: Case, issue: Issue) -> Issue:
    """The words as they came in, with what people have corrected since."""
    return replace(
        issue, category=case.category, territory=case.territory, severity=case.severity,
        accused=case.accused, people=case.people,
    )  # fmt: skip


def _keep(draft: Draft, decision: tree.Decision) -> None:
    path = draft.rules.step(decision.path) if decision.path else None
    draft.record(
        e.Decided(
            rule=decision.rule, file=decision.file, line=decision.line, name=decision.name,
            why=decision.why, basis=decision.basis, matched=decision.matched,
            prepared=decision.prepared, seen=decision.seen, answers=draft.facts.answers,
            values={name: _plain(value) for name, value in decision.values},
            tags=decision.tags, path=decision.path, path_step=path.id if path else "",
            org=draft.org.hash, calendar=draft.setting.calendar.version,
            rule_set=draft.rules.hash, suggested=_suggested(draft, decision.effects.suggest),
        )
    )  # fmt: skip


def _suggested(draft: Draft, wanted: tuple[tree.Suggestion, ...]) -> tuple[tuple[str, float], ...]:
    """The units meant, each once with its first share; who is barred is not suggested."""
    shares: dict[str, float] = {}
    for one in wanted:
        if unit := draft.resolve(one.to):
            shares.setdefault(unit, one.share)
    return tuple(shares.items())


def _plain(value: tree.Value) -> str | int | float | bool:
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def _propose(draft: Draft, wanted: tree.Proposal) -> None:
    key = "legal_path" if wanted.kind == "redirect" else "ground"
    propose(draft, wanted.kind, {key: wanted.reason}, engine=True)
