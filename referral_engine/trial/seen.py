"""What a story may demand to see of a case, each by one small function."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from referral_engine.errors import Refused
from referral_engine.i18n import _
from referral_engine.model.case import Case
from referral_engine.model.deadline import Deadline
from referral_engine.model.event import EffectDone, Event, FlagDerived, ProblemNamed, event_name
from referral_engine.model.outcome import Notice
from referral_engine.org import Org
from referral_engine.trial.actors import Actor, principal_of
from referral_engine.trial.box import Box
from referral_engine.trial.names import Names
from referral_engine.trial.story import Expected, Plain
from referral_engine.trial.written import TRUTH, apart, ended, moments, shown, stands, texts, yes

__all__ = ["SEEN", "Look", "clock_name", "difference", "fired_rules"]


class Look:
    """One look at one case, at one moment. ``told`` is what was delivered since the last step."""

    def __init__(self, box: Box, code: str, names: Names, told: list[Notice]) -> None:
        self.box = box
        self.case: Case = box.case(code)
        self.names = names
        self.told = [notice for notice in told if notice.case == code]

    @property
    def org(self) -> Org:
        return self.box.workspace.org

    @property
    def events(self) -> list[Event]:
        return self.box.events(self.case.code)


Seen = Callable[[Look, Plain], tuple[object, object]]
"""What is there and what was wanted, in the same shape: equal when all is well."""


def difference(look: Look, expected: Expected) -> str:
    """What is seen instead, in words; empty when it is as expected."""
    got, wanted = SEEN[expected.key](look, expected.value)
    if got == wanted:
        return ""
    got, wanted = apart(got, wanted)
    return _("{key}: expected {wanted}, got {got}").format(
        key=expected.key, wanted=shown(wanted), got=shown(got)
    )


def clock_name(case: Case, clock: Deadline) -> str:
    """``answer`` for a clock of the case, ``claim@police`` for one of a unit's."""
    referral = case.referral(clock.referral)
    return f"{clock.name}@{referral.unit}" if referral else clock.name


def _plain(attribute: str) -> Seen:
    return lambda look, value: (str(getattr(look.case, attribute)), str(value))


def _unit(attribute: str) -> Seen:
    return lambda look, value: (getattr(look.case, attribute), _unit_id(look, str(value)))


def _listed(attribute: str) -> Seen:
    """At least these."""

    def seen(look: Look, value: Plain) -> tuple[object, object]:
        got: Iterable[str] = getattr(look.case, attribute)
        wanted = texts(value)
        return sorted(set(got) & set(wanted)), sorted(set(wanted))

    return seen


def _sealed(look: Look, value: Plain) -> tuple[object, object]:
    got = look.case.sealed
    return (bool(got), yes(value)) if value in TRUTH else (got, value)


def _clocks(look: Look, value: Plain) -> tuple[object, object]:
    """Every open clock, no more and no less, with its due moment or how it stands."""
    zone = look.box.workspace.calendar.zone
    open_ = {clock_name(look.case, d): stands(d, zone) for d in look.case.deadlines if d.open}
    return open_, moments(value, zone)


def _clocks_include(look: Look, value: Plain) -> tuple[object, object]:
    got, wanted = _clocks(look, value)
    assert isinstance(got, dict)
    assert isinstance(wanted, dict)
    return {name: at for name, at in got.items() if name in wanted}, wanted


def _overdue(look: Look, value: Plain) -> tuple[object, object]:
    missed = (d for d in look.case.deadlines if d.state == "missed")
    return sorted(clock_name(look.case, d) for d in missed), sorted(texts(value))


def _ended(look: Look, value: Plain) -> tuple[object, object]:
    """How clocks ended: met, late, excused or cancelled; the latest of a name counts."""
    over = {clock_name(look.case, d): ended(d) for d in look.case.deadlines if not d.open}
    wanted = value if isinstance(value, dict) else {}
    return {name: how for name, how in over.items() if name in wanted}, wanted


def _referrals(look: Look, value: Plain) -> tuple[object, object]:
    """Every unit that ever had a part, with the state of its latest one."""
    return {r.unit: r.state for r in look.case.referrals}, value or {}


def _lead(look: Look, value: Plain) -> tuple[object, object]:
    lead = look.case.lead()
    return (lead.unit if lead else ""), _unit_id(look, str(value)) if value else ""


def _support(look: Look, value: Plain) -> tuple[object, object]:
    got = [r.unit for r in look.case.referrals if r.role == "support" and r.open]
    return sorted(got), sorted(_unit_id(look, unit) for unit in texts(value))


def _sees(look: Look, value: Plain) -> tuple[object, object]:
    """What each actor is shown of the case by the view, the door for reading."""
    wanted = value if isinstance(value, dict) else {}
    return {who: _sight(look, who) for who in wanted}, wanted


def _sight(look: Look, who: str) -> str:
    by = principal_of(Actor(who), look.org, look.case)
    try:
        return look.box.view.case(look.case.code, by).sight
    except Refused as refused:
        return "none" if refused.code == "UNKNOWN_CASE" else refused.code


def _told(look: Look, value: Plain) -> tuple[object, object]:
    """At least these words were delivered since the step before, as ``recipient: subject``."""
    got = {f"{notice.to}: {notice.subject}" for notice in look.told}
    wanted = texts(value)
    if isinstance(value, dict):
        wanted = tuple(f"{to}: {subject}" for to, subject in value.items())
    missing = sorted(set(wanted) - got)
    return (sorted(got), sorted(set(wanted))) if missing else ([], [])


