"""`rules score`: first-dispatch accuracy on recorded referrals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from msgspec.structs import asdict

from referral_engine.assess.score import Score, Tally, score
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import note
from referral_engine.cli.output import print_json, print_table
from referral_engine.cli.reading import following, mapping_of, rows_of
from referral_engine.i18n import _, gettext_noop, ngettext
from referral_engine.trial.preview import Preview

__all__ = ["score_"]


@command(
    "score",
    help=gettext_noop(
        "How often the rules lead to the unit that was recorded: total, covered by a rule other"
        " than the default, correct, and by department; of rules that give shares also within the"
        " best three, and of the 30 % they are surest of."
    ),
)
@click.argument("file")
@option(
    "--mapping",
    type=click.Path(path_type=Path),
    metavar="FILE",
    required=True,
    help=gettext_noop("How the file's columns become fields; it declares the truth column."),
)
@option("--truth", required=True, metavar="COLUMN", help=gettext_noop("The recorded answers."))
@option("--json", "as_json", is_flag=True, help=gettext_noop("As JSON."))
@pass_app
def score_(app: App, file: str, mapping: Path, truth: str, as_json: bool) -> None:
    plan = mapping_of(mapping)
    assert plan is not None
    rules = app.workspace.rules()
    preview = Preview(app.workspace, app.workspace.activate(rules))
    with following(rows_of(app, file, plan), file, _("score")) as rows:
        made = score(rows, truth, plan, preview, rules)
    if made.left_out:
        note(
            ngettext(
                "{count} row left out: it is no issue",
                "{count} rows left out: they are no issues",
                made.left_out,
            ).format(count=made.left_out)
        )
    if as_json:
        print_json(_told(made))
    else:
        _print(made)


def _told(made: Score) -> dict[str, Any]:
    return {
        **_figures(made.whole),
        **_sureness(made),
        "by_department": {name: _figures(tally) for name, tally in _largest(made)},
    }


def _figures(tally: Tally) -> dict[str, Any]:
    return {**asdict(tally), "accuracy": tally.accuracy}


def _sureness(made: Score) -> dict[str, float | None]:
    """What only rules that give shares have."""
    sure = made.sureness
    return {"top3": sure.top3, "surest_30": sure.surest_30} if sure.learnt else {}


def _largest(made: Score) -> list[tuple[str, Tally]]:
    return sorted(made.by_department.items(), key=lambda each: (-each[1].total, each[0]))


def _print(made: Score) -> None:
    headings = (_("recorded"), _("total"), _("covered"), _("correct"), _("accuracy"))
    rows = [(_("all"), made.whole), *_largest(made)]
    print_table(
        headings,
        [
            (
                name or _("(none recorded)"),
                str(t.total),
                str(t.covered),
                str(t.correct),
                _share(t.accuracy),
            )
            for name, t in rows
        ],
    )

    if made.sureness.learnt:
        within, surest = _share(made.sureness.top3), _share(made.sureness.surest_30)
        click.echo(_("within the best three: {share}").format(share=within))
        click.echo(_("of the three in ten it is surest of: {share}").format(share=surest))


def _share(accuracy: float | None) -> str:
    return _("no data") if accuracy is None else f"{accuracy:.1%}"
