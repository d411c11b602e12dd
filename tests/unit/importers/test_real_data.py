"""The real exports beside the checkout: every row is read or named."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from referral_engine.importers import Mapping, Row, load_mapping, read_issues, total_hint
from referral_engine.importers.clean import strip_brackets
from referral_engine.importers.derive_org import derive
from referral_engine.org import Org, load_org
from referral_engine.rules.fields import registry
from referral_engine.rules.load import load_rules
from referral_engine.rules.match import Router
from referral_engine.rules.names import Names
from referral_engine.rules.subject import Subject
from referral_engine.rules.world import World
from referral_engine.worktime import WorkCalendar
from tests.unit.importers.reading import ZONE, mapping_of

pytestmark = pytest.mark.data

EXAMPLES = Path(__file__).parents[3] / "examples"
EVENTS = "pingshan_events_7000.csv"
PETITIONS = """
columns:
  留言编号: id
  留言用户: reporter.name
  留言主题: title
  留言时间: received_at
  留言详情: text
  点赞数: extra.likes
ignore: [反对数]
fields: {channel: {value: web}}
"""


@pytest.fixture(scope="session")
def pingshan() -> Mapping:
    return load_mapping(EXAMPLES / "pingshan" / "mapping.yaml")


@pytest.fixture(scope="session")
def events(shared_data: Path, pingshan: Mapping) -> list[Row]:
    return list(read_issues(shared_data / EVENTS, pingshan, UTC))


def test_all_events_of_the_district_are_read(events: list[Row]) -> None:
    assert len(events) == 7_000
    assert [row.faults for row in events if row.faults] == []
    assert len({row.key for row in events}) == 7_000
    assert all(row.issue and row.issue.received_at.utcoffset() for row in events)
    assert sum(not row.truth["DISPOSE_UNIT_NAME"] for row in events) < 50


def test_the_hint_is_the_number_of_rows(shared_data: Path) -> None:
    assert total_hint(shared_data / EVENTS) == 7_000


def test_all_petition_messages_are_read(shared_data: Path, tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, PETITIONS)
    read = list(read_issues(shared_data / "petition_messages_2000.csv", mapping, ZONE))
    assert len(read) == 2_000
    assert [row.faults for row in read if row.faults] == []
    assert max(len(row.issue.text) for row in read if row.issue) > 3_000


def test_all_cases_of_boston_are_read(shared_data: Path) -> None:
    mapping = load_mapping(EXAMPLES / "boston" / "mapping.yaml")
    read = list(read_issues(shared_data / "boston311_2500.csv", mapping, UTC))
    assert len(read) > 2_400
    assert [row.faults for row in read if row.faults] == []
    first = read[0].issue
    assert first is not None
    assert first.received_at.tzinfo == ZoneInfo("America/New_York")


@pytest.fixture(scope="session")
def workspace(
    shared_data: Path, pingshan: Mapping, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("pingshan")
    for name, text in derive(shared_data / EVENTS, pingshan).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def district(workspace: Path) -> Org:
    return load_org(workspace / "org", ZONE)


def test_every_event_lies_in_the_derived_district(events: list[Row], district: Org) -> None:
    territories = {row.issue.territory for row in events if row.issue}
    assert [code for code in territories if district.territory(code) is None] == []


def test_every_unit_that_disposed_is_in_the_derived_organisation(
    events: list[Row], district: Org
) -> None:
    known = {strip_brackets(unit.name) for unit in district.content.units}
    disposed = [row.truth["DISPOSE_UNIT_NAME"] for row in events]
    assert sum(unit in known for unit in disposed) > 0.99 * len(disposed)


def test_the_routing_rules_choose_right_on_events_they_were_not_made_from(
    events: list[Row], district: Org, workspace: Path
) -> None:
    """The first choice, at least 0.53 of the last 2,000: 150 keys by frequency reach 0.545."""
    fields = registry().with_extra(dict.fromkeys(("event_type", "source", "property"), ""))
    names = Names(
        units={unit.id: unit.name for unit in district.content.units},
        territories={place.code: place.name for place in district.content.territories},
    )
    rules = load_rules(
        [EXAMPLES / "pingshan" / "rules", workspace / "rules" / "categories.yaml"], fields, names
    )
    assert sum(len(table.rules) + bool(table.default) for table in rules.routing) <= 150
    categories = {code: category.parent for code, category in rules.categories.items()}
    router = Router(rules, World(district, WorkCalendar(), categories), fields)
    right = sum(chosen(router, district, row, fields) == answer(row) for row in events[5_000:])
    assert right / 2_000 >= 0.53


def answer(row: Row) -> str:
    return row.truth["DISPOSE_UNIT_NAME"] or "none"


def chosen(router: Router, district: Org, row: Row, fields) -> str:
    issue = row.issue
    assert issue is not None
    day = issue.received_at.astimezone(ZONE).date()
    decision = router.decide(Subject.from_issue(issue, fields), {}, day, first_only=True)
    assert decision.effects.refer is not None
    unit = district.resolve(
        decision.effects.refer.lead, issue.territory, issue.received_at, "", frozenset()
    )
    found = district.unit(district.station(unit or "", issue.territory))
    return strip_brackets(found.name) if found else ""
