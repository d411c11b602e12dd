"""Which mutants of the rules the tests notice.

A test is run on a mutant only if the mutant may change what it sees: where a changed condition
answers otherwise than the original to something the test asks, or a rule that it saw act does
something else. Everything else is left alone without being run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from referral_engine.rules.infer import Inference
from referral_engine.rules.mutate import Mutant
from referral_engine.rules.ruleset import Loaded, content_hash
from referral_engine.rules.runtime import ActiveRules
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import Condition, Repeats
from referral_engine.rules.walk import parts
from referral_engine.trial.plain_router import Checks, PlainRouter
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
        self._terms = Terms.of(workspace.world(loaded.rule_set), workspace.fields)
        self._checks = Checks(self._terms)
        for table in loaded.rule_set.routing:
            for condition in (table.when, *(rule.when for rule in table.rules)):
                if condition is not None:
                    self._checks.learn(condition)
        self._watches = watches
        self._order = sorted(range(len(loaded.tests)), key=lambda at: bool(loaded.tests[at].steps))

    def killer(self, mutant: Mutant) -> str:
        """The name of a test that fails on the mutant; empty where all pass."""
        candidates = self._candidates(mutant)
        if not candidates:
            return ""
        try:
            rules = self._compiled(mutant)
            return self._first_failing(mutant, rules, candidates)
        except Exception:  # noqa: BLE001
            # Whatever a mutant breaks, in loading or later, is seen by whoever runs the tests.
            return BROKEN

    def _first_failing(self, mutant: Mutant, rules: ActiveRules, candidates: list[int]) -> str:
        for at in candidates:
            test = self._loaded.tests[at]
            stages = (False, True) if test.steps and mutant.section != "escalation" else (True,)
            for live in stages:
                result = run_test(self._workspace, rules, self._known, test, live=live, hasty=True)
                if not result.passed:
                    return test.name
        return ""

    def _compiled(self, mutant: Mutant) -> ActiveRules:
        rules = mutant.rule_set
        world, fields = self._workspace.world(rules), self._workspace.fields
        return ActiveRules(
            replace(rules, hash=content_hash(rules)),
            world,
            fields,
            router=PlainRouter(rules, Checks(self._terms, self._checks)),
            inference=Inference(rules.escalation, world, "fixpoint", fields=fields),
        )

    # -- which tests a mutant can matter to ------------------------------------------------------
    def _candidates(self, mutant: Mutant) -> list[int]:
        """The tests by their number, those that need no virtual clock first; of the others those in
        which the rule acted: they are the likeliest to notice."""
        checks = Checks(self._terms, self._checks)
        found = [at for at in self._order if self._matters(mutant, checks, at)]
        if mutant.section == "escalation":
            found.sort(key=lambda at: mutant.rule not in self._watches[at].fired)
        return found

    def _matters(self, mutant: Mutant, checks: Checks, at: int) -> bool:
        test, watch = self._loaded.tests[at], self._watches[at]
        if mutant.section == "whistles":
            return True
        if test.earlier and any(_asks_history(each.before) for each in mutant.conditions):
            return True  # which the original may have found no need to ask
        if mutant.conditions:
            every = watch.escalation if mutant.section == "escalation" else watch.routing
            return any(
                self._checks.holds(changed.before, asked.values)
                != checks.holds(changed.after, asked.values)
                for changed in mutant.conditions
                for asked in every
                if asked.table == changed.table
            )
        if mutant.name == "on":
            return bool(test.steps)
        return mutant.rule in watch.fired


def _asks_history(condition: Condition | None) -> bool:
    return any(isinstance(part, Repeats) for part in parts(condition))


def judge(bench: Bench, numbered: Iterable[tuple[int, Mutant]]) -> Iterator[Killed]:
    """What becomes of each of these mutants."""
    for number, mutant in numbered:
        yield Killed(number, bench.killer(mutant))
