from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from referral_engine.errors import Faulty
from referral_engine.importers import Mapping
from referral_engine.importers.derive_org import derive
from referral_engine.model.target import Target
from referral_engine.org import Org, load_org
from tests.unit.importers.reading import mapping_of

MAPPING = """
missing: ["-"]
columns: {时间: received_at}
fields: {category: {join: [大类, 小类], with: "/"}}
territory:
  code: "620922"
  name: 瓜州县
  level: county
  levels:
    - {level: township, code: 乡镇码, name: 乡镇}
    - {level: village, code: 社区码, name: 社区}
organisation:
  unit: 单位
  normalise: strip_brackets
  centre: [县中心, 指挥中心]
  discipline: [县纪委监委]
  township_suffix: 人民政府
  village_suffixes: [工作站]
  departments: {乡镇执法: [执法队, 城管办]}
  kinds: {utility: [供水公司]}
  ignore: [测试单位]
"""

EXPORT = """时间,乡镇码,乡镇,社区码,社区,大类,小类,单位
t,101,甲镇,1,东社区,市容,占道,甲镇执法队
t,101,甲镇,1,东社区,市容,占道,甲镇执法队
t,101,甲镇,2,西社区,市容,噪声,西社区工作站
t,101,甲镇,2,西社区,市容,噪声,西社区工作站（甲镇）
t,102,乙镇,3,南社区,市容,占道,城管办（乙镇）
t,102,乙镇,3,南社区,供水,停水,供水公司
t,102,乙镇,3,南社区,供水,停水,供水公司（乙镇片区）
t,102,乙镇,3,南社区,供水,-,指挥中心
t,102,乙镇,3,南社区,供水,停水,甲镇执法队
t,-,-,-,-,供水,停水,-
t,-,-,-,-,供水,停水,测试单位
"""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "export.csv"
    path.write_text(EXPORT, encoding="utf-8")
    return derive(path, mapping_of(tmp_path, MAPPING))


@pytest.fixture
def org(files: dict[str, str], tmp_path: Path) -> Org:
    for name, text in files.items():
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return load_org([tmp_path / "org"], UTC)


def office(org: Org, target: Target, territory: str) -> str:
    unit = org.resolve(target, territory, datetime(2026, 9, 30, tzinfo=UTC), "", frozenset())
    assert unit is not None
    found = org.unit(org.station(unit, territory))
    assert found is not None
    return found.name


def test_the_organisation_loads_without_a_fault(org: Org) -> None:
    assert org.centre("620922101001") == "县中心"
    assert org.discipline() == "县纪委监委"


def test_places_have_their_responsible_units(org: Org) -> None:
    village, township = Target(relative="village"), Target(relative="township")
    assert office(org, village, "620922101002") == "西社区工作站"
    assert office(org, village, "620922101001") == "东社区"
    assert office(org, township, "620922102003") == "乙镇人民政府"


def test_offices_of_every_township_are_stations_of_one_department(org: Org) -> None:
    enforcement = Target(unit="乡镇执法")
    assert office(org, enforcement, "620922101001") == "甲镇执法队"
    assert office(org, enforcement, "620922102003") == "城管办（乙镇）"
    assert office(org, enforcement, "620922") == "乡镇执法"


def test_two_spellings_are_one_unit_of_its_kind(org: Org) -> None:
    unit = org.unit("供水公司")
    assert unit is not None
    assert (unit.name, unit.kind, unit.territory) == ("供水公司", "utility", "620922")
    assert org.unit("测试单位") is None
    assert org.unit("指挥中心") is None


def test_the_categories_are_the_paths_of_the_export(files: dict[str, str]) -> None:
    text = files["rules/categories.yaml"]
    assert "'市容': {label: '市容'}" in text
    assert "'供水/停水': {label: '停水', parent: '供水'}" in text


def test_a_mapping_without_an_organisation_derives_none(tmp_path: Path) -> None:
    with pytest.raises(Faulty) as caught:
        derive(tmp_path / "export.csv", Mapping(file="m.yaml"))
    assert caught.value.faults[0].place.file == "m.yaml"
