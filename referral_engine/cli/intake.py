"""`referral intake`: issues from a file become cases."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import click
import msgspec

from referral_engine.cli.actor import Actor, author
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import command, option
from referral_engine.cli.failure import REFUSED, note
from referral_engine.cli.output import print_json, short
from referral_engine.cli.reading import (
    Repairs,
    following,
    known_here,
    mapping_of,
    rows_of,
    tell_faults,
)
from referral_engine.desk import Answer, Desk
from referral_engine.desk.publishing import publish_first
from referral_engine.errors import Refused, Unavailable
from referral_engine.i18n import _, gettext_noop, ngettext
from referral_engine.importers import Row, RowFault
from referral_engine.importers.known import Known
from referral_engine.model.issue import Issue
from referral_engine.model.principal import Principal

__all__ = ["intake", "take_in_file"]

# So many rows are on their way at once: enough to fill the store's batches, little to hold.
_AHEAD = 256


class Summary(msgspec.Struct):
    """``accepted + duplicates + rejected = read``; line numbers count the header as 1."""

    read: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    errors: list[RowFault] = []
    linked: int = 0

    def reject(self, faults: Iterable[RowFault]) -> None:
        """One row that is not taken, for one reason or several."""
        self.rejected += 1
        self.errors.extend(faults)


@command("intake", help=gettext_noop("Take issues in: CSV, XLSX or JSON lines, - for stdin."))
@click.argument("file")
@option(
    "--mapping",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=gettext_noop("How the file's columns become fields (docs/mapping.md)."),
)
@option(
    "--backfill",
    is_flag=True,
    help=gettext_noop("Old issues: their clocks start now, not when they were received."),
)
@option("--actor", default="", help=gettext_noop("Who takes them in; you by default."))
@option("--json", "as_json", is_flag=True, help=gettext_noop("The summary as JSON."))
@pass_app
def intake(
    app: App, file: str, mapping: Path | None, backfill: bool, actor: str, as_json: bool
) -> int:
    summary = take_in_file(app, file, mapping, actor, backfill=backfill)
    tell_faults(summary.errors, file)
    if as_json:
        print_json(summary)
    else:
        click.echo(_told(summary))
        if summary.accepted:
            click.echo(_("  → next: `referral case list`, `referral run`"))
    return REFUSED if summary.rejected else 0


def take_in_file(
    app: App, file: str | Path, mapping: Path | None = None, actor: str = "", *,
    backfill: bool = False,
) -> Summary:  # fmt: skip
    """Takes a file in, with a progress bar where a person watches; raises Faulty for the file."""
    source, plan = str(file), mapping_of(mapping)
    with app.desk(existing=False) as desk:
        by = _taker(app.actor(desk, actor))
        _first_use(desk, by.id.removeprefix("cli:"))
        rows = rows_of(app, source, plan, desk.clock.now() if source == "-" else None)
        known = known_here(app, app.workspace.rules(tested=False))
        repairs = Repairs()
        with following(repairs.noting(rows), source, _("intake")) as watched:
            summary = _take_in(desk, watched, known, by, backfill=backfill)
    repairs.tell(source)
    summary.errors.sort(key=lambda fault: fault.line)
    return summary


def _taker(actor: Actor) -> Principal:
    """Who takes in: whoever the token stands for, else the name, trusted as a dispatcher."""
    if isinstance(actor, Principal):
        return actor
    return Principal(f"cli:{author(actor)}", ("dispatcher",))


def _first_use(desk: Desk, who: str) -> None:
    made = publish_first(desk, who)
    if made is not None:
        note(_("first use: published the workspace's rules as {hash}").format(
            hash=short(made.rule_set)
        ))  # fmt: skip


def _take_in(
    desk: Desk, rows: Iterable[Row], known: Known, by: Principal, *, backfill: bool
) -> Summary:
    summary = Summary()
    waiting: deque[tuple[Row, Future[Answer]]] = deque()
    for row in rows:
        summary.read += 1
        checked = known.checked(row)
        if checked.issue is None:
            summary.reject(checked.faults)
            continue
        if len(waiting) >= _AHEAD:
            _settle(summary, *waiting.popleft())
        waiting.append((row, _register(desk, checked.issue, by, row.key, backfill)))
    for each in waiting:
        _settle(summary, *each)
    return summary


def _register(desk: Desk, issue: Issue, by: Principal, key: str, backfill: bool) -> Future[Answer]:
    return desk.register(issue, by, sender_key=key, backfill=backfill)


def _settle(summary: Summary, row: Row, answer: Future[Answer]) -> None:
    try:
        came_to = answer.result()
    except Unavailable:
        raise  # the row is right: whoever makes room gives the same file again
    except Refused as error:
        summary.reject([RowFault(row.line, "", error.code, error.message)])
        return
    if came_to.duplicate:
        summary.duplicates += 1
        return
    summary.accepted += 1
    summary.linked += came_to.linked > 0


def _told(summary: Summary) -> str:
    numbers: dict[str, Any] = msgspec.structs.asdict(summary)
    said = ngettext("{read} row read", "{read} rows read", summary.read) + _(
        ": {accepted} accepted ({linked} linked to a near-duplicate), {duplicates} known before,"
        " {rejected} rejected"
    )
    return said.format(**numbers)
