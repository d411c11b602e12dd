"""`referral simulate`: decisions without a store, of a file's issues, a story's, a county's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import REFUSED
from referral_engine.cli.output import print_json, print_pairs, said
from referral_engine.cli.params import DAY, MOMENT
from referral_engine.cli.reading import following, known_here, mapping_of, rows_of, tell_faults
from referral_engine.cli.result import unit_name
from referral_engine.cli.words import PROPOSALS
from referral_engine.errors import Refused
from referral_engine.i18n import _, gettext_noop
from referral_engine.importers import Row, RowFault
from referral_engine.importers.known import Known
from referral_engine.org import Org
from referral_engine.rules import vocabulary
from referral_engine.trial.preview import Preview

__all__ = ["simulate"]

_FILE = click.Path(path_type=Path)
_PROPOSED = PROPOSALS | vocabulary.REDIRECTS | vocabulary.REJECT_GROUNDS


@command(
    "simulate",
    help=gettext_noop(
        "Decide the issues of a file, touching no store: one JSON object a line with --json."
        " Or play in virtual time: a story, --scenario, or a county's day, week or year with its"
        " people, --profile."
    ),
)
@click.argument("file", required=False)
@option("--mapping", type=_FILE, metavar="FILE", help=gettext_noop("See `referral intake`."))
@option("--at", type=MOMENT, help=gettext_noop("Decide as of this moment, not of the receipt."))
@option("--scenario", type=_FILE, metavar="FILE", help=gettext_noop("A story as YAML."))
@option("--profile", type=_FILE, metavar="FILE", help=gettext_noop("A county's rates as YAML."))
@option(
    "--for", "span", type=click.Choice(("day", "week", "year")), default="week",
    help=gettext_noop("With --profile: how long (a week)."),
)  # fmt: skip
@option("--from", "first", type=DAY, help=gettext_noop("With --profile: the first day."))
@option(
    "--seed", type=click.IntRange(0, 2**63), default=1, metavar="N",
    help=gettext_noop("With --profile: the same seed gives the same issues and acts (1)."),
)  # fmt: skip
@option(
    "--processes", type=click.IntRange(1, 64), default=1, metavar="N",
    help=gettext_noop("With --profile: how many share the work; the result is the same (1)."),
)  # fmt: skip
@option("--json", "as_json", is_flag=True, help=gettext_noop("One JSON object a line."))
@pass_app
def simulate(
    app: App,
    file: str | None,
    mapping: Path | None,
    at: datetime | None,
    scenario: Path | None,
    profile: Path | None,
    span: str,
    first: date | None,
    seed: int,
    processes: int,
    as_json: bool,
) -> int:
    if [file, scenario, profile].count(None) != 2:
        raise click.UsageError(_("name a FILE of issues, or a --scenario, or a --profile"))
    if profile is not None:
        from referral_engine.cli.plan import tell_plan

        return tell_plan(
            app, profile, span=span, first=first, seed=seed, processes=processes, as_json=as_json
        )
    if scenario is not None:
        from referral_engine.cli.story import tell_story

        return tell_story(app, scenario, as_json=as_json)
    assert file is not None
    rules = app.workspace.rules(tested=False)
    known, preview = known_here(app, rules), Preview(app.workspace, app.workspace.activate(rules))
    faults: list[RowFault] = []
    rows = rows_of(app, file, mapping_of(mapping), at)
    with following(rows, file, _("simulate")) as watched:
        for told in _decided(watched, known, preview, at, faults):
            if as_json:
                print_json(told)
            else:
                _print(told, app.workspace.org)
    tell_faults(faults, file)
    return REFUSED if faults else 0


def _decided(
    rows: Iterable[Row],
    known: Known,
    preview: Preview,
    at: datetime | None,
    faults: list[RowFault],
) -> Iterator[dict[str, Any]]:
    """What becomes of each row; a row that can be none goes to `faults`."""
    for row in rows:
        checked = known.checked(row)
        if checked.issue is None:
            faults += checked.faults
            continue
        try:
            yield preview.decide(checked.issue, at)
        except Refused as error:
            faults.append(RowFault(row.line, "", error.code, error.message))


def _print(told: dict[str, Any], org: Org) -> None:
    lead = unit_name(org, told["lead"]) if told["lead"] else told["outcome"]
    click.echo(f"{told['id'] or '–'}  {lead}  [{told['rule']}]")
    proposed = told["proposal"] or {}
    units = proposed.get("units", ())
    pairs = (
        (_("support"), ", ".join(unit_name(org, unit) for unit in told["support"])),
        (_("whistle"), said(told["whistle"] or "", vocabulary.WHISTLES)),
        (_("path"), said(told["path"] or "", vocabulary.PATHS)),
        (_("sealed"), _("yes") if told["sealed"] else ""),
        (
            _("to confirm"),
            " ".join(said(word, _PROPOSED) for word in proposed.values() if word is not units),
        ),
        (_("suggested"), _shares(org, units)),
        (_("claim by"), _minute(told["claim_by"])),
        (_("arrive by"), _minute(told["arrive_by"])),
        (_("report by"), _minute(told["report_by"])),
        (_("why"), told["why"]),
        (_("rule"), f"{told['file']}:{told['line']}"),
        (_("matched"), ", ".join(told["matched"])),
    )
    print_pairs((f"    {name}", value) for name, value in pairs)


def _shares(org: Org, units: Iterable[dict[str, Any]]) -> str:
    return ", ".join(f"{unit_name(org, each['unit'])} {each['share']:.0%}" for each in units)


def _minute(stamp: str | None) -> str:
    """For people: the county's own wall clock, to the minute."""
    return stamp[:16].replace("T", " ") if stamp else ""
