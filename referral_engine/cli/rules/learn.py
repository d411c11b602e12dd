"""`rules learn`: readable routing rules from recorded referrals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import REFUSED
from referral_engine.cli.reading import following, known_here, mapping_of, rows_of, tell_faults
from referral_engine.errors import Refused
from referral_engine.i18n import _, gettext_noop
from referral_engine.importers import Row, RowFault
from referral_engine.importers.truth import declared_truth

if TYPE_CHECKING:
    from referral_engine.learning import LearntRule

__all__ = ["learn_"]

_FILE = click.Path(path_type=Path)
_SHARE = click.FloatRange(0, 1)


@command(
    "learn",
    help=gettext_noop(
        "Write routing rules from the units that recorded issues went to, each with its support,"
        " its precision on a later part held back, and its confidence. A rule that is not"
        " confident enough suggests three units to the dispatcher instead of sending."
    ),
)
@click.argument("file")
@option(
    "--mapping", type=_FILE, metavar="FILE", required=True,
    help=gettext_noop("How the file's columns become fields; it declares the truth column."),
)  # fmt: skip
@option("--truth", required=True, metavar="COLUMN", help=gettext_noop("The recorded answers."))
@option(
    "--output", type=_FILE, metavar="DIR", required=True,
    help=gettext_noop("Where the rule files are written; it holds none yet."),
)  # fmt: skip
@option(
    "--confident", type=_SHARE, default=0.6, metavar="SHARE",
    help=gettext_noop("From which confidence on a rule sends (0.6)."),
)  # fmt: skip
@option(
    "--rank", type=int, default=500, metavar="N",
    help=gettext_noop("The rank of the tables: after rules written by hand, before the default."),
)  # fmt: skip
@pass_app
def learn_(
    app: App, file: str, mapping: Path, truth: str, output: Path, confident: float, rank: int
) -> int:
    from referral_engine.learning import examples, learn, write

    plan = mapping_of(mapping)
    assert plan is not None
    column, org = declared_truth(plan, truth), app.workspace.org
    rules = app.workspace.rules(tested=False)
    known, faults = known_here(app, rules), list[RowFault]()
    with following(rows_of(app, file, plan), file, _("learn")) as rows:
        checked = (known.checked(row) for row in rows)
        seen = list(examples(_sound(checked, faults), column, org))
    learnt = learn(seen, org, rules.categories)
    if not learnt:
        tell_faults(faults, file)
        raise Refused(
            "NOTHING_TO_LEARN",
            _("No row of {file} has a category and a unit that is known here.").format(file=file),
            _("Check the mapping's `category` and that the organisation has these units."),
        )
    written = write(learnt, output, org, rules.categories, rank=rank, confident=confident)
    tell_faults(faults, file)
    for each in written:
        click.echo(_("wrote {file}").format(file=each))
    _print(learnt, [rule for rule in learnt if rule.sends(confident)])
    return REFUSED if faults else 0


def _print(learnt: Sequence[LearntRule], sending: Sequence[LearntRule]) -> None:
    tried, right = sum(rule.tried for rule in sending), sum(rule.right for rule in sending)
    click.echo(
        _("{count} rules; {sending} send, the others suggest").format(
            count=len(learnt), sending=len(sending)
        )
    )
    if tried:
        message = _("of the part held back they would have sent {tried}, {share} of them right")
        click.echo(message.format(tried=tried, share=f"{right / tried:.0%}"))


def _sound(rows: Iterable[Row], faults: list[RowFault]) -> Iterator[Row]:
    """The rows that are issues; what is wrong with the others goes to `faults`."""
    for row in rows:
        faults += row.faults
        if row.issue is not None:
            yield row
