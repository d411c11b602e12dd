"""All five proofs about the rules of a workspace, one after the other, within one time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from msgspec.structs import replace

from referral_engine.i18n import _
from referral_engine.prove.answering import answering
from referral_engine.prove.candidates import County
from referral_engine.prove.life import Life
from referral_engine.prove.recusal import recusal
from referral_engine.prove.report import PROOFS, Finding, Proof, ProofName
from referral_engine.prove.routing import RoutingProofs
from referral_engine.prove.shapes import Shapes
from referral_engine.prove.solver import Budget, Solver
from referral_engine.prove.theory import Theory
from referral_engine.prove.witness import Matcher, Witness
from referral_engine.rules import vocabulary
from referral_engine.rules.ruleset import Loaded
from referral_engine.rules.runtime import ActiveRules
from referral_engine.rules.tables import DEFAULT_ID
from referral_engine.workspace import Workspace

__all__ = ["Proving"]


class Proving:
    """Proofs about one workspace. ``today`` is where receipts are looked for (local day)."""

    def __init__(
        self, workspace: Workspace, loaded: Loaded, today: date, *, seconds: float, acts: int
    ) -> None:
        """Compiles the rules, which must have no errors. Raises Refused without a solver."""
        self._workspace = workspace
        self._rules = workspace.activate(loaded.rule_set)
        self._acts = acts
        self._budget = Budget(seconds)
        county = _county(workspace, loaded, today)
        solver = Solver(self._budget.part(0.5))
        theory = Theory(loaded.rule_set, self._rules.router.terms, county, solver)
        self._routing = RoutingProofs(theory, _matcher(workspace, self._rules))
        self._deciding = [rule.id for table in theory.deciding for rule in table.rules]

    def proofs(self, names: Collection[ProofName] = PROOFS) -> Iterator[Proof]:
        """The proofs of these names, in their order, each as soon as it is made."""
        if "coverage" in names:
            yield self._routing.coverage()
        reach = self._routing.reach() if {"reach", "recusal", "answer"} & {*names} else None
        if reach is not None and "reach" in names:
            yield reach
        if "agreement" in names:
            yield self._routing.agreement()
        if reach is None:
            return
        life = Life(self._workspace, self._rules)
        shapes, cases = Shapes(life), list(self._cases(reach))
        if "recusal" in names:
            made = recusal(life, shapes, cases, self._acts, self._budget.part(0.6))
            yield self._without(made, reach)
        if "answer" in names:
            made = answering(life, shapes, cases, self._acts, self._budget)
            yield self._without(made, reach)

    def _without(self, made: Proof, reach: Proof) -> Proof:
        """A proof about cases is none where it is not known which cases there are."""
        unknown = tuple(r for r in reach.unknown if r in self._deciding or r == DEFAULT_ID)
        if not unknown:
            return made
        message = _("cases of rules of which no issue is known were not gone into")
        left_out = Finding(outcome="undecided", message=message, rules=unknown)
        return replace(made, findings=(*made.findings, left_out))

    def _cases(self, reach: Proof) -> Iterator[Witness]:
        """An issue for each rule that decides, the default among them."""
        for rule, shown in reach.witnesses.items():
            if rule in self._deciding or rule == DEFAULT_ID:
                yield shown.witness


def _county(workspace: Workspace, loaded: Loaded, today: date) -> County:
    names = loaded.names
    return County(
        categories=tuple({**loaded.rule_set.categories, **(names.categories or {})}),
        territories=tuple(workspace.org.territory_names()),
        units=tuple(workspace.org.unit_names()),
        zone=workspace.calendar.zone,
        today=today,
        channels=tuple({**vocabulary.CHANNELS, **(names.channels or {})}),
    )


def _matcher(workspace: Workspace, rules: ActiveRules) -> Matcher:
    org = workspace.org
    return Matcher(
        rules.rule_set, rules.router, workspace.fields,
        lambda code: org.at_level(code, "township") or code,
    )  # fmt: skip
