"""`referral run`: the daemon."""

from __future__ import annotations

from typing import Literal

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.i18n import gettext_noop

__all__ = ["run"]


@command(
    "run",
    help=gettext_noop(
        "Calls departments, watches the clocks, tells people. SIGTERM finishes the step in hand,"
        " SIGHUP reloads the workspace."
    ),
)
@option("--until-idle", is_flag=True, help=gettext_noop("End when nothing is due."))
@option(
    "--workers",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help=gettext_noop("How many plugin calls are made side by side."),
)
@option("--no-web", is_flag=True, help=gettext_noop("Serve nothing over HTTP."))
@option(
    "--clock",
    type=click.Choice(["system", "virtual"]),
    default="system",
    show_default=True,
    help=gettext_noop("virtual: replay, from one due moment to the next, without waiting."),
)
@option("--verbose", "-v", is_flag=True, help=gettext_noop("Tell every step on stderr."))
@pass_app
def run(
    app: App,
    until_idle: bool,
    workers: int,
    no_web: bool,
    clock: Literal["system", "virtual"],
    verbose: bool,
) -> int:
    from referral_engine import runner
    from referral_engine.runner.logbook import set_up
    from referral_engine.web import serving

    set_up(app.workspace.config.log, app.zone, verbose=verbose)
    # A rehearsal in virtual time and a run that ends by itself are nothing to watch.
    shown = not (no_web or until_idle or clock == "virtual")
    return runner.run(
        app.workspace, until_idle=until_idle, workers=workers, clock=clock,
        beside=(lambda working: serving(working.desk, app.workspace.config.web, working))
        if shown else None,
    )  # fmt: skip
