"""On time by the export's own column, by its targets, and by the engine's deadlines.

python on_time.py EXPORT.csv [--json]

Every row is decided as production would decide it; the promise of its type is what its rule allows
for the report (rules/routing/). Four judgements are then held against each other:

``status``   the export's OnTime_Status
``target``   closed by the export's own TARGET_DT
``exact``    the promise counted to the minute, as the city's clock does
``engine``   the engine's deadline, at the close of business of the last day

README.md explains the differences; tests/acceptance/test_boston.py holds its figures to this.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from referral_engine.importers import Row, load_mapping, read_issues
from referral_engine.importers.times import moment
from referral_engine.model.deadline import Deadline
from referral_engine.model.hours import WorkHours
from referral_engine.model.span import Span
from referral_engine.trial.preview import Preview
from referral_engine.workspace import Workspace
from referral_engine.worktime import Due, WorkCalendar, at_share, deadline, weekdays

HERE = Path(__file__).resolve().parent
UTC = ZoneInfo("UTC")
# The export's times of opening were cut to the minute, its targets were not.
SLACK = timedelta(minutes=2)


class Judged(msgspec.Struct, frozen=True):
    """One row of the export, its times in the city's zone; ``promise`` None where a default led."""

    id: str
    type: str
    received_at: datetime
    closed_at: datetime
    status: str
    target: datetime | None
    promise: Span | None
    engine: datetime


def judged(export: Path, workspace: Workspace) -> Iterator[Judged]:
    """The rows of the export with a closing time, each with its own deadlines."""
    zone = workspace.calendar.zone
    preview = Preview(workspace, workspace.activate(workspace.rules()))
    for row in read_issues(export, load_mapping(HERE / "mapping.yaml"), zone):
        issue = row.issue
        assert issue is not None, row.faults
        report = _report(preview, row)
        closed = _time(row.truth["CLOSED_DT"], zone)
        assert closed is not None, issue.id
        assert report.due is not None, issue.id
        yield Judged(
            id=issue.id,
            type=issue.category,
            received_at=issue.received_at,
            closed_at=closed,
            status=row.truth["OnTime_Status"],
            target=_time(row.truth["TARGET_DT"], zone),
            promise=report.spans[0],
            engine=report.due.astimezone(zone),
        )


def _report(preview: Preview, row: Row) -> Deadline:
    assert row.issue is not None
    case = preview.resolve(row.issue).case
    lead = case.lead()
    assert lead is not None, "the default rule refers whatever no other does"
    return next(d for d in case.deadlines if d.name == "report" and d.referral == lead.id)


def _time(text: str, zone: ZoneInfo) -> datetime | None:
    """A time as the mapping reads OPEN_DT: turned from UTC once too often."""
    return moment(text, ("%Y-%m-%d %H:%M:%S",), zone, mistaken_for=UTC) if text else None


class Clock:
    """The city's clock: business days of 8:30 to 17:00, to the minute; days simply pass."""

    def __init__(self, calendar: WorkCalendar, hours: WorkHours) -> None:
        self.calendar = calendar
        self.hours = hours

    def ends(self, start: datetime, span: Span) -> datetime:
        """A day is 8.5 hours of business: the half of twice as many, since spans are whole."""
        if span.unit == "d":
            return start + timedelta(days=span.amount)
        long = Span(17 * span.amount, "wh")
        twice = deadline(start, long, self.calendar, self.hours, emergency=True)
        assert isinstance(twice, Due), "nothing stops this clock"
        half = at_share(twice, 0.5, self.calendar, self.hours)
        assert half is not None
        return half

    def same(self, one: datetime, other: datetime, span: Span, slack: timedelta = SLACK) -> bool:
        """Whether two ends mean the same: five in the afternoon is half past eight tomorrow."""
        if span.unit == "d":
            return abs(one.replace(tzinfo=None) - other.replace(tzinfo=None)) <= slack
        spans = self.calendar.open_between(min(one, other), max(one, other), self.hours)
        return sum((closes - opens for opens, closes in spans), timedelta()) <= slack


def tally(rows: list[Judged], workspace: Workspace) -> dict[str, int]:
    """How often the judgements agree, and why they do not."""
    hours = workspace.org.content.hours
    clock = Clock(workspace.calendar, hours)
    bare = Clock(WorkCalendar(weekdays(), workspace.config.zone), hours)
    count: Counter[str] = Counter(rows=len(rows))
    for row in rows:
        status = row.status == "ONTIME"
        if row.target is None:
            count["without a target"] += 1
            count["without a target, on time by the export"] += status
            continue
        count["with a target"] += 1
        if not row.status:
            count["with a target, without a status"] += 1
            continue
        count["judged by both"] += 1
        count["status is closed by the target"] += status == (row.closed_at <= row.target)
        _compare(count, row, status, clock, bare)
    return dict(count)


def _compare(count: Counter[str], row: Judged, status: bool, clock: Clock, bare: Clock) -> None:
    span = row.promise
    assert span is not None
    assert row.target is not None
    reproduced = clock.same(clock.ends(row.received_at, span), row.target, span)
    no_holidays = bare.same(bare.ends(row.received_at, span), row.target, span)
    cause = "own target" if not (reproduced or no_holidays) else ""
    if reproduced:
        count["target recomputed"] += 1
    elif no_holidays:
        cause = "holiday not kept"
        count["target recomputed without holidays"] += 1
    else:
        count["target of its own"] += 1
    engine = row.closed_at <= row.engine
    count["engine agrees"] += engine == status
    count["engine on time"] += engine
    count["export on time"] += status
    if engine != status:
        cause = cause or "end of the day"
        verdict = "on time" if engine else "late"
        count[f"engine {verdict}, export not: {cause}"] += 1


def main(words: list[str]) -> None:
    """Prints the figures, one a line or as JSON."""
    workspace = Workspace.open(HERE / "config.yaml")
    figures = tally(list(judged(Path(words[0]), workspace)), workspace)
    if "--json" in words[1:]:
        sys.stdout.write(json.dumps(figures) + "\n")
        return
    for name, number in figures.items():
        sys.stdout.write(f"{number:6,}  {name}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
