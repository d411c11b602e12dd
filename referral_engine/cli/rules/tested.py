"""What `rules test` found, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

import click
import msgspec

from referral_engine.cli.progress import steps
from referral_engine.errors import Place
from referral_engine.i18n import _, ngettext
from referral_engine.rules.mutate import Mutant
from referral_engine.rules.ruleset import Loaded
from referral_engine.trial.coverage import Coverage, Gap, coverage
from referral_engine.trial.marks import Mark, Marks
from referral_engine.trial.mutation import watch_tests
from referral_engine.trial.mutation_run import Judged, judge_mutants
from referral_engine.trial.rule_tests import TestResult, run_tests
from referral_engine.workspace import Workspace

__all__ = ["Tested", "examine", "print_tested", "told"]


class Tested(msgspec.Struct, frozen=True):
    """``coverage`` and ``mutants`` are None where they were not asked for, or a test failed.

    ``unused`` are marks that excuse nothing; looked for only where everything was asked.
    """

    results: list[TestResult]
    coverage: Coverage | None = None
    mutants: list[Judged] | None = None
    unused: tuple[Mark, ...] = ()

    @property
    def survivors(self) -> list[Judged]:
        """The mutants that no test noticed and no mark excuses."""
        return [judged for judged in self.mutants or () if judged.survived]

    @property
    def clean(self) -> bool:
        """Every test passes, and nothing that was asked for is missing."""
        gaps = self.coverage.open if self.coverage else ()
        passed = all(result.passed for result in self.results)
        return passed and not (gaps or self.survivors or self.unused)


def examine(
    workspace: Workspace,
    loaded: Loaded,
    *,
    cover: bool = False,
    mutate: bool = False,
    rule: str = "",
    whole: bool = True,
    processes: int = 0,
) -> Tested:
    """Runs the loaded tests and, where they pass, what else is asked for. Raises Faulty.

    `rule` limits coverage and mutants to rules like it; `whole` says that nothing was left out, so
    that a mark that excuses nothing is one too many.
    """
    if not (cover or mutate):
        return Tested(run_tests(workspace, loaded))
    results, watches = watch_tests(workspace, loaded)
    if not all(result.passed for result in results):
        return Tested(results)
    marks = Marks(loaded.rule_set.sources)
    seen = _only(coverage(workspace, loaded.rule_set, watches, marks), rule) if cover else None
    judged = None
    if mutate:

        def wanted(mutant: Mutant) -> bool:
            return not rule or fnmatchcase(mutant.rule, rule)

        with steps(_("Mutants")) as begin:
            judged = judge_mutants(
                workspace, loaded, watches, marks,
                wanted=wanted, processes=processes, begin=begin,
            )  # fmt: skip
    unused = tuple(marks.unused()) if whole and cover and mutate else ()
    return Tested(results, seen, judged, unused)


def _only(found: Coverage, rule: str) -> Coverage:
    if not rule:
        return found
    gaps = tuple(gap for gap in found.gaps if fnmatchcase(gap.rule, rule))
    return msgspec.structs.replace(found, gaps=gaps)


# -- for people -----------------------------------------------------------------------------------
def print_tested(tested: Tested) -> None:
    """What is wrong at its place, one a line; then how much there was in all."""
    for result in tested.results:
        for failure in result.failures:
            click.echo(f"{failure.place} {result.name}: {failure.message}")
    if tested.coverage is not None:
        for gap in tested.coverage.open:
            click.echo(f"{gap.place} {_at(gap.rule)}{_missing(gap)}: {gap.clause}")
    for judged in tested.survivors:
        mutant = judged.mutant
        survives = _("no test notices")
        click.echo(f"{mutant.place} {_at(mutant.rule)}{survives} [{mutant.name}]: {mutant}")
    for mark in tested.unused:
        click.echo(f"{mark.place} {_unused(mark)}")
    click.echo("\n".join(_sums(tested)))


def _at(rule: str) -> str:
    return f"{rule}: " if rule else ""


def _missing(gap: Gap) -> str:
    words = {
        "never-acted": _("the rule never acted"),
        "never-asked": _("never asked"),
        "never-true": _("never seen true"),
        "never-false": _("never seen false"),
    }
    return words[gap.missing]


def _unused(mark: Mark) -> str:
    if not mark.reason:
        return _("a mark needs a reason")
    return _("this mark excuses nothing; take it out")


def _sums(tested: Tested) -> Iterable[str]:
    results = tested.results
    failed = sum(not result.passed for result in results)
    told = ngettext("{count} test", "{count} tests", len(results)).format(count=len(results))
    yield told + (_(", {failed} failed").format(failed=failed) if failed else _(", all passed"))
    if (seen := tested.coverage) is not None:
        yield _("rules that acted: {seen} of {all}; clauses seen: {sides} of {both}").format(
            seen=seen.rules_seen, all=seen.rules, sides=seen.sides_seen, both=seen.sides
        )
    if tested.mutants is not None:
        yield _("mutants: {all}, noticed {killed}, survived {survived}, marked {marked}").format(
            all=len(tested.mutants),
            killed=sum(bool(judged.by) for judged in tested.mutants),
            survived=len(tested.survivors),
            marked=sum(bool(judged.reason) for judged in tested.mutants),
        )


# -- for programs ---------------------------------------------------------------------------------
def told(tested: Tested) -> dict[str, Any]:
    """Everything, in the shape of `referral rules test --json`."""
    found: dict[str, Any] = {"tests": [_result(result) for result in tested.results]}
    if (seen := tested.coverage) is not None:
        found["coverage"] = {
            "rules": seen.rules,
            "rules_seen": seen.rules_seen,
            "sides": seen.sides,
            "sides_seen": seen.sides_seen,
            "gaps": [
                {**_place(gap.place), "rule": gap.rule, "missing": gap.missing,
                 "clause": gap.clause, "reason": gap.reason}
                for gap in seen.gaps
            ],
        }  # fmt: skip
    if tested.mutants is not None:
        found["mutants"] = {
            "all": len(tested.mutants),
            "noticed": sum(bool(judged.by) for judged in tested.mutants),
            "survivors": [_judged(judged) for judged in tested.mutants if not judged.by],
        }
    if tested.coverage is not None and tested.mutants is not None:
        found["unused_marks"] = [_place(mark.place) for mark in tested.unused]
    return found


def _judged(judged: Judged) -> dict[str, object]:
    mutant = judged.mutant
    return {
        **_place(mutant.place),
        "rule": mutant.rule,
        "name": mutant.name,
        "kind": mutant.kind,
        "was": mutant.was,
        "now": mutant.now,
        "reason": judged.reason,
    }


def _result(result: TestResult) -> dict[str, object]:
    return {
        "name": result.name,
        "file": result.place.file,
        "line": result.place.line,
        "passed": result.passed,
        "rule": result.rule,
        "failures": [{**_place(f.place), "message": f.message} for f in result.failures],
    }


def _place(place: Place) -> dict[str, str | int]:
    return {"file": place.file, "line": place.line, "column": place.column}
