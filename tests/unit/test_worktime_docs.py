"""Every example of docs/worktime.md is what the engine computes."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from referral_engine.model.hours import WorkHours
from referral_engine.model.span import Span
from referral_engine.worktime import (
    Due,
    Paused,
    Stop,
    WorkCalendar,
    at_share,
    deadline,
    load_overrides,
    quiet,
)

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "worktime.md"
ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = ((9 * 60, 12 * 60), (14 * 60, 18 * 60))
HOURS = WorkHours(((OFFICE,) * 5) + ((), ()))
CALENDAR = WorkCalendar()


def rows(*header: str) -> list[list[str]]:
    """The rows of every table with this header."""
    found: list[list[str]] = []
    inside = False
    for line in DOCUMENT.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line[:1] == "|" else []
        if cells == list(header):
            inside = True
        elif not cells:
            inside = False
        elif inside and cells[0] != "---":
            found.append(cells)
    return found


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.strip()).replace(tzinfo=ZONE)


def stop(text: str) -> Stop:
    since, _to, until = text.removeprefix("stop ").partition(" to")
    return Stop(moment(since), moment(until) if until.strip() else None)


def shown(clock: Due | Paused) -> str:
    if isinstance(clock, Due):
        return f"{clock.at.astimezone(ZONE):%Y-%m-%d %H:%M}"
    unit, length = {"d": ("d", 1440), "m": ("m", 1), "h": ("m", 1)}.get(clock.unit, ("wh", 60))
    return f"{clock.remaining / timedelta(minutes=length):g}{unit} left"


@pytest.mark.parametrize("row", rows("start", "span", "with", "ends"), ids="|".join)
def test_deadlines(row: list[str]) -> None:
    start, span, conditions, ends = row
    words = [word.strip() for word in conditions.split(";") if word.strip()]
    clock = deadline(
        moment(start),
        Span.parse(span),
        CALENDAR,
        HOURS,
        emergency="emergency" in words,
        stops=[stop(word) for word in words if word.startswith("stop ")],
        extensions=[Span.parse(w[9:]) for w in words if w.startswith("extended ")],
    )
    assert shown(clock) == ends
    assert (isinstance(clock, Due) and clock.provisional) == ("provisional" in words)


@pytest.mark.parametrize("row", rows("start", "span", "share", "reached"), ids="|".join)
def test_shares(row: list[str]) -> None:
    start, span, share, reached = row
    clock = deadline(moment(start), Span.parse(span), CALENDAR, HOURS)
    assert at_share(clock, float(share), CALENDAR, HOURS) == moment(reached)


@pytest.mark.parametrize("row", rows("at", "with", "goes out"), ids="|".join)
def test_quiet_hours(row: list[str]) -> None:
    at, condition, goes_out = row
    assert quiet(moment(at), CALENDAR, emergency=condition == "emergency") == moment(goes_out)


def test_no_table_is_overlooked() -> None:
    assert len(rows("start", "span", "with", "ends")) == 45
    assert len(rows("start", "span", "share", "reached")) == 6
    assert len(rows("at", "with", "goes out")) == 5


def test_the_sample_file_is_read(tmp_path: Path) -> None:
    text = DOCUMENT.read_text("utf-8").split("```yaml\n")[1].split("```")[0]
    (tmp_path / "calendar.yaml").write_text(text, "utf-8")
    overrides = load_overrides(tmp_path / "calendar.yaml")
    assert len(overrides.days) == 8
    assert str(overrides.known_until) == "2027-12-31"
