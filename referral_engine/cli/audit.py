"""`referral audit`: proof that the history is whole."""

from __future__ import annotations

from pathlib import Path

import click

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import Group, option
from referral_engine.cli.failure import REFUSED, note
from referral_engine.cli.output import print_json
from referral_engine.desk.operations import Proof, prove
from referral_engine.i18n import _, gettext_noop
from referral_engine.model.principal import NOBODY, Principal

__all__ = ["audit"]

audit = Group(name="audit", help=gettext_noop("Prove that the history is whole (审计)."))


@audit.command(
    "verify",
    help=gettext_noop(
        "Recompute every hash chain, rebuild every projection from the events, hold checkpoints and"
        " the anchor file against them; name the first event that does not fit."
    ),
)
@option(
    "--anchor",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=gettext_noop("The checkpoints kept outside the database; by default the configured ones."),
)
@option(
    "--actor",
    default="",
    metavar="PERSON",
    help=gettext_noop("Who looks: sealed cases are named to those they are meant for."),
)
@option("--json", "as_json", is_flag=True, help=gettext_noop("As JSON."))
@pass_app
def verify(app: App, anchor: Path | None, actor: str, as_json: bool) -> int:
    proof = prove(app.workspace, anchor, _reader(app, actor))
    if as_json:
        print_json(
            {
                "ok": not proof.findings,
                "cases": proof.cases,
                "checkpoints": proof.checkpoints,
                "anchor": proof.anchor,
                "findings": proof.findings,
            }
        )
    else:
        _print(proof)
    usual = app.workspace.config.anchor
    if proof.anchor is None and proof.checkpoints and usual is not None:
        note(_("the anchor {file} is not there; it cannot be held against the store").format(
            file=usual
        ))  # fmt: skip
    return REFUSED if proof.findings else 0


def _reader(app: App, actor: str) -> Principal:
    """Who looks. Nobody, where no one is named: the proof needs no store that can be written."""
    if not actor and not app.token:
        return NOBODY
    with app.desk() as desk:
        return who.reader(app.actor(desk, actor), app.workspace.org)


def _print(proof: Proof) -> None:
    for finding in proof.findings:
        click.echo(str(finding))
    told = _("{cases} cases besides the sealed, {checkpoints} checkpoints: ").format(
        cases=proof.cases, checkpoints=proof.checkpoints
    )
    if proof.findings:
        click.echo(told + _("the history does not hold"))
        note(_("  → Keep the file as it is, and compare it with a backup."))
    else:
        click.echo(told + _("the history is whole"))
