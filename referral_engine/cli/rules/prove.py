"""`rules prove`: what holds of every issue and of every way a case can go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import REFUSED, note
from referral_engine.cli.output import print_json
from referral_engine.clock import SystemClock
from referral_engine.errors import Faulty
from referral_engine.i18n import _, gettext_noop, ngettext
from referral_engine.prove.proving import Proving
from referral_engine.prove.report import PROOFS, Finding, Outcome, Proof, ProofName
from referral_engine.prove.written_test import as_file, witness_tests

__all__ = ["prove"]


@command(
    "prove",
    help=gettext_noop(
        "What no test can show: that every issue is routed by a rule or left to the default on"
        " purpose; that every rule can win; that no two of one rank are at odds; that the accused"
        " never has, sees or rates its case; that what nobody answers reaches a leader by name."
        " Every counter-example is a rule test. Needs the extra `prove`."
    ),
)
@option(
    "--only",
    type=click.Choice(PROOFS),
    multiple=True,
    help=gettext_noop("This proof; may be repeated. By default all five."),
)
@option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help=gettext_noop("After so long, what is not decided yet is said to be so."),
)
@option(
    "--acts",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help=gettext_noop("So many acts of people, in every order, before all fall silent."),
)
@option(
    "--write-tests",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=gettext_noop("Write the counter-examples there as rule tests, instead of printing them."),
)
@option(
    "--witnesses",
    is_flag=True,
    help=gettext_noop("With --write-tests, an issue for each rule that can win as well."),
)
@option("--json", "as_json", is_flag=True, help=gettext_noop("As JSON."))
@pass_app
def prove(
    app: App,
    only: tuple[ProofName, ...],
    timeout: float,
    acts: int,
    write_tests: Path | None,
    witnesses: bool,
    as_json: bool,
) -> int:
    loaded = app.workspace.read_rules(compare=False)
    if loaded.errors:
        raise Faulty(loaded.faults)
    today = SystemClock().now().astimezone(app.zone).date()
    proving = Proving(app.workspace, loaded, today, seconds=timeout, acts=acts)
    made: list[Proof] = []
    for proof in proving.proofs(only or PROOFS):
        made.append(proof)
        if not as_json:
            _print(proof, tests=write_tests is None)
    if write_tests is not None:
        _write(write_tests, made, witnesses=witnesses)
    holds = all(proof.outcome == "proved" for proof in made)
    if as_json:
        print_json({"holds": holds, "proofs": [_told(proof) for proof in made]})
    return 0 if holds else REFUSED


# -- for people -------------------------------------------------------------------------------
def _print(proof: Proof, *, tests: bool) -> None:
    told = _("{outcome}: {claim} ({summary})")
    outcome, claim = _outcome(proof.outcome), _claim(proof.name)
    click.echo(told.format(outcome=outcome, claim=claim, summary=proof.summary))
    for finding in proof.findings:
        where = f"{finding.place} " if finding.place else ""
        rules = f"{', '.join(finding.rules)}: " if finding.rules else ""
        message = finding.message
        if finding.outcome == "undecided":
            message = _("not decided: {what}").format(what=message)
        click.echo(f"  {where}{rules}{message}")
        for line in finding.test.splitlines() if tests else ():
            click.echo(f"      {line}")


def _outcome(outcome: Outcome) -> str:
    return {
        "proved": _("proved"), "refuted": _("REFUTED"), "undecided": _("not decided"),
    }[outcome]  # fmt: skip


def _claim(name: ProofName) -> str:
    return {
        "coverage": _("every issue is routed by a rule, or left to the default on purpose"),
        "reach": _("every rule can win"),
        "agreement": _("no two rules of one rank are at odds"),
        "recusal": _("the accused never has, sees or rates its case"),
        "answer": _("what nobody answers reaches a leader by name"),
    }[name]


def _write(file: Path, made: Sequence[Proof], *, witnesses: bool) -> None:
    tests = [finding.test for finding in _findings(made) if finding.test]
    if witnesses:
        tests += [test for proof in made for test in witness_tests(proof.witnesses)]
    comment = _(
        "Written by `referral rules prove`: what the rules do now. Put what they should do."
    )
    if tests:
        file.write_text(as_file(comment, tests), "utf-8")
    told = ngettext("{count} test written to {file}", "{count} tests written to {file}", len(tests))
    note(told.format(count=len(tests), file=file))


def _findings(made: Iterable[Proof]) -> list[Finding]:
    return [finding for proof in made for finding in proof.findings]


# -- for programs -----------------------------------------------------------------------------
def _told(proof: Proof) -> dict[str, Any]:
    return {
        "name": proof.name,
        "outcome": proof.outcome,
        "checked": proof.checked,
        "summary": proof.summary,
        "findings": [_record(finding) for finding in proof.findings],
    }


def _record(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "outcome": finding.outcome,
        "message": finding.message,
        "rules": finding.rules,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "categories": finding.categories,
        "territories": finding.territories,
        "test": finding.test,
    }
