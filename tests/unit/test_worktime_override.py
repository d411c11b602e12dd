"""The administrator's calendar file: what is read, and every fault at its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from referral_engine.errors import Faulty
from referral_engine.worktime import Overrides, china, load_overrides, weekdays


def load(tmp_path: Path, text: str | bytes) -> Overrides:
    path = tmp_path / "calendar.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_overrides(path)


def faults(tmp_path: Path, text: str | bytes) -> list[tuple[int, int, str]]:
    with pytest.raises(Faulty) as caught:
        load(tmp_path, text)
    for fault in caught.value.faults:
        assert fault.message
        assert fault.place.file == str(tmp_path / "calendar.yaml")
    return [(f.place.line, f.place.column, f.code) for f in caught.value.faults]


def test_days_ranges_and_horizon(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        "kind: calendar\n"
        "known_until: 2027-12-28\n"
        "days:\n"
        "  2027-01-01: holiday\n"
        "  2027-02-05..2027-02-07: 法定节假日\n"
        '  "2027-02-20": 工作日\n'
        "  2027-03-08: restday\n",
    )
    assert found.known_until == date(2027, 12, 28)
    assert found.days == {
        date(2027, 1, 1): "holiday",
        date(2027, 2, 5): "holiday",
        date(2027, 2, 6): "holiday",
        date(2027, 2, 7): "holiday",
        date(2027, 2, 20): "workday",
        date(2027, 3, 8): "restday",
    }


def test_only_a_kind_says_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, "kind: calendar\n") == Overrides()


def test_every_fault_is_found_in_one_run(tmp_path: Path) -> None:
    text = (
        "kind: routing\n"
        "known_untill: 2027-12-31\n"
        "known_until: soon\n"
        "days:\n"
        "  2027-02-30: holiday\n"
        "  2027-02-05: hollyday\n"
        "  2027-02-07..2027-02-05: holiday\n"
        "  2027-02-08..2029-02-08: holiday\n"
        "  2027-03-01..2027-03-03: holiday\n"
        "  2027-03-02: workday\n"
        "  2027-03-02: workday\n"
    )
    assert faults(tmp_path, text) == [
        (1, 7, "calendar-shape"),
        (2, 1, "calendar-key"),
        (3, 14, "calendar-date"),
        (5, 3, "calendar-date"),
        (6, 15, "calendar-kind"),
        (7, 3, "calendar-date"),
        (8, 3, "calendar-date"),
        (10, 3, "calendar-twice"),
        (11, 3, "calendar-twice"),
        (11, 3, "calendar-twice"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (1, 1, "calendar-shape")),
        ("- 2027-01-01\n", (1, 1, "calendar-shape")),
        ("kind: calendar\ndays: 2027-01-01\n", (2, 7, "calendar-shape")),
        ("days: {}\n", (1, 1, "calendar-shape")),
        ("kind: calendar\ndays: [2027-01-01\n", (3, 1, "calendar-yaml")),
        ("kind: calendar\ndays:\n  2027-01-01: [a, b]\n", (3, 15, "calendar-kind")),
        ("kind: calendar\ndays:\n  [a]: holiday\n", (3, 3, "calendar-date")),
        ("kind: 日历\x00\n", (1, 1, "calendar-yaml")),
        ("kind: 日历\n".encode("gbk"), (1, 1, "calendar-encoding")),
    ],
)
def test_a_file_of_the_wrong_shape(
    tmp_path: Path, text: str | bytes, expected: tuple[int, int, str]
) -> None:
    assert faults(tmp_path, text) == [expected]


def test_a_fault_shows_its_line_and_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(Faulty) as caught:
        load(tmp_path, "kind: calendar\ndays:\n  2027-02-05: hollyday\n")
    (fault,) = caught.value.faults
    assert fault.source == "  2027-02-05: hollyday"
    assert fault.message == "`hollyday` is no kind of day"
    assert "holiday" in fault.suggestion


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(Faulty) as caught:
        load_overrides(tmp_path / "none.yaml")
    assert [fault.code for fault in caught.value.faults] == ["calendar-no-file"]


def test_a_bare_pattern_is_settled_as_far_as_its_holidays_are_written() -> None:
    day = date(2028, 12, 31)
    assert weekdays().overridden({}, day).horizon == day
    assert weekdays().overridden({}, None).horizon == date.max


def test_a_countrys_horizon_moves_on_and_never_back() -> None:
    settled = china().horizon
    later = settled.replace(year=settled.year + 1)
    assert china().overridden({}, later).horizon == later
    assert china().overridden({}, date(2005, 1, 1)).horizon == settled
