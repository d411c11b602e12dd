"""Issues of a file for the commands that take some: mapping, progress, faults on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from referral_engine.cli.app import App
from referral_engine.cli.failure import note
from referral_engine.i18n import _, ngettext
from referral_engine.importers import (
    Defaults,
    Mapping,
    Row,
    RowFault,
    load_mapping,
    read_issues,
    total_hint,
)
from referral_engine.importers.known import Known

if TYPE_CHECKING:
    from referral_engine.rules.tree import RuleSet

__all__ = [
    "Repairs",
    "following",
    "known_here",
    "mapping_of",
    "rows_of",
    "tell_faults",
]

_SHOWN = 50


def mapping_of(file: Path | None) -> Mapping | None:
    """The mapping of a file. Raises Faulty, FileNotFoundError."""
    if file is None:
        return None
    if not file.is_file():
        raise FileNotFoundError(file)
    return load_mapping(file)


def rows_of(
    app: App, source: str, mapping: Mapping | None, received_at: datetime | None = None
) -> Iterator[Row]:
    """The rows of a file, or of standard input for ``-``; raises Faulty for the file itself."""
    return read_issues(source, mapping, app.zone, Defaults(received_at=received_at))


def known_here(app: App, rules: RuleSet) -> Known:
    """What categories and places issues may name."""
    labels = {code: category.label for code, category in rules.categories.items()}
    return Known(app.workspace.org, labels)


@contextmanager
def following(rows: Iterable[Row], source: str, label: str) -> Iterator[Iterable[Row]]:
    """The rows with a progress bar beside them, where a person watches a terminal."""
    if not sys.stderr.isatty():
        yield rows
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield progress.track(rows, total=total_hint(source), description=label)


class Repairs:
    """What was mended in rows as they came, by line; of much only the first is kept."""

    def __init__(self) -> None:
        self._first: list[tuple[int, str]] = []
        self._count = 0

    def noting(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows as they come."""
        for row in rows:
            room = _SHOWN - len(self._first)
            self._first += [(row.line, what) for what in row.notes[:room]]
            self._count += len(row.notes)
            yield row

    def tell(self, source: str) -> None:
        """Says what was mended."""
        for line, what in self._first:
            note(f"{source}:{line} {what}")
        if (more := self._count - _SHOWN) > 0:
            note(ngettext("… and {count} more", "… and {count} more", more).format(count=more))


def tell_faults(faults: Iterable[RowFault], source: str) -> None:
    """The faulty rows, each at its line; of very many only the first."""
    listed = list(faults)
    for fault in listed[:_SHOWN]:
        field = f" {fault.field}:" if fault.field else ""
        note(f"{source}:{fault.line} {fault.code}{field} {fault.message}")
    if (more := len(listed) - _SHOWN) > 0:
        note(ngettext("… and {count} more", "… and {count} more", more).format(count=more))
    if listed:
        note(_("  → Correct these rows and take the file in again: the others are not doubled."))
