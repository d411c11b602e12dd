"""`referral demo`: the shipped sample through the whole engine, people included."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from referral_engine.cli.app import App, this_app
from referral_engine.cli.command import command
from referral_engine.cli.init import make_workspace
from referral_engine.cli.intake import take_in_file
from referral_engine.cli.output import print_table, said, when
from referral_engine.cli.words import CLOCKS
from referral_engine.desk.opening import open_store
from referral_engine.i18n import _, gettext_noop
from referral_engine.rules import vocabulary
from referral_engine.runner import embedded
from referral_engine.runner.base import Runner
from referral_engine.runner.embedded import Company
from referral_engine.trial.cast import Cast
from referral_engine.trial.script import load_script
from referral_engine.trial.tally import Tally, tally

__all__ = ["demo"]

_SHOWN_DEPARTMENTS = 12


@command(
    "demo",
    help=gettext_noop(
        "Rehearse the shipped sample in virtual time: intake, routing, claims, reports,"
        " escalation, call-back, closing. In DIR, or in a new temporary folder."
    ),
)
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
def demo(folder: Path | None) -> None:
    root = folder or Path(tempfile.mkdtemp(prefix="referral-demo-"))
    make_workspace(root)
    app = App(root / "config.yaml", this_app().database)
    summary = take_in_file(app, root / "samples" / "issues.csv")
    with _watched(summary.accepted) as watch:

        def company(runner: Runner) -> Company:
            script = load_script(root / "samples" / "people.yaml")
            cast = Cast(runner.desk, script, runner.departments.has)
            return _Followed(cast, watch)

        embedded.run(app.workspace, until_idle=True, clock="virtual", company=company)
    with open_store(app.workspace, existing=True) as store:
        _show(app, tally(store), root)


class _Followed:
    """A cast with somebody watching how far it is."""

    def __init__(self, cast: Cast, watch: _Watch) -> None:
        self._cast = cast
        self._watch = watch

    def next_moment(self) -> datetime | None:
        return self._cast.next_moment()

    def act(self, now: datetime) -> bool:
        self._watch.show(self._cast.ended, now)
        return self._cast.act(now)


class _Watch:
    """Shows how many cases have ended, where a person watches a terminal."""

    def show(self, ended: int, now: datetime) -> None:
        """Nothing without a terminal."""


@contextmanager
def _watched(total: int) -> Iterator[_Watch]:
    if not sys.stderr.isatty():
        yield _Watch()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(_("cases closed"), total=total)

        class Bar(_Watch):
            def show(self, ended: int, now: datetime) -> None:
                label = _("cases closed, {day}").format(day=now.date())
                progress.update(task, completed=ended, description=label)

        yield Bar()


def _show(app: App, found: Tally, root: Path) -> None:
    print_table((_("what happened"), _("times")), _highlights(found), _("The rehearsal"))
    names = app.workspace.org.unit_names()
    rows = [
        (names.get(d.id, d.id), *map(str, (d.offered, d.claimed, d.by_plugin, d.declined,
                                           d.reported)))
        for d in found.departments[:_SHOWN_DEPARTMENTS]
    ]  # fmt: skip
    columns = (_("unit"), _("referred"), _("claimed"), _("by plugin"), _("declined"),
               _("reported"))  # fmt: skip
    print_table(columns, rows, _("Departments"))
    if found.open:
        zone = app.zone
        still = [
            (case.code, said(case.state, vocabulary.CASE_STATES),
             names.get(case.owner, case.owner), said(case.waits_for, CLOCKS),
             when(case.until, zone))
            for case in found.open[:20]
        ]  # fmt: skip
        headings = (_("case"), _("state"), _("owner"), _("waits for"), _("until"))
        print_table(headings, still, _("Still open"))
    for line in _next(root):
        click.echo(line)


def _highlights(found: Tally) -> list[tuple[str, str]]:
    kinds = found.kinds
    lines = [
        (_("cases"), found.cases),
        (_("closed or otherwise ended"), found.cases - len(found.open)),
        (_("still open, each with an owner"), len(found.open)),
        (_("claims"), kinds.get("claimed", 0)),
        (_("handed off to 110, 119, 120"), kinds.get("handed_off", 0)),
        (_("declined"), kinds.get("declined", 0)),
        (_("contested, then designated"), kinds.get("designated", 0)),
        (_("stepped up"), kinds.get("stepped_up", 0)),
        (_("supervision orders"), kinds.get("supervised", 0)),
        (_("conferences held"), kinds.get("conference_held", 0)),
        (_("sealed"), found.sealed),
        (_("near-duplicates linked"), kinds.get("linked", 0)),
        (_("problems named (症结)"), kinds.get("problem_named", 0)),
        (_("called back"), kinds.get("called_back", 0)),
        (_("reopened"), kinds.get("reopened", 0)),
        (_("deferred (挂账)"), kinds.get("deferred", 0)),
        (_("events in the journal"), found.events),
        (_("events without an owner"), found.ownerless),
    ]
    return [(label, str(number)) for label, number in lines]


def _next(root: Path) -> list[str]:
    return [
        _("The workspace is {folder}. Try next:").format(folder=root),
        f"  cd {root}",
        "  referral case list",
        "  referral case explain CODE",
        "  referral audit verify",
        "  referral rules explain samples/issues.csv",
    ]
