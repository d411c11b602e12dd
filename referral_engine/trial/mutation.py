"""Which mutants of the rules the tests notice.

A test is run on a mutant only if the mutant may change what it sees: where a changed condition
answers otherwise than the original to something the test asks, or a rule that it saw act does
something else. Everything else is left alone without being run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from referral_engine.rules.closure import Check, close
from referral_engine.rules.infer import Inference
from referral_engine.rules.mutate import Mutant
from referral_engine.rules.ruleset import Loaded, content_hash
from referral_engine.rules.runtime import ActiveRules
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import Condition
from referral_engine.trial.rule_tests import TestResult, known_by, run_test
from referral_engine.trial.watching import Watch, Watched
from referral_engine.workspace import Workspace

__all__ = ["Bench", "Killed", "watch_tests"]

BROKEN = "!"
"""What killed a mutant that no test could be run on."""


class Killed(msgspec.Struct, frozen=True):
    """What became of a mutant: ``by`` is the test that failed, empty for a survivor."""

    number: int
    by: str


def watch_tests(workspace: Workspace, loaded: Loaded) -> tuple[list[TestResult], list[Watch]]:
    """The results of the loaded tests and what each has asked. Raises Faulty."""
    watched = Watched(workspace, loaded.rule_set)
    known = known_by(workspace, loaded)
    results, watches = [], []
    for test in loaded.tests:
        watches.append(watched.begin())
        results.append(run_test(workspace, watched.rules, known, test))
    return results, watches


class Bench:
    """The tests of one rule set, ready to be run on its mutants. The tests pass on the original."""

    def __init__(self, workspace: Workspace, loaded: Loaded, watches: list[Watch]) -> None:
        self._workspace = workspace
        self._loaded = loaded
        self._known = known_by(workspace, loaded)
        self._original = workspace.activate(loaded.rule_set)
        self._terms = Terms.of(workspace.world(loaded.rule_set), workspace.fields)
        self._watches = watches
        self._order = sorted(range(len(loaded.tests)), key=lambda at: bool(loaded.tests[at].steps))
        self._checks: dict[int, Check] = {}

    def killer(self, mutant: Mutant) -> str:
        """The name of a test that fails on the mutant; empty where all pass."""
        candidates = self._candidates(mutant)
        if not candidates:
            return ""
        try:
            rules = self._compiled(mutant)
            return self._first_failing(mutant, rules, candidates)
        except Exception:
            # Whatever a mutant breaks, in loading or later, is seen by whoever runs the tests.
            return BROKEN

    def _first_failing(self, mutant: Mutant, rules: ActiveRules, candidates: list[int]) -> str:
        for at in candidates:
            test = self._loaded.tests[at]
            stages = (False, True) if test.steps and mutant.section != "escalation" else (True,)
            for live in stages:
                result = run_test(self._workspace, rules, self._known, test, live=live)
                if not result.passed:
                    return test.name
        return ""

    def _compiled(self, mutant: Mutant) -> ActiveRules:
        rules = mutant.rule_set
        rules = replace(rules, hash=content_hash(rules))
        world, fields = self._workspace.world(rules), self._workspace.fields
        routes = rules.routing is not self._loaded.rule_set.routing
        return ActiveRules(
            rules,
            world,
            fields,
            router=None if routes else self._original.router,
            inference=Inference(rules.escalation, world, "fixpoint", fields=fields),
        )

    # -- which tests a mutant can matter to ------------------------------------------------------
    def _candidates(self, mutant: Mutant) -> list[int]:
        """The tests by their number, those that need no virtual clock first."""
        differ = [(changed.table, self._check(changed.before), self._compile(changed.after))
                  for changed in mutant.conditions]  # fmt: skip
        return [at for at in self._order if self._matters(mutant, differ, at)]

    def _matters(self, mutant: Mutant, differ: list[tuple[int, Check, Check]], at: int) -> bool:
        test, watch = self._loaded.tests[at], self._watches[at]
        if mutant.section == "whistles":
            return True
        if differ and mutant.name in ("same", "within"):
            return bool(test.earlier)  # history is asked something else
        if differ:
            every = watch.escalation if mutant.section == "escalation" else watch.routing
            return any(
                before(asked.values) != after(asked.values)
                for table, before, after in differ
                for asked in every
                if asked.table == table
            )
        if mutant.name == "on":
            return bool(test.steps)
        return mutant.rule in watch.fired

    def _compile(self, condition: Condition | None) -> Check:
        return _always if condition is None else close(condition, self._terms)

    def _check(self, condition: Condition | None) -> Check:
        """Of an original condition, which lives as long as this bench."""
        if id(condition) not in self._checks:
            self._checks[id(condition)] = self._compile(condition)
        return self._checks[id(condition)]


def _always(_values: object) -> bool:
    return True


def judge(bench: Bench, numbered: Iterable[tuple[int, Mutant]]) -> Iterator[Killed]:
    """What becomes of each of these mutants."""
    for number, mutant in numbered:
        yield Killed(number, bench.killer(mutant))
