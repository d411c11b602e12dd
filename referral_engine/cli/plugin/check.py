"""`referral plugin check`: whether a plugin keeps the contract."""

from __future__ import annotations

from collections.abc import Sequence

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import REFUSED
from referral_engine.cli.output import print_json
from referral_engine.errors import Refused
from referral_engine.i18n import _, gettext_noop
from referral_engine.plugins.find import Source, find, find_installed
from referral_engine.spelling import nearest
from referral_engine.testing.conformance import Checked, conformance
from referral_engine.workspace import Workspace

__all__ = ["SAID", "check"]

SAID = {
    "loads": gettext_noop("it loads, and hands over departments that can be used"),
    "answers": gettext_noop("every call is answered in time, with acts that may be done"),
    "idempotent": gettext_noop("the same question is answered the same way"),
    "restart": gettext_noop("a new process answers as the old one did"),
    "deadlines": gettext_noop("claim, contact, arrival and report are in time"),
    "private": gettext_noop("nothing personal is printed"),
    "documented": gettext_noop("its README names every ground and status"),
}


@command(
    "check",
    help=gettext_noop(
        "Ask the plugins NAME, or all, about made-up cases and see whether they keep the contract:"
        " the same answer again and after a restart, deadlines, no personal data printed, every"
        " ground documented. A real system behind a plugin is asked too: use one for tests."
    ),
)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@option("--json", "as_json", is_flag=True, help=gettext_noop("As JSON."))
@pass_app
def check(app: App, names: tuple[str, ...], as_json: bool) -> int:
    workspace = app.workspace
    rules = workspace.read_rules(tested=False, compare=False).rule_set
    codes = sorted(rules.categories)
    found: list[Checked] = []
    for source in _chosen(workspace, names):
        for each in conformance(source, workspace.config.plugins, codes):
            found.append(each)
            if not as_json:
                _tell(each)
    if as_json:
        print_json([each._asdict() for each in found])
    return REFUSED if any(each.wrong for each in found) else 0


def _chosen(workspace: Workspace, names: Sequence[str]) -> list[Source]:
    """The plugins of these names, as their folders and entry points are called."""
    config = workspace.config
    installed = find_installed() if config.plugins.entry_points else ()
    sources = find([config.root / each for each in config.plugins.folders], installed).sources
    known = {each.name for each in sources}
    for name in names:
        if name not in known:
            raise Refused(
                "NO_SUCH_PLUGIN",
                _("there is no plugin {name}").format(name=name),
                _("`referral plugin list` shows them: {near}").format(
                    near=nearest(name, known) or ", ".join(sorted(known))
                ),
            )
    return [each for each in sources if not names or each.name in names]


def _tell(each: Checked) -> None:
    mark = "✗" if each.wrong else "✓"
    click.echo(f"{mark} {each.department}: {_(SAID[each.check])}")
    for wrong in each.wrong:
        click.echo(f"    {wrong}")
