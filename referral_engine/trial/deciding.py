"""What a rule test may expect, held against a case and its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from functools import partial

import msgspec

from referral_engine.i18n import _
from referral_engine.model.case import Case
from referral_engine.model.event import Decided, EffectDone, Event, SteppedUp, Supervised
from referral_engine.org import Org
from referral_engine.rules.tree_tests import Expectation
from referral_engine.trial.seen import fired_rules

__all__ = ["Seen", "mismatch"]


class Seen(msgspec.Struct, frozen=True):
    """The first ``before`` events were there at the end of the step before; the rest is what
    happened at this one, for the first step everything since the registration."""

    case: Case
    events: tuple[Event, ...]
    before: int
    org: Org
    zone: tzinfo

    def decided(self) -> Decided | None:
        """The latest routing decision."""
        found = (e.body for e in reversed(self.events) if isinstance(e.body, Decided))
        return next(found, None)

    def recent(self) -> tuple[Event, ...]:
        """What happened at this step."""
        return self.events[self.before :]


Check = Callable[[Seen, object], tuple[bool, object]]
"""Whether it is as wanted, and what is there."""


def mismatch(seen: Seen, expected: Expectation) -> str:
    """What is seen instead, in words; empty when it is as expected."""
    fits, got = _CHECKS[expected.key](seen, expected.value)
    if fits:
        return ""
    return _("{key}: expected {wanted}, got {got}").format(
        key=expected.key, wanted=_shown(expected.value, seen.zone), got=_shown(got, seen.zone)
    )


# -- units ------------------------------------------------------------------------------------
def _meant(seen: Seen, word: str) -> str:
    """A unit's id; an area code stands for the unit that answers for the place."""
    place = seen.org.territory(word)
    if place is None or seen.org.unit(word) is not None:
        return word
    return seen.org.responsible(word, place.level) or word


def _same(seen: Seen, unit: str, wanted: object) -> bool:
    """The unit itself, or the department where a station stands for it."""
    meant = _meant(seen, str(wanted))
    return meant in (unit, seen.org.department(unit))


def _lead(seen: Seen, wanted: object) -> tuple[bool, object]:
    lead = seen.case.lead()
    if lead is None:
        return not wanted, ""
    return _same(seen, lead.unit, wanted) or _same(seen, lead.station, wanted), lead.unit


def _support(seen: Seen, wanted: object) -> tuple[bool, object]:
    got = [r for r in seen.case.referrals if r.role == "support" and r.open]
    meant = [_meant(seen, word) for word in _words(wanted)]
    fits = len(got) == len(meant) and all(any(m in r.units for r in got) for m in meant)
    return fits, tuple(r.unit for r in got)


def _owner(seen: Seen, wanted: object) -> tuple[bool, object]:
    return _same(seen, seen.case.owner, wanted), seen.case.owner


def _owner_level(seen: Seen, wanted: object) -> tuple[bool, object]:
    got = seen.org.level_of_unit(seen.case.owner)
    return got == wanted, got


# -- the decision -----------------------------------------------------------------------------
def _of_case(attribute: str) -> Check:
    def check(seen: Seen, wanted: object) -> tuple[bool, object]:
        got = getattr(seen.case, attribute)
        return got == wanted, got

    return check


def _of_decision(attribute: str) -> Check:
    def check(seen: Seen, wanted: object) -> tuple[bool, object]:
        decided = seen.decided()
        got = getattr(decided, attribute) if decided else ""
        return got == wanted, got

    return check


def _prepared(seen: Seen, wanted: object) -> tuple[bool, object]:
    """At least these rules prepared the issue; an empty list wants none at all."""
    decided = seen.decided()
    got = decided.prepared if decided else ()
    words = set(_words(wanted))
    return (words <= set(got) if words else not got), got


def _outcome(seen: Seen, wanted: object) -> tuple[bool, object]:
    """``referred`` or ``proposed`` while it runs, later what it came to."""
    proposed = any(p.kind in ("reject", "redirect") and p.state == "open"
                   for p in seen.case.proposals)  # fmt: skip
    proposed = proposed or bool(seen.case.lead() is None and _units_suggested(seen))
    got = seen.case.outcome or ("proposed" if proposed else "referred")
    return got == wanted, got


def _proposal(seen: Seen, wanted: object) -> tuple[bool, object]:
    """By its kind, or by what it proposes."""
    known = [p for p in seen.case.proposals if p.kind in ("reject", "redirect")]
    words = [word for p in known for word in (p.kind, *p.detail.values())]
    return wanted in words if wanted else not words, tuple(words)


def _suggested(seen: Seen, wanted: object) -> tuple[bool, object]:
    """Exactly these units, surest first."""
    got, words = _units_suggested(seen), _words(wanted)
    fits = len(got) == len(words) and all(map(partial(_same, seen), got, words))
    return fits, got


def _units_suggested(seen: Seen) -> tuple[str, ...]:
    decided = seen.decided()
    return tuple(unit for unit, _share in decided.suggested) if decided else ()


def _link(seen: Seen, wanted: object) -> tuple[bool, object]:
    got = "incident" if seen.case.incident else "problem" if seen.case.problem else ""
    return got == wanted, got


def _sealed(seen: Seen, wanted: object) -> tuple[bool, object]:
    return bool(seen.case.sealed) == wanted, bool(seen.case.sealed)


def _holds(attribute: str) -> Check:
    """At least these; an empty list wants none at all."""

    def check(seen: Seen, wanted: object) -> tuple[bool, object]:
        got = getattr(seen.case, attribute)
        words = _words(wanted)
        return (set(words) <= set(got) if words else not got), got

    return check


