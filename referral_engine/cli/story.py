"""`simulate --scenario`: a story in virtual time, told step by step."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path

import click

from referral_engine.cli.app import App
from referral_engine.cli.failure import REFUSED, note
from referral_engine.cli.output import print_json, print_table, said, when
from referral_engine.cli.result import unit_name
from referral_engine.i18n import _, ngettext
from referral_engine.org import Org
from referral_engine.rules import vocabulary
from referral_engine.trial.scenario import Report, Row, run_scenario

__all__ = ["tell_story"]


def tell_story(app: App, file: Path, *, as_json: bool) -> int:
    """Plays the story; exit code 1 where something was not as it says. Raises Faulty."""
    if not file.is_file():
        raise FileNotFoundError(file)
    workspace = app.workspace
    report = run_scenario(file, workspace)
    if as_json:
        print_json(report, app.zone)
    else:
        _print(report, workspace.org, app.zone)
    for failure in report.failures:
        note(str(failure))
    return 0 if report.passed else REFUSED


def _print(report: Report, org: Org, zone: tzinfo) -> None:
    headings = (_("when"), _("who"), _("what"), _("case"), _("state"), _("owner"), "")
    print_table(headings, [_row(row, org, zone) for row in report.rows], title=report.story)
    checks = sum(row.checks for row in report.rows)
    if report.passed:
        told = ngettext("{count} demand, all met", "{count} demands, all met", checks)
        click.echo(told.format(count=checks))
    else:
        failed = len(report.failures)
        told = ngettext("{count} demand not met", "{count} demands not met", failed)
        click.echo(told.format(count=failed))


def _row(row: Row, org: Org, zone: tzinfo) -> tuple[str, ...]:
    return (
        when(row.at, zone), row.actor, row.what, row.case,
        said(row.state, vocabulary.CASE_STATES), unit_name(org, row.owner),
        row.refused or row.note,
    )  # fmt: skip
