"""Whoever is accused never receives, sees or rates the case: proof (d), over the life of a case."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import get_args

from msgspec.structs import replace

from referral_engine.errors import Refused
from referral_engine.flow.access import sight
from referral_engine.flow.apply import apply
from referral_engine.flow.decide import decide
from referral_engine.flow.facts import Facts
from referral_engine.i18n import _
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.event import Offered
from referral_engine.model.principal import Principal, Role
from referral_engine.org import PERSON
from referral_engine.prove.explore import Start, explore, silence
from referral_engine.prove.life import Life, Stand
from referral_engine.prove.report import Finding, Proof
from referral_engine.prove.shapes import Shapes
from referral_engine.prove.solver import Budget
from referral_engine.prove.starting import begun, bounded, neutral, undecided
from referral_engine.prove.witness import Witness
from referral_engine.prove.written_test import written_test

__all__ = ["recusal"]

_STAFF: tuple[Role, ...] = tuple(
    role for role in get_args(Role) if role not in ("reporter", "engine")
)
_MOST_FINDINGS = 10


def recusal(
    life: Life, shapes: Shapes, witnesses: Iterable[Witness], acts: int, budget: Budget
) -> Proof:
    """(d) From each kind of case, with each kind of unit accused, at once or later."""
    watch = _Watch(life, shapes)
    starts = _starts(life, shapes, witnesses)
    gone = explore(life, shapes, starts, watch.look, acts, budget)
    said = bounded(gone, acts)
    findings = (*watch.findings.values(), *undecided(gone))
    return Proof(name="recusal", checked=gone.states, summary=said, findings=findings)


def _starts(life: Life, shapes: Shapes, witnesses: Iterable[Witness]) -> Iterator[Start]:
    """Each case, unaccused with somebody who may be, and accusing somebody as it comes in."""
    seen: set[object] = set()
    for witness in witnesses:
        for place in shapes.territories:
            issue = replace(witness.issue, territory=place, accused=())
            stand = begun(life, Witness(issue, witness.earlier))
            if stand is None:
                continue
            for accused in _candidates(life, stand.case):
                shape = (shapes.rough(stand), shapes.relation(stand.case, accused))
                if shape in seen:
                    continue
                seen.add(shape)
                targets = (_unit_of(life, accused), neutral(life, stand.case, accused))
                yield Start(stand, targets, accused)
                named = begun(life, Witness(replace(issue, accused=(accused,)), witness.earlier))
                if named is not None:
                    yield Start(named, targets)


def _candidates(life: Life, case: Case) -> Iterator[str]:
    """Whoever is something to the case: its units, those above them, and people in them."""
    org = life.workspace.org
    lead = case.lead()
    parts = [r for r in case.referrals if r.role == "support" and r.open][:1]
    units = [unit for r in ([lead] if lead else []) + parts for unit in r.units]
    above = [org.superior(unit) or "" for unit in units[:1]]
    root = org.centre(org.tree.root)
    known = dict.fromkeys([*units, *above, case.holder, case.first, root, org.discipline()])
    yield from filter(None, known)
    for unit in filter(None, (units[-1] if units else "", case.holder)):
        yield from (PERSON + person.id for person in org.people(unit)[:1])


def _unit_of(life: Life, accused: str) -> str:
    person = life.workspace.org.person(accused.removeprefix(PERSON))
    return person.units[0] if accused.startswith(PERSON) and person else accused


class _Watch:
    """Holds every step against what must not be. One finding of a kind is enough."""

    def __init__(self, life: Life, shapes: Shapes) -> None:
        self._life = life
        self._shapes = shapes
        self._known: set[Hashable] = set()
        self.findings: dict[str, Finding] = {}

    def look(self, stand: Stand) -> bool:
        """Looks at a new state, and at what silence makes of it."""
        self._hold(stand)
        if stand.case.barred:
            for waited in silence(self._life, stand):
                self._hold(waited)
                shape = self._shapes.fine(waited)
                if shape in self._known:
                    break  # from here on silence has been listened to
                self._known.add(shape)
        return len(self.findings) < _MOST_FINDINGS

    def _hold(self, stand: Stand) -> None:
        if not stand.case.barred:
            return
        for wrong in (*self._received(stand), *self._told(stand), *self._seen(stand)):
            if wrong not in self.findings:
                self.findings[wrong] = self._finding(wrong, stand)

    def _received(self, stand: Stand) -> Iterator[str]:
        case = stand.before
        for event in stand.said.events:
            case = apply(case, event)
            barred = set(case.barred)
            if isinstance(event.body, Offered) and barred & set(event.body.referral.units):
                yield _("an accused unit is given a part of the case")
            if event.owner in barred or case.holder in barred:
                yield _("an accused unit owns the case")

    def _told(self, stand: Stand) -> Iterator[str]:
        """A word or call to the accused, but for what takes back a part they had."""
        barred = set(stand.case.barred)
        for notice in stand.said.notices:
            if notice.to in barred and notice.subject != "withdrawn":
                yield _("an accused unit is told: {subject}").format(subject=notice.subject)
        for call in stand.said.calls:
            if call.unit in barred and call.verb != "withdraw":
                yield _("the plugin of an accused unit is called: {verb}").format(verb=call.verb)

    def _seen(self, stand: Stand) -> Iterator[str]:
        case, org = stand.case, self._life.workspace.org
        shape = (case.sealed, case.owner, case.holder, case.state, case.barred, case.referrals)
        if shape in self._known:
            return
        self._known.add(shape)
        people = (
            Principal(person, (role,)) if barred != person else Principal("x", (role,), barred)
            for barred in case.barred
            for person in (barred.removeprefix(PERSON),)
            for role in _STAFF
        )
        if any(sight(who, case, org) != "none" for who in people):
            yield _("an accused unit or person sees the case")
        who = Principal("x", ("duty_leader", "reviewer", "callback_officer"), case.barred[0])
        for command in _RATINGS:
            if self._does(stand, command, who):
                yield _("an accused unit rates the case: {verb}").format(verb=_name(command))

    def _does(self, stand: Stand, command: c.Command, who: Principal) -> bool:
        request = c.Request(stand.case.code, command, who)
        try:
            decide(stand.case, request, Facts(), self._life.setting, stand.now)
        except Refused:
            return False
        return True

    def _finding(self, wrong: str, stand: Stand) -> Finding:
        expect = {"state": stand.case.state, "owner": stand.case.owner}
        test = written_test(wrong, stand.witness, {"rule": stand.case.rule}, stand.as_steps(expect))
        rule = stand.case.rule
        return Finding(
            outcome="refuted", message=wrong, rules=(rule,) if rule else (),
            witness=stand.witness, test=test,
        )  # fmt: skip


_RATINGS: tuple[c.Command, ...] = (
    c.Review(passed=True),
    c.CallBack(reached=True, resolved="yes", score=5),
    c.StandDown(),
    c.Close(),
)


def _name(command: c.Command) -> str:
    return c.command_name(type(command))
