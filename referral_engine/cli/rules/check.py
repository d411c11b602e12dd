"""`rules check`: every fault of every file, in one run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import REFUSED, note
from referral_engine.cli.output import print_json
from referral_engine.errors import Fault, Faulty
from referral_engine.i18n import _, gettext_noop
from referral_engine.plugins.departments import load
from referral_engine.rules.render import as_github, as_records, as_text, summary
from referral_engine.workspace import Workspace

__all__ = ["check"]


@command(
    "check",
    help=gettext_noop(
        "All faults in one run, sorted by place. Without PATHS all the workspace's rules together,"
        " so that rules of different files see each other."
    ),
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help=gettext_noop("For people, for programs, or as annotations of a code review."),
)
@option("--hints", is_flag=True, help=gettext_noop("In text, show hints too, not their number."))
@pass_app
def check(app: App, paths: tuple[Path, ...], form: str, hints: bool) -> int:
    faults = _faults(app, paths)
    if form == "json":
        print_json(as_records(faults))
    elif form == "github":
        click.echo(as_github(faults), nl=bool(faults))
    else:
        shown = [fault for fault in faults if hints or fault.severity != "info"]
        click.echo(as_text(shown), nl=bool(shown))
        more = _("; --hints shows the hints") if len(shown) < len(faults) else ""
        note((summary(faults) or _("no faults")) + more)
    return REFUSED if any(fault.severity == "error" for fault in faults) else 0


def _faults(app: App, paths: Sequence[Path]) -> Sequence[Fault]:
    """The faults of the rules or, where they cannot even be read, of what they stand on."""
    try:
        workspace = app.workspace
    except Faulty as error:
        return error.faults
    served = partial(_served, workspace)
    return workspace.read_rules(list(paths) or None, served).faults


def _served(workspace: Workspace) -> frozenset[str]:
    """The units that have a plugin; the plugins are started for it."""
    with load(workspace.config.plugins, workspace.config.root, announce=False) as departments:
        return frozenset(each.id for each in departments.loaded)
