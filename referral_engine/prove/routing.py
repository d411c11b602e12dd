"""Three proofs about routing: every cell covered, every rule able to win, no two at odds.

Modelled on what Cedar and Zelkova do with policies: the rules become one formula, a counter-example
is a request, and it is put to the real thing before it is believed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from referral_engine.i18n import _
from referral_engine.prove.report import Finding, Proof
from referral_engine.prove.search import Found, Search
from referral_engine.prove.solver import Formula, Model
from referral_engine.prove.theory import Theory
from referral_engine.prove.witness import Matcher, Shown
from referral_engine.prove.written_test import written_test
from referral_engine.rules.tables import DEFAULT_ID
from referral_engine.rules.tree import Decision, RoutingRule, RoutingTable

__all__ = ["RoutingProofs"]

_MOST_CODES = 8
"""Codes of a cell that are named in a sentence; all of them stand in the finding."""


class RoutingProofs:
    """The proofs over one theory. What is found is confirmed by `matcher` or not claimed."""

    def __init__(self, theory: Theory, matcher: Matcher) -> None:
        self._theory = theory
        self._solver = theory.solver
        self._find = Search(theory, matcher).find

    # -- every cell is covered ----------------------------------------------------------------
    def coverage(self) -> Proof:
        """(a) An issue that only the default catches is one that is marked as left to it."""
        said = _("every issue of {count} cells (category × territory)").format(count=self._cells())
        if not self._theory.deciding:
            nothing = Finding(outcome="refuted", message=_("no routing table decides anything"))
            return Proof(name="coverage", checked=0, summary=said, findings=(nothing,))
        no = self._solver.z3.Not
        goal = [self._theory.unmatched, no(self._theory.intended)]
        found: list[Found] = []
        while not (last := self._find(goal, lambda d: d.rule == DEFAULT_ID)).never:
            found.append(last)
            if not last.model:
                break  # no time is left, and no cell is known
            goal.append(no(self._solver.all(self._cell_booleans(last.model))))
        findings = tuple(self._uncovered(each) for each in self._by_category(found))
        return Proof(name="coverage", checked=self._cells(), summary=said, findings=findings)

    def _cells(self) -> int:
        domains = self._theory.symbols.domains
        category, territory = (
            sum(len(each.admitted) for each in domains[field].classes)
            for field in ("category", "territory")
        )
        return category * territory

    def _by_category(self, found: list[Found]) -> list[list[Found]]:
        """What was found of the same categories, counter-examples apart from what is open."""
        groups: dict[object, list[Found]] = {}
        for each in found:
            categories, _territories = self._cell(each.model)
            groups.setdefault((categories, each.undecided), []).append(each)
        return list(groups.values())

    def _uncovered(self, found: list[Found]) -> Finding:
        first, default = found[0], self._theory.deciding[-1].default
        categories = self._cell(first.model)[0]
        territories = tuple(code for each in found for code in self._cell(each.model)[1])
        test = ""
        if first.witness is not None:
            name = _("only the default: category {category}").format(category=_listed(categories))
            test = written_test(name, first.witness, {"rule": DEFAULT_ID})
        return Finding(
            outcome="undecided" if first.undecided else "refuted",
            message=self._uncovered_said(first, categories, territories),
            rules=(DEFAULT_ID,), place=default.place if default else None, categories=categories,
            territories=territories, witness=first.witness, test=test,
        )  # fmt: skip

    def _uncovered_said(
        self, found: Found, categories: tuple[str, ...], territories: tuple[str, ...]
    ) -> str:
        if not found.model:
            message = _("whether only the default catches any other: {reason}")
            return message.format(reason=found.undecided)
        everywhere = len(territories) == self._places()
        where = _("everywhere") if everywhere else _listed(territories)
        message = _("only the default catches it: category {categories}, territory {territories}")
        if found.undecided:
            message = _("whether only the default catches category {categories}, territory"
                        " {territories}: {reason}")  # fmt: skip
        return message.format(
            categories=_listed(categories), territories=where, reason=found.undecided
        )

    def _places(self) -> int:
        return sum(len(each.admitted) for each in self._theory.symbols.domains["territory"].classes)

    def _cell_booleans(self, model: Model) -> list[Formula]:
        incoming = self._theory.symbols.incoming
        return [
            next(each for each in incoming[field] if self._solver.holds(model, each))
            for field in ("category", "territory")
        ]

    def _cell(self, model: Model) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """All codes of the model's classes; the empty code stands for none at all."""
        symbols = self._theory.symbols
        category, territory = (
            tuple(
                str(value or "")
                for boolean, each in zip(
                    symbols.incoming[field], symbols.domains[field].classes, strict=True
                )
                if self._solver.holds(model, boolean)
                for value in each.admitted
            )
            for field in ("category", "territory")
        )
        return category, territory

    # -- every rule can win -------------------------------------------------------------------
    def reach(self) -> Proof:
        """(b) An issue for every rule that it decides, or, if it prepares, of which it is true."""
        findings: list[Finding] = []
        reached: dict[str, Found] = {}
        rules = list(self._rules())
        for table, rule in rules:
            reached[rule.id] = found = self._reached(table, rule)
            if found.decision is None:
                findings.append(self._unreached(table, rule, found))
        if self._theory.deciding:
            default = self._find([self._theory.unmatched], lambda d: d.rule == DEFAULT_ID)
            reached[DEFAULT_ID] = default
        said = _("each of {count} rules").format(count=len(rules))
        shown = {rule: _shown(found) for rule, found in reached.items()}
        return Proof(
            name="reach", checked=len(rules), summary=said, findings=tuple(findings),
            witnesses={rule: each for rule, each in shown.items() if each is not None},
            unknown=tuple(rule for rule, found in reached.items() if found.undecided),
        )  # fmt: skip

    def _rules(self) -> Iterator[tuple[RoutingTable, RoutingRule]]:
        for table in (*self._theory.preparing, *self._theory.deciding):
            for rule in table.rules:
                yield table, rule

    def _reached(self, table: RoutingTable, rule: RoutingRule) -> Found:
        if table.hit == "all":
            return self._find([self._theory.true[rule.id]], lambda d: rule.id in d.prepared)
        return self._find([self._theory.wins[rule.id]], lambda d: d.rule == rule.id)

    def _unreached(self, table: RoutingTable, rule: RoutingRule, found: Found) -> Finding:
        if found.undecided:
            message = _("whether it can win: {reason}")
            message = message.format(reason=found.undecided)
        else:
            message = _("no issue makes it true") if table.hit == "all" else self._beaten(rule)
        return Finding(
            outcome="undecided" if found.undecided else "refuted", message=message,
            rules=(rule.id,), place=rule.place,
        )  # fmt: skip

    def _beaten(self, rule: RoutingRule) -> str:
        """Why a rule never wins: another decides whatever it is true of, or it never is true."""
        found = self._find([self._theory.true[rule.id]], lambda d: rule.id in d.matched)
        if found.decision is not None:
            message = _("an earlier rule decides every issue of which it is true, such as {rule}")
            return message.format(rule=found.decision.rule)
        if found.never:
            return _("no issue makes it true")
        message = _("it decides no issue; whether one makes it true is not decided: {reason}")
        return message.format(reason=found.undecided)

    # -- no two of the same standing disagree -------------------------------------------------
    def agreement(self) -> Proof:
        """(c) Where tables have one rank, only their files' names say which is asked first."""
        findings: list[Finding] = []
        pairs = 0
        for rule, rivals in self._rivals():
            pairs += len(rivals)
            findings += self._at_odds(rule, rivals)
        said = _("pairs of rules in tables of one rank: {count}").format(count=pairs)
        return Proof(name="agreement", checked=pairs, summary=said, findings=tuple(findings))

    def _at_odds(self, rule: RoutingRule, rivals: list[RoutingRule]) -> Iterator[Finding]:
        """Each rival that is true of an issue which the rule decides."""
        while rivals:
            either = self._solver.any(self._theory.true[rival.id] for rival in rivals)
            goal = [self._theory.wins[rule.id], either]
            ids = {rival.id for rival in rivals}
            found = self._find(goal, partial(_rivalled, rule.id, ids))
            if found.never:
                return
            yield self._disagreeing(rule, rivals, found)
            if found.decision is None:
                return
            rivals = [rival for rival in rivals if rival.id not in found.decision.matched]

    def _rivals(self) -> Iterator[tuple[RoutingRule, list[RoutingRule]]]:
        """Each rule with those of later tables of its rank that say something else."""
        for number, table in enumerate(self._theory.deciding):
            later = [t for t in self._theory.deciding[number + 1 :] if t.rank == table.rank]
            for rule in table.rules:
                rivals = [r for t in later for r in t.rules if r.effects != rule.effects]
                if rivals:
                    yield rule, rivals

    def _disagreeing(self, rule: RoutingRule, rivals: list[RoutingRule], found: Found) -> Finding:
        if found.decision is None:
            message = _("whether another rule of its rank is true too: {reason}")
            return Finding(
                outcome="undecided", message=message.format(reason=found.undecided),
                rules=(rule.id,), place=rule.place,
            )  # fmt: skip
        matched = found.decision.matched
        others = [rival for rival in rivals if rival.id in matched]
        message = _("{rule} says one thing, {others} another, and both are true: only the names of"
                    " their files decide").format(
            rule=rule.id, others=", ".join(f"{each.id} ({each.place})" for each in others)
        )  # fmt: skip
        assert found.witness is not None, "there is a decision"
        name = _("{rule} before {other}").format(rule=rule.id, other=others[0].id)
        expect = {"rule": rule.id, "matched": list(matched)}
        return Finding(
            outcome="refuted", message=message, place=rule.place, witness=found.witness,
            rules=(rule.id, *(each.id for each in others)),
            test=written_test(name, found.witness, expect),
        )  # fmt: skip


def _shown(found: Found) -> Shown | None:
    if found.witness is None or found.decision is None:
        return None
    return Shown(found.witness, found.decision.rule, found.decision.prepared)


def _rivalled(rule: str, rivals: set[str], decision: Decision) -> bool:
    return decision.rule == rule and not rivals.isdisjoint(decision.matched)


def _listed(codes: tuple[str, ...]) -> str:
    """The codes, the first few where they are many."""
    named = [code or _("none") for code in codes]
    shown = ", ".join(named[:_MOST_CODES])
    more = len(named) - _MOST_CODES
    return shown + _(" and {count} more").format(count=more) if more > 0 else shown
