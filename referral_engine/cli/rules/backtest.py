"""`rules backtest`: history under the rules in force and under proposed ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import click
import msgspec

from referral_engine.cli.actor import author
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import note
from referral_engine.cli.output import print_table
from referral_engine.cli.params import MOMENT
from referral_engine.cli.progress import steps
from referral_engine.cli.reading import following, known_here, mapping_of, rows_of, tell_faults
from referral_engine.cli.rules.versions import Version, from_files, in_force, named
from referral_engine.clock import SystemClock
from referral_engine.i18n import _, gettext_noop, ngettext
from referral_engine.importers import RowFault
from referral_engine.model.issue import Issue
from referral_engine.trial.backtest import Backtest, Period, Request, backtest, backtest_issues
from referral_engine.trial.backtest.page import (
    LABELS,
    Heading,
    change_rows,
    clock_headings,
    clock_rows,
    load_headings,
    load_rows,
    page,
    remarks,
    summary,
)
from referral_engine.trial.backtest.told import change_told, sums_told

__all__ = ["backtest_"]

_SHOWN = 20


@command(
    "backtest",
    help=gettext_noop(
        "Decide the recorded cases anew, with the facts kept with each decision, under the rules"
        " in force and under the workspace's: which change and how, load by department, deadlines"
        " held against what was done. Sealed cases are left out. Or the recorded issues of FILE."
        " RULES is a folder, a published hash or a git commit."
    ),
)
@click.argument("file", required=False)
@option(
    "--from", "before", default="", metavar="RULES",
    help=gettext_noop("By default what is in force."),
)  # fmt: skip
@option(
    "--to", "after", default="", metavar="RULES",
    help=gettext_noop("By default the workspace's files."),
)  # fmt: skip
@option("--since", type=MOMENT, help=gettext_noop("Only cases registered from then on."))
@option("--until", type=MOMENT, help=gettext_noop("Only cases registered before."))
@option(
    "--mapping", type=click.Path(path_type=Path), metavar="FILE",
    help=gettext_noop("See `referral intake`."),
)  # fmt: skip
@option(
    "--processes", type=click.IntRange(1), default=None, metavar="N",
    help=gettext_noop("As many as there are cores by default."),
)  # fmt: skip
@option(
    "--html", type=click.Path(path_type=Path), metavar="FILE",
    help=gettext_noop("Write a page for whoever signs, complete in itself."),
)  # fmt: skip
@option("--actor", default="", help=gettext_noop("Whose name stands on the page."))
@option("--json", "as_json", is_flag=True, help=gettext_noop("One JSON object with every change."))
@pass_app
def backtest_(
    app: App,
    file: str | None,
    before: str,
    after: str,
    since: datetime | None,
    until: datetime | None,
    mapping: Path | None,
    processes: int | None,
    html: Path | None,
    actor: str,
    as_json: bool,
) -> None:
    old = named(app, before) if before else in_force(app)
    new = named(app, after) if after else from_files(app)
    now = SystemClock().now()
    if file is not None:
        made_of = _of_file(app, file, mapping, old, new)
    else:
        asked = Request(old.rules, new.rules, now, Period(since, until), processes=processes or 0)
        made_of = _of_store(app, asked)
    with made_of as made:
        if html is not None:
            heading = Heading(_called(old), _called(new), author(actor), now)
            html.write_text(page(made, heading, app.workspace), "utf-8")
        if as_json:
            _print_json(made, old, new)
        else:
            _print(made, old, new, app.workspace.org.unit_names())


@contextmanager
def _of_store(app: App, asked: Request) -> Iterator[Backtest]:
    with steps(_("backtest")) as begin, backtest(app.workspace, asked, begin) as made:
        yield made


@contextmanager
def _of_file(
    app: App, file: str, mapping: Path | None, old: Version, new: Version
) -> Iterator[Backtest]:
    faults: list[RowFault] = []
    rules = (old.rules, new.rules)
    rows = rows_of(app, file, mapping_of(mapping))
    known = known_here(app, new.rules)
    with following(rows, file, _("backtest")) as watched:

        def issues() -> Iterator[tuple[str, Issue]]:
            for row in watched:
                checked = known.checked(row)
                if checked.issue is None:
                    faults.extend(checked.faults)
                else:
                    yield checked.issue.id or str(row.line), checked.issue

        with backtest_issues(app.workspace, rules, issues()) as made:
            tell_faults(faults, file)
            yield made


def _called(version: Version) -> str:
    return f"{version.label} ({version.rules.hash[:12]})"


def _print_json(made: Backtest, old: Version, new: Version) -> None:
    """One document, written as it is read: there may be more changes than memory should hold."""
    encoder = msgspec.json.Encoder()

    def encode(told: object) -> str:
        return encoder.encode(told).decode()

    head: dict[str, Any] = {
        "from": {"name": old.label, "rule_set": old.rules.hash},
        "to": {"name": new.label, "rule_set": new.rules.hash},
        **sums_told(made.tally),
    }
    click.echo(encode(head)[:-1] + ',"changes":[', nl=False)
    for number, change in enumerate(made.changes()):
        click.echo(("," if number else "") + encode(change_told(change)), nl=False)
    click.echo("]}")


def _print(made: Backtest, old: Version, new: Version, names: dict[str, str]) -> None:
    tally = made.tally
    click.echo(_("{old} → {new}").format(old=_called(old), new=_called(new)))
    click.echo(summary(tally))
    for each in remarks(tally):
        note(each)
    if not tally.changed:
        return
    changed = [(_(LABELS[what]), f"{count:,}") for what, count in tally.what.most_common()]
    print_table((_("what changes"), _("cases")), changed)
    moves = [
        (names.get(a, a) or "–", names.get(b, b) or "–", f"{count:,}")
        for (a, b), count in tally.moves.most_common(_SHOWN)
    ]
    for headings, rows in (
        ((_("who led"), _("who leads instead"), _("cases")), moves),
        (clock_headings(), clock_rows(tally.clocks)),
        (load_headings(), load_rows(tally, names)[:_SHOWN]),
    ):
        if rows:
            print_table(headings, rows)
    shown = list(islice(made.changes(), _SHOWN))
    cases = [row for change in shown for row in change_rows(change, names)]
    print_table((_("case"), _("what"), _("published"), _("proposed")), cases)
    if (more := tally.changed - len(shown)) > 0:
        more_said = ngettext(
            "… and {count} more case: --json has all",
            "… and {count} more cases: --json has all",
            more,
        )
        note(more_said.format(count=more))
