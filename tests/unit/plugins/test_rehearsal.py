"""Playing an outside system: always the same for the same case, in office hours, before the end."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from referral_engine import Department, Referral, file_number, pick, wait_within
from referral_engine.model.plugin_settings import PluginSettings
from referral_engine.plugins.departments import load
from tests.unit.plugins.offers import NOW, offered, open_hours
from tests.unit.plugins.shipped_departments import ROOT

HOURS, DAYS = timedelta(hours=1), timedelta(days=1)


def ends(referral: Referral, by: datetime | None = None) -> datetime:
    return referral.now + wait_within(referral, "visit", 2 * HOURS, 9 * DAYS, by).again


def test_a_pick_depends_on_message_round_and_step_alone() -> None:
    one = offered(text="院墙", key="C1-1/offered/1")
    same = replace(one, key="C1-1/offered/1+7", now=NOW + DAYS, state="claimed", id="C9-1")
    assert [pick(one, "end", 97), pick(one, "end", 97)] == [pick(same, "end", 97)] * 2
    others = (replace(one, text="滴水"), replace(one, round=2), replace(one, territory="1"))
    assert len({pick(each, "end", 10**6) for each in (one, *others)}) == 4
    assert pick(one, "end", 10**6) != pick(one, "visit", 10**6)


@given(st.integers(0, 20 * 1440), st.text(max_size=20), st.booleans())
def test_a_wait_ends_in_office_hours_within_its_bounds(
    minutes: int, text: str, limited: bool
) -> None:
    now = NOW + timedelta(minutes=minutes)
    by = now + 5 * DAYS if limited else None
    referral = offered(
        department="justice", text=text, now=now, report_by=by,
        open_hours=open_hours("justice", now),
    )  # fmt: skip
    end = ends(referral)
    assert any(each.opens <= end <= each.closes for each in referral.open_hours) or end < (
        referral.open_hours[0].opens
    )
    assert end >= now + timedelta(minutes=1)
    if by is not None:
        assert end <= now + 0.7 * (by - now)


def test_another_deadline_than_the_reports_may_bound_it() -> None:
    referral = offered(department="justice", text="院墙", report_by=NOW + 60 * DAYS)
    assert ends(referral, NOW + HOURS) <= NOW + 0.7 * HOURS
    assert wait_within(referral, "visit", HOURS, HOURS).bookmark == "visit"


def test_a_deadline_that_is_past_bounds_nothing() -> None:
    referral = offered(department="police", text="院墙", report_by=NOW - DAYS)
    assert wait_within(referral, "visit", HOURS, HOURS).again == HOURS


def test_a_file_number_carries_the_year_in_beijing() -> None:
    new_year = datetime.fromisoformat("2026-12-31T16:00:00+00:00")
    assert file_number(offered(received_at=new_year), "信登").startswith("信登〔2027〕")
    before = file_number(offered(received_at=new_year - timedelta(seconds=1)), "信登")
    assert before.startswith("信登〔2026〕")


def test_a_played_department_is_named_and_its_events_can_be_told_from_real_ones(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    package = tmp_path / "plugins" / "real"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        "from referral_engine import Department, hookimpl\n\n\n"
        "@hookimpl\ndef referral_departments():\n    return [Department('fire', '消防', '2.0')]\n",
        "utf-8",
    )
    folders = (str(ROOT / "plugins"), "plugins")
    settings = PluginSettings(folders=folders, entry_points=False)
    with caplog.at_level(logging.WARNING), load(settings, tmp_path) as found:
        played = {each.id for each in found.loaded if each.rehearsal}
        assert found.principal("fire", "fire").id == "plugin:fire@2.0"
        assert found.principal("police", "police_100").id.endswith("+rehearsal")
    assert played == {each.id for each in found.loaded} - {"fire"}
    (told,) = (each.getMessage() for each in caplog.records)
    assert "made up: justice, legal_aid, market_supervision" in told
    assert "fire" not in told


def test_whether_it_plays_is_true_or_false() -> None:
    assert Department("fire", "消防", "1").profile().rehearsal is False
    with pytest.raises(TypeError, match="rehearsal"):
        Department("fire", "消防", "1", rehearsal="yes")  # type: ignore[arg-type]
