"""Whatever nobody answers reaches a leader by name, in bounded time: proof (e)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import timedelta

from msgspec.structs import replace

from referral_engine.i18n import _
from referral_engine.model.case import Case
from referral_engine.model.event import SteppedUp
from referral_engine.prove.explore import Start, explore, silence
from referral_engine.prove.life import Life, Stand
from referral_engine.prove.report import Finding, Proof
from referral_engine.prove.shapes import Shapes
from referral_engine.prove.solver import Budget
from referral_engine.prove.starting import begun, bounded, neutral, undecided
from referral_engine.prove.witness import Witness
from referral_engine.prove.written_test import written_test

__all__ = ["answering"]

_UP = ("stepped_up", "at_the_top")
"""Words with which leadership learns that a case is theirs."""
_MOST_FINDINGS = 10


def answering(
    life: Life, shapes: Shapes, witnesses: Iterable[Witness], acts: int, budget: Budget
) -> Proof:
    """(e) From each kind of case, at each kind of place, whatever was done before the silence."""
    watch = _Watch(life, shapes)
    gone = explore(life, shapes, _starts(life, shapes, witnesses), watch.look, acts, budget)
    longest = _("the longest way to a leader took {days} days")
    days = -(-watch.longest // timedelta(days=1))
    said = f"{bounded(gone, acts)}{_('; ')}{longest.format(days=days)}"
    findings = (*watch.findings.values(), *undecided(gone))
    return Proof(name="answer", checked=gone.states, summary=said, findings=findings)


def _starts(life: Life, shapes: Shapes, witnesses: Iterable[Witness]) -> Iterator[Start]:
    """Each case at each kind of place, in plain words and as an accusation."""
    for witness in witnesses:
        for place in shapes.territories:
            issue = replace(witness.issue, territory=place)
            stand = begun(life, Witness(issue, witness.earlier))
            if stand is None:
                continue
            yield Start(stand, (neutral(life, stand.case, ""),))
            for accused in (stand.case.holder, stand.case.owner):
                named = Witness(replace(issue, accused=(accused,)), witness.earlier)
                if (told := begun(life, named)) is not None:
                    yield Start(told, (neutral(life, told.case, accused),))


class _Watch:
    """Lets every new state fall silent and sees who hears of it."""

    def __init__(self, life: Life, shapes: Shapes) -> None:
        self._life = life
        self._shapes = shapes
        self._calm: dict[Hashable, timedelta] = {}
        self.longest = timedelta()
        self.findings: dict[str, Finding] = {}

    def look(self, stand: Stand) -> bool:
        """Looks at a new state; goes on from it whatever is found."""
        if not stand.case.over and not self._with_leader(stand.case):
            self._fall_silent(stand)
        return len(self.findings) < _MOST_FINDINGS

    def _fall_silent(self, stand: Stand) -> None:
        passed: list[tuple[Hashable, Stand]] = []
        for waited in (stand, *silence(self._life, stand)):
            shape = self._shapes.fine(waited)
            known = self._calm.get(shape)
            if known is None and not (self._reaches(waited) or waited.case.over):
                passed.append((shape, waited))
                continue
            end = waited.now + (known or timedelta())
            self._calm.update((each, end - on_the_way.now) for each, on_the_way in passed)
            self.longest = max(self.longest, end - stand.now)
            return
        self._find(stand, passed[-1][1])

    def _reaches(self, stand: Stand) -> bool:
        """Whether this step tells somebody who leads, by name, that the case is theirs."""
        barred = frozenset(stand.case.barred)
        told = [notice.to for notice in stand.said.notices if notice.subject in _UP]
        up = [event.owner for event in stand.said.events if isinstance(event.body, SteppedUp)]
        return any(self._shapes.named(unit, barred) for unit in (*told, *up))

    def _with_leader(self, case: Case) -> bool:
        """Whether it was stepped up and has been there since."""
        return case.steps > 0 and bool(self._shapes.named(case.owner, frozenset(case.barred)))

    def _find(self, stand: Stand, last: Stand) -> None:
        case = last.case
        if case.next_at() is not None:
            wrong = _("timers fire without end and no leader hears of it")
        elif self._life.workspace.org.unit(case.owner) is None:
            wrong = _("it lies still with {unit}, which is no unit").format(unit=case.owner)
        else:
            wrong = _("it lies still with {unit} and no leader by name hears of it")
            wrong = wrong.format(unit=case.owner)
        if wrong in self.findings:
            return
        expect = {"state": case.state, "owner": case.owner}
        test = written_test(
            wrong, stand.witness, {"rule": case.rule}, stand.as_steps(expect, until=last.now)
        )
        self.findings[wrong] = Finding(
            outcome="refuted", message=wrong, rules=(case.rule,) if case.rule else (),
            witness=stand.witness, test=test,
        )  # fmt: skip
