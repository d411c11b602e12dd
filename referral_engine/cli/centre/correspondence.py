"""Letters out, and their delivery."""

from __future__ import annotations

import click

from referral_engine.cli.centre.group import verb
from referral_engine.cli.command import option
from referral_engine.cli.verb import On
from referral_engine.cli.writing import SET, addressee, template_of, written
from referral_engine.clock import SystemClock
from referral_engine.i18n import _, gettext_noop
from referral_engine.letters.filed import MEANS
from referral_engine.model import command as c

__all__: list[str] = []


@verb("letter", gettext_noop("Send a letter; it is given its number (文书)."))
@option("--kind", required=True, help=gettext_noop("Which letter: a template, or your own word."))
@option(
    "--to",
    default="",
    help=gettext_noop("To whom: a unit, or `reporter`; else as the template says."),
)
@option("--text", default="", help=gettext_noop("What it says, where no template does."))
@SET
def letter(on: On, kind: str, to: str, text: str, given: tuple[tuple[str, str], ...]) -> c.Command:
    if text:
        if not to:
            raise click.UsageError(_("a letter of your own words needs --to"))
        return c.SendLetter(kind, to, text)
    workspace = on.app.workspace
    template = template_of(workspace, kind)
    seen, events = on.whole()
    said = written(workspace, template, seen, events, given, SystemClock().now())
    to = to or addressee(template, on.case)
    return c.SendLetter(template.id, to, said, template.name, template.series, template.signers)


@verb("delivered", gettext_noop("A letter was delivered (送达)."))
@option("--number", required=True, help=gettext_noop("The letter's number."))
@option("--receipt", default="", help=gettext_noop("The receipt's number."))
@option(
    "--by-way",
    type=click.Choice(list(MEANS)),
    default="direct",
    show_default=True,
    help=gettext_noop("How it was delivered."),
)
def delivered(on: On, number: str, receipt: str, by_way: str) -> c.Command:
    return c.LetterDelivered(number, receipt, by_way)