# -- clocks -----------------------------------------------------------------------------------
def _due(clock: str) -> Check:
    """When this clock of the lead (of the case, for its answer) ends."""

    def check(seen: Seen, wanted: object) -> tuple[bool, object]:
        lead = seen.case.lead()
        referral = "" if clock == "answer" or lead is None else lead.id
        dues = [d.due for d in seen.case.deadlines if (d.name, d.referral) == (clock, referral)]
        got = dues[-1] if dues else None
        return got == wanted, got

    return check


def _clocks(seen: Seen, wanted: object) -> tuple[bool, object]:
    """Each of these clocks, of the lead or the case, or of a support as ``unit.clock``."""
    assert isinstance(wanted, tuple)
    got = tuple((name, _ends(seen, name)) for name, _moment in wanted)
    return got == wanted, got


def _ends(seen: Seen, name: str) -> datetime | None:
    unit, _dot, clock = name.rpartition(".")
    lead = seen.case.lead()
    mine = ["", lead.id if lead else ""]
    if unit:
        mine = [r.id for r in seen.case.referrals
                if r.open and any(_same(seen, each, unit) for each in r.units)]  # fmt: skip
    dues = [d.due for d in seen.case.deadlines if d.name == clock and d.referral in mine]
    return dues[-1] if dues else None


def _required(seen: Seen, wanted: object) -> tuple[bool, object]:
    """These supports and no others must report before the case is done."""
    got = [r for r in seen.case.referrals if r.role == "support" and r.open and r.required]
    meant = [_meant(seen, word) for word in _words(wanted)]
    fits = len(got) == len(meant) and all(any(m in r.units for r in got) for m in meant)
    return fits, tuple(r.unit for r in got)


# -- escalation -------------------------------------------------------------------------------
def _escalations(seen: Seen, wanted: object) -> tuple[bool, object]:
    """The rules that fired at this step, or all that fired so far."""
    words = set(_words(wanted))
    now, ever = fired_rules(seen.recent()), fired_rules(seen.events)
    return words in (set(now), set(ever)), tuple(ever)


def _effects(seen: Seen, name: str) -> list[str]:
    bodies = (e.body for e in seen.recent())
    return [b.target for b in bodies if isinstance(b, EffectDone) and b.effect == name]


def _targets(name: str) -> Check:
    """At least these units were meant by this effect at this step."""

    def check(seen: Seen, wanted: object) -> tuple[bool, object]:
        got = [unit for target in _effects(seen, name) for unit in target.split(",")]
        words = _words(wanted)
        fits = all(any(_same(seen, unit, word) for unit in got) for word in words)
        return (fits if words else not got), tuple(got)

    return check


def _happened(name: str, kind: type) -> Check:
    """Whether it came to this at this step, by a rule or by the engine's own backstop."""

    def check(seen: Seen, wanted: object) -> tuple[bool, object]:
        got = bool(_effects(seen, name)) or any(isinstance(e.body, kind) for e in seen.recent())
        return got == wanted, got

    return check


def _supervised(seen: Seen, wanted: object) -> tuple[bool, object]:
    """Whether it came to this at this step, or whom an effect meant."""
    by_name = isinstance(wanted, tuple)
    return (_targets("supervise") if by_name else _happened("supervise", Supervised))(seen, wanted)


def _designated(seen: Seen, wanted: object) -> tuple[bool, object]:
    got = seen.case.designated[-1] if seen.case.designated else ""
    return _same(seen, got, wanted) if got else not wanted, got


def _recommended(seen: Seen, wanted: object) -> tuple[bool, object]:
    got = [target.partition(":")[0] for target in _effects(seen, "recommend")]
    return set(_words(wanted)) == set(got), tuple(got)


# -- shapes -----------------------------------------------------------------------------------
def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(str(each) for each in value)
    return (str(value),) if value else ()


def _shown(value: object, zone: tzinfo) -> str:
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="minutes")
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return ", ".join(f"{name} {_shown(due, zone)}" for name, due in value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(str(each) for each in value) or "–"
    return "–" if value in ("", None) else str(value)


_CHECKS: dict[str, Check] = {
    "rule": _of_case("rule"),
    "outcome": _outcome,
    "matched": _of_decision("matched"),
    "prepared": _prepared,
    "lead": _lead,
    "support": _support,
    "whistle": _of_case("whistle"),
    "path": _of_case("path"),
    "seal": _of_case("sealed"),
    "sealed": _sealed,
    "link": _link,
    "proposal": _proposal,
    "suggested": _suggested,
    "why": _of_decision("why"),
    "basis": _of_decision("basis"),
    "severity": _of_case("severity"),
    "category": _of_case("category"),
    "tags": _holds("tags"),
    "claim_by": _due("claim"),
    "contact_by": _due("contact"),
    "arrive_by": _due("arrive"),
    "report_by": _due("report"),
    "answer_by": _due("answer"),
    "clocks": _clocks,
    "required": _required,
    "state": _of_case("state"),
    "owner": _owner,
    "owner_level": _owner_level,
    "escalations": _escalations,
    "flags": _holds("flags"),
    "reminded": _targets("remind"),
    "supervised": _supervised,
    "stepped_up": _happened("step_up", SteppedUp),
    "notified": _targets("notify"),
    "conferred": _targets("confer"),
    "designated": _designated,
    "recommended": _recommended,
}
"""One check for each of rules.rule_tests.EXPECTATIONS."""
