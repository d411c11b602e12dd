"""The county the cost is taken on: the shipped workspace, and issues of its places as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from benchmarks.province.issues import issues
from referral_engine.model.issue import Issue
from referral_engine.workspace import Workspace

__all__ = ["APART", "CONFIG", "grids", "put_file", "reported"]

CONFIG = Path(__file__).resolve().parents[2] / "config.yaml"
APART = timedelta(days=1) / 400
"""Between two issues: 400 a day, as many as make 30 of a kind and township in the six days in which
near-duplicates are looked for.
"""
_HEAD = (
    "id", "channel", "title", "text", "category", "territory", "received_at", "reporter.name",
    "reporter.phone",
)  # fmt: skip


def grids(workspace: Workspace) -> list[str]:
    """The codes of its grids."""
    places = workspace.org.tree.territories.values()
    return sorted(place.code for place in places if place.level == "grid")


def reported(workspace: Workspace, count: int, seed: int, until: datetime) -> Iterator[Issue]:
    """So many issues, one every APART, the last received at `until`."""
    found = islice(issues(seed, grids(workspace), until), count)
    for number, issue in enumerate(found, start=1):
        yield replace(issue, received_at=until - (count - number) * APART)


def put_file(file: Path, given: Iterator[Issue]) -> None:
    """The issues as a CSV."""
    with file.open("w", encoding="utf-8", newline="") as into:
        writer = csv.writer(into)
        writer.writerow(_HEAD)
        writer.writerows(map(_row, given))


def _row(issue: Issue) -> tuple[str, ...]:
    who = issue.reporter
    return (
        issue.id, issue.channel, issue.title, issue.text, issue.category, issue.territory,
        issue.received_at.isoformat(), who.name, who.phone,
    )  # fmt: skip
