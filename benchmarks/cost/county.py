"""The county the cost is taken on: the shipped rules in one of 20 townships and 2,000 grids, and
issues of its places.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from benchmarks.province.issues import issues
from referral_engine.model.issue import Issue
from referral_engine.workspace import Workspace

__all__ = ["grids", "make", "put_file", "reported"]

APART = timedelta(days=1) / 400
"""Between two issues: 400 a day, four of a kind and township in the six days in which
near-duplicates are looked for.
"""
_COUNTY = "620922"
# The first seven are the shipped county's own, which its rules name.
_TOWNSHIPS = (1, 100, 101, 102, 103, 200, 201, *range(104, 114), *range(202, 205))
_GRIDS = 2_000
_HEAD = (
    "id", "channel", "title", "text", "category", "territory", "received_at", "reporter.name",
    "reporter.phone",
)  # fmt: skip


def make(folder: Path) -> Path:
    """The config.yaml of a new workspace of `referral init` with a generated organisation."""
    script = Path(sys.executable).with_name("referral")
    _run(script, "init", folder)
    listed = folder / "townships.csv"
    lines = ["code,name", *(f"{_COUNTY}{number:03},第{number}镇" for number in _TOWNSHIPS)]
    listed.write_text("\n".join(lines), "utf-8")
    _run(
        script, "org", "generate", "--townships", listed, "--county", _COUNTY, "--grids", _GRIDS,
        "--output", folder / "rules" / "org", "--force",
    )  # fmt: skip
    # These name streets and villages of the shipped county.
    shutil.rmtree(folder / "rules" / "tests")
    (folder / "rules" / "routing" / "40-street-xincheng.yaml").unlink()
    return folder / "config.yaml"


def _run(*words: object) -> None:
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL)


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
