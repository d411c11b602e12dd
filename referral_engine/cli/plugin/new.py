"""`referral plugin new`: a package that passes its own test."""

from __future__ import annotations

from pathlib import Path

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.i18n import gettext_noop
from referral_engine.testing.new_plugin import make_plugin

__all__ = ["new"]


@command(
    "new",
    help=gettext_noop(
        "Begin the plugin of the unit NAME: a package with entry point, test and README that passes"
        " at once."
    ),
)
@click.argument("name")
@option(
    "--into", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help=gettext_noop("The folder to make it in; else the workspace's first plugin folder."),
)  # fmt: skip
@option("--label", default="", metavar="TEXT", help=gettext_noop("The unit's name for people."))
@pass_app
def new(app: App, name: str, into: Path | None, label: str) -> None:
    if app.config.is_file():
        workspace = app.workspace
        label = label or workspace.org.unit_names().get(name, "")
        folders = workspace.config.plugins.folders
        into = into or workspace.config.root / (folders[0] if folders else ".")
    files = make_plugin(into or Path(), name, label)
    for file in files:
        click.echo(_shown(file))
    home = _shown(files[0].parent)
    for step in (f"python -m pytest {home}", f"referral plugin check {name}"):
        click.echo(f"  → {step}")


def _shown(file: Path) -> str:
    """From here, where it lies below; a path that can be pasted."""
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)