def _not_told(look: Look, value: Plain) -> tuple[object, object]:
    """Nothing at all was delivered to these since the step before."""
    return sorted({n.to for n in look.told} & set(texts(value))), []


def _history(look: Look, value: Plain) -> tuple[object, object]:
    """These kinds of events, in this order, among all others."""
    kinds = [event_name(event.body) for event in look.events]
    wanted, rest = list(texts(value)), iter(kinds)
    return (wanted if all(kind in rest for kind in wanted) else kinds), wanted


def _not_in_history(look: Look, value: Plain) -> tuple[object, object]:
    return sorted({event_name(e.body) for e in look.events} & set(texts(value))), []


def _proposals(look: Look, value: Plain) -> tuple[object, object]:
    """Every kind that was proposed, with the state of the latest."""
    return {p.kind: p.state for p in look.case.proposals}, value or {}


def _escalations(look: Look, value: Plain) -> tuple[object, object]:
    """The escalation rules that concluded something so far, in any order."""
    return sorted(set(fired_rules(look.events))), sorted(texts(value))


def fired_rules(events: Iterable[Event]) -> list[str]:
    """The ids of the escalation rules that derived a flag or had an effect, first time first."""
    found: dict[str, None] = {}
    for event in events:
        match event.body:
            case FlagDerived(rules=rules):
                found.update(dict.fromkeys(rules))
            case EffectDone(rule=rule):
                found[rule] = None
    return list(found)


def _links(look: Look, value: Plain) -> tuple[object, object]:
    got = sorted(look.names.name(code) for code in look.case.links)
    return got, sorted(texts(value))


def _same_incident(look: Look, value: Plain) -> tuple[object, object]:
    other = look.box.case(look.names.code(str(value)))
    return look.case.incident, other.incident or _("an incident")


def _problem(look: Look, value: Plain) -> tuple[object, object]:
    """The problem named at this case: how-manieth time, and by whom it is owned."""
    named = [e.body for e in look.events if isinstance(e.body, ProblemNamed)]
    if not named:
        return "", value
    last, wanted = named[-1], value if isinstance(value, dict) else {}
    got = {"owner": last.owner, "times": str(last.times), "leader": last.leader}
    return {name: got.get(name) for name in wanted}, wanted


def _no_trace_of(look: Look, value: Plain) -> tuple[object, object]:
    """Neither case's history names the other."""
    other = look.names.code(str(value))
    mine = msgspec.json.encode(look.events).decode()
    theirs = msgspec.json.encode(look.box.events(other)).decode()
    return (other in mine, look.case.code in theirs), (False, False)


def _answered(look: Look, value: Plain) -> tuple[object, object]:
    return look.case.answered_at is not None, yes(value)


def _parties(look: Look, value: Plain) -> tuple[object, object]:
    wanted = value if isinstance(value, dict) else {}
    return {kind: _count(look.case, kind) for kind in wanted}, wanted


def _settled(look: Look, value: Plain) -> tuple[object, object]:
    wanted = value if isinstance(value, dict) else {}
    return {kind: _count(look.case, kind, settled=True) for kind in wanted}, wanted


def _count(case: Case, kind: str, *, settled: bool = False) -> str:
    parties = [p for p in case.parties if p.kind == kind]
    return str(sum(1 for p in parties if not settled or p.settled_at is not None))


def _on_hold(look: Look, value: Plain) -> tuple[object, object]:
    return any(p.until is None for p in look.case.pauses), yes(value)


def _inbox(look: Look, value: Plain) -> tuple[object, object]:
    """The units in whose inbox the case lies, as their own officers see it."""
    units = sorted({unit for r in look.case.referrals for unit in r.units})
    holds = []
    for unit in units:
        by = principal_of(Actor(f"officer@{unit}"), look.org, look.case)
        lines = look.box.view.inbox(unit, by)
        if any(line.case == look.case.code for line in lines):
            holds.append(unit)
    return holds, sorted(_unit_id(look, unit) for unit in texts(value))


def _unit_id(look: Look, word: str) -> str:
    """A unit's id; an area code stands for the unit that answers for the place."""
    if look.org.unit(word) is not None:
        return word
    place = look.org.territory(word)
    return look.org.responsible(word, place.level) or word if place else word


SEEN: dict[str, Seen] = {
    "state": _plain("state"),
    "outcome": _plain("outcome"),
    "level": _plain("level"),
    "rule": _plain("rule"),
    "category": _plain("category"),
    "severity": _plain("severity"),
    "whistle": _plain("whistle"),
    "path": _plain("path"),
    "path_step": _plain("path_step"),
    "call_back": _plain("call_back"),
    "returns": _plain("returns"),
    "transfers": _plain("transfers"),
    "reworks": _plain("reworks"),
    "owner": _unit("owner"),
    "holder": _unit("holder"),
    "first": _unit("first"),
    "tags": _listed("tags"),
    "flags": _listed("flags"),
    "barred": _listed("barred"),
    "sealed": _sealed,
    "clocks": _clocks,
    "clocks_include": _clocks_include,
    "overdue": _overdue,
    "ended": _ended,
    "referrals": _referrals,
    "lead": _lead,
    "support": _support,
    "sees": _sees,
    "told": _told,
    "not_told": _not_told,
    "history": _history,
    "not_in_history": _not_in_history,
    "proposals": _proposals,
    "escalations": _escalations,
    "links": _links,
    "same_incident_as": _same_incident,
    "problem": _problem,
    "no_trace_of": _no_trace_of,
    "answered": _answered,
    "parties": _parties,
    "settled": _settled,
    "on_hold": _on_hold,
    "inbox": _inbox,
}
"""Everything that ``see:`` understands; docs/scenarios.md says it in words."""
