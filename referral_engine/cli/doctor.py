"""`referral doctor`: everything looked at, and what to do about what is wrong."""

from __future__ import annotations

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.checkup import Finding, examine
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import REFUSED
from referral_engine.cli.output import print_json, print_table, said
from referral_engine.cli.words import CHECKS
from referral_engine.clock import SystemClock
from referral_engine.errors import Faulty
from referral_engine.i18n import _, gettext_noop
from referral_engine.org.fields import KIND_WORDS
from referral_engine.rules.render import as_text

__all__ = ["doctor"]

_KINDS = {word: label for label, word in KIND_WORDS.items() if label != word}
_MARKS = {"ok": "✓", "warning": "!", "fault": "✗"}


@command(
    "doctor",
    help=gettext_noop(
        "Look at configuration, organisation, rules, plugins, store, timers, calendar and the"
        " inference engine. Exit code 1 where something must be done, with what to do."
    ),
)
@option("--units", is_flag=True, help=gettext_noop("List the units instead."))
@option("--json", "as_json", is_flag=True, help=gettext_noop("As JSON."))
@pass_app
def doctor(app: App, units: bool, as_json: bool) -> int:
    if units:
        _list_units(app, as_json=as_json)
        return 0
    findings = _findings(app)
    faults = [each for each in findings if each.status == "fault"]
    if as_json:
        print_json({"ok": not faults, "checks": [each._asdict() for each in findings]})
    else:
        for each in findings:
            click.echo(f"{_MARKS[each.status]} {said(each.name, CHECKS)}: {each.message}")
            if each.next_step:
                click.echo(f"    → {each.next_step}")
    return REFUSED if faults else 0


def _findings(app: App) -> list[Finding]:
    try:
        workspace = app.workspace
    except Faulty as error:
        step = _("Correct the files; nothing else can be looked at before.")
        return [Finding("config", "fault", as_text(error.faults), step)]
    config = Finding("config", "ok", f"{workspace.config.name}: {app.config}")
    return [config, *examine(workspace, SystemClock().now())]


def _list_units(app: App, *, as_json: bool) -> None:
    org = app.workspace.org
    if as_json:
        print_json(org.content.units)
        return
    print_table(
        (_("unit"), _("name"), _("kind"), _("territory"), _("department")),
        [(u.id, u.name, said(u.kind, _KINDS), u.territory, u.of) for u in org.content.units],
    )
