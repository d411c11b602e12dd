from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from referral_engine.importers import content_key, sender_key
from referral_engine.model.issue import Issue
from tests.unit.importers.reading import rows

NOON = datetime(2026, 9, 30, 4, tzinfo=UTC)
ISSUE = Issue(channel="app", received_at=NOON, title="灯", extra={"a": 1, "b": 2})


def test_the_key_is_of_the_moment_and_not_of_its_zone() -> None:
    there = NOON.astimezone(ZoneInfo("Asia/Shanghai"))
    assert content_key(msgspec.structs.replace(ISSUE, received_at=there)) == content_key(ISSUE)


def test_the_key_does_not_depend_on_the_order_of_columns() -> None:
    turned = msgspec.structs.replace(ISSUE, extra={"b": 2, "a": 1})
    assert content_key(turned) == content_key(ISSUE)


def test_everything_an_issue_says_is_in_the_key() -> None:
    for change in ({"title": "井"}, {"extra": {"a": 2}}, {"people": 2}, {"tags": ("x",)}):
        assert content_key(msgspec.structs.replace(ISSUE, **change)) != content_key(ISSUE)
    later = msgspec.structs.replace(ISSUE, received_at=NOON.replace(hour=5))
    assert content_key(later) != content_key(ISSUE)
    assert content_key(later, timed=False) == content_key(ISSUE, timed=False)


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_senders_of_two_channels_never_share_a_key(one: tuple, other: tuple) -> None:
    assert (sender_key(*one) == sender_key(*other)) == (one == other)


def test_equal_rows_of_one_file_are_two_issues_and_the_file_again_is_none() -> None:
    text = "received_at,title\n" + "2026-09-30,灯\n" * 3
    keys = [row.key for row in rows(text)]
    assert len(set(keys)) == 3
    assert keys == [row.key for row in rows(text)]


def test_a_time_that_is_only_the_hour_of_reading_makes_no_new_issue() -> None:
    first, second = (rows("title\n灯\n", received_at=NOON.replace(hour=h))[0] for h in (4, 5))
    assert first.issue != second.issue
    assert first.key == second.key


def test_a_senders_id_is_the_key_whatever_else_changed() -> None:
    first, second = rows("id,received_at,title\n7,2026-09-30,灯\n7,2026-10-01,井\n")
    assert first.key == second.key != ""
