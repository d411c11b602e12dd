"""`referral plugin list`: what is loaded, and what was set aside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from referral_engine.additions import Addition
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import REFUSED
from referral_engine.cli.output import print_json, print_table
from referral_engine.cli.silent import not_answering
from referral_engine.desk.operations import silent_departments
from referral_engine.i18n import _, gettext_noop
from referral_engine.plugins.departments import Loaded, load, played
from referral_engine.plugins.fit import doubts

__all__ = ["list_"]


@command(
    "list",
    help=gettext_noop("Loaded plugins, and those set aside with the reason."),
)
@option("--json", "as_json", is_flag=True, help=gettext_noop("As JSON."))
@pass_app
def list_(app: App, as_json: bool) -> int:
    workspace = app.workspace
    config = workspace.config
    with load(config.plugins, config.root, announce=False) as departments:
        loaded, quarantined = departments.loaded, departments.quarantined
    silent = silent_departments(workspace)
    if as_json:
        print_json(
            {
                "loaded": loaded,
                "quarantined": quarantined,
                "silent": [each._asdict() for each in silent],
                "additions": [_addition(each) for each in workspace.additions],
            }
        )
        return REFUSED if quarantined else 0
    headings = (_("department"), _("name"), _("version"), _("from"), _("handles"))
    print_table(
        headings,
        [(each.id, each.name, each.version, each.source, _kinds(each)) for each in loaded],
    )
    units = workspace.org.lines.units
    categories = workspace.read_rules(tested=False, compare=False).rule_set.categories
    for one in loaded:
        for doubt in doubts(one, units, categories):
            click.echo(f"! {one.id}: {doubt}")
    for added in workspace.additions:
        for line in _added(added):
            click.echo(line)
    if told := played(loaded):
        click.echo(f"! {told}")
    for outage in silent:
        click.echo(f"! {not_answering(outage, workspace.calendar.zone)}")
    for each in quarantined:
        click.echo(_("set aside: {name}: {reason}").format(name=each.name, reason=each.reason))
        if each.place:
            click.echo(f"    {each.place}")
    return REFUSED if quarantined else 0


def _addition(each: Addition) -> dict[str, Any]:
    return {
        "plugin": each.plugin,
        "fields": [field.name for field, _place in each.fields],
        "rules": str(each.rules) if each.rules else "",
        "lints": [lint.id for lint in each.lints],
        "faults": [str(fault) for fault in each.faults],
    }


def _added(each: Addition) -> Iterator[str]:
    """What a plugin adds beside its code, and where that has faults."""
    told = [f"{field.name} {field.label}" for field, _place in each.fields]
    if each.rules is not None:
        told.append(str(each.rules))
    told += [lint.id for lint in each.lints]
    if told:
        yield _("{plugin} adds: {what}").format(plugin=each.plugin, what=", ".join(told))
    yield from (f"✗ {fault}" for fault in each.faults)


def _kinds(each: Loaded) -> str:
    """What it handles, each kind once and in its order: the first that covers a case serves it."""
    return "; ".join(dict.fromkeys(each.kinds))
