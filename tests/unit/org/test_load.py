"""Files to organisation: YAML and CSV alike, English and Chinese, UTF-8 and GBK."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from referral_engine.errors import Faulty
from referral_engine.model.person import Post
from referral_engine.model.unit import Presence
from referral_engine.org import Org, load_org
from referral_engine.org.timetable import parse_hours

AS_YAML = """
kind: organisation
territories:
  - {code: "620922", name: 县, urban: no, unit: 中心}
  - {code: "620922100000", name: 镇, urban: yes}
  - {code: "620922100200", name: 村}
units:
  - {id: discipline, name: 纪委, kind: discipline, territory: "620922"}
  - id: police
    name: 公安局
    kind: department
    territory: "620922"
    hours: 24h
    presence: rotating wed 09:00-12:00
    capabilities: [night]
  - id: police_1
    name: 派出所
    kind: station
    territory: "620922100"
    of: police
    serves: ["620922100", "620922100200"]
    from: 2020-01-01
    until: 2027-01-01
    succeeded_by: police
people:
  - id: p1
    name: 张三
    phone: "010"
    posts:
      - {unit: police, role: officer}
      - {unit: police_1, role: community_police, territory: "620922100200", grade: 3}
roster:
  - {unit: police, person: p1, weekday: wed, shift: 18:00-08:30}
  - {unit: police, person: p1, date: 2026-10-01}
duties:
  - {township: "*", basic: [D02], supporting: [D01, D08], taken_back: [R01]}
"""
AS_CSV = {
    "区划_csv": (
        "代码,名称,层级,上级,城区,责任单位\n620922,县,县,,否,中心\n"
        "620922100,镇,乡镇,620922,是,\n620922100200,村,村,620922100,,\n"
    ),
    "单位_csv": (
        "编号,名称,类型,所在地,所属部门,辖区,工作时间,入驻方式,成立日期,撤销日期,承接单位,能力\n"
        "discipline,纪委,纪检监察,620922,,,,,,,,\n"
        "police,公安局,部门,620922,,,全天,轮驻 周三 09:00-12:00,,,,night\n"
        "police_1,派出所,站所,620922100,police,620922100、620922100200,,,"
        "2020-01-01,2027-01-01,police,\n"
    ),
    "人员_csv": (
        "编号,姓名,电话,单位,岗位,网格,等级\np1,张三,010,police,经办人,,\n"
        "p1,张三,010,police_1,社区民警,620922100200,3\n"
    ),
    "值班_csv": (
        "单位,值班人员,日期,星期,班次\npolice,p1,,周三,18:00-08:30\npolice,p1,2026-10-01,,\n"
    ),
    "履职_csv": "乡镇,基本,配合,收回\n*,D02,D01 D08,R01\n",
}


def in_folder(folder: Path, encoding: str = "utf-8") -> Path:
    for name, text in AS_CSV.items():
        (folder / f"{name.removesuffix('_csv')}.csv").write_text(text, encoding=encoding)
    return folder


def test_yaml_keeps_every_field(write: Callable[..., Path]) -> None:
    org = load_org(write(all_yaml=AS_YAML), "Asia/Shanghai")
    station, police = org.unit("police_1"), org.unit("police")
    assert station is not None
    assert police is not None
    assert (station.of, station.serves) == ("police", ("620922100", "620922100200"))
    assert (station.since, station.until) == (date(2020, 1, 1), date(2027, 1, 1))
    assert police.presence == Presence("rotating", parse_hours("wed 09:00-12:00"))
    assert police.can("night")
    assert not station.can("night")
    person = org.person("p1")
    assert person is not None
    assert person.posts == (
        Post("police", "officer", "620922"),
        Post("police_1", "community_police", "620922100200", "3"),
    )
    duties = org.duty_list("620922100")
    assert duties is not None
    assert [duties.duty(c) for c in ("D02", "D08a", "R01", "D12")] == [
        "basic",
        "supporting",
        "taken_back",
        None,
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_csv_in_chinese_says_the_same_as_yaml_in_english(
    write: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory, encoding: str
) -> None:
    in_yaml = load_org(write(all_yaml=AS_YAML), "Asia/Shanghai")
    in_csv = load_org(in_folder(tmp_path_factory.mktemp("csv"), encoding), "Asia/Shanghai")
    assert in_csv.content == in_yaml.content
    assert in_csv.hash == in_yaml.hash


def test_the_hash_follows_content_not_order_and_not_personal_data(
    write: Callable[..., Path],
) -> None:
    before = load_org(write(all_yaml=AS_YAML), "Asia/Shanghai").hash

    def again(old: str, new: str) -> str:
        assert old in AS_YAML
        return load_org(write(all_yaml=AS_YAML.replace(old, new)), "Asia/Shanghai").hash

    assert again('name: 张三\n    phone: "010"', "name: 李四") == before
    first, second = (
        line for line in AS_YAML.splitlines(keepends=True) if "- {unit: police, p" in line
    )
    assert again(first + second, second + first) == before
    assert again("role: officer", "role: reviewer") != before
    assert again("hours: 24h\n", "hours: mon 08:00-09:00\n") != before
    assert again("basic: [D02]", "basic: [D03]") != before


def test_urban_is_inherited_and_a_street_is_urban_by_itself(load: Callable[..., Org]) -> None:
    org = load(
        territories_csv="code,name,urban\n620922001,街道,\n620922001001,社区,\n"
        "620922001002,城中村,no\n620922101,镇,yes\n620922101200,村,\n"
    )
    codes = ("620922001", "620922001001", "620922001002", "620922101200", "620922100200")
    found = [org.territory(code) for code in codes]
    assert [each.urban for each in found if each] == [True, True, False, True, False]


def test_free_codes_serve_another_country(write: Callable[..., Path]) -> None:
    org = load_org(
        write(
            city_yaml="kind: organisation\ncodes: free\nhours: mon-fri 09:00-17:00\n",
            territories_csv=(
                "code,name,level,parent,unit\nboston,Boston,city,,City Hall\n"
                "Fenway,Fenway,township,boston,\nWard 21,Ward 21,village,Fenway,\n"
            ),
            units_csv=(
                "id,name,kind,territory,of,serves\nPWDx,Public Works,department,boston,,\n"
                "district_10A,District 10A,station,Fenway,PWDx,Fenway\n"
                "oig,Inspector General,discipline,boston,,\n"
            ),
        ),
        "America/New_York",
    )
    assert org.under("Ward 21", "boston")
    assert not org.under("Fenway", "Ward 21")
    assert org.station("PWDx", "Ward 21") == "district_10A"
    assert org.centre("Nowhere") == "boston"
    assert org.hours_of("PWDx") == parse_hours("mon-fri 09:00-17:00")


def test_faults_of_all_files_come_at_once_in_order(write: Callable[..., Path]) -> None:
    folder = write(
        units_csv="id,name,kind,territory\nfire,消防,departmnt,620922\n",
        people_csv="id,name,unit,role\np1,甲,nowhere,officer\n",
        broken_yaml="kind: [",
    )
    with pytest.raises(Faulty) as caught:
        load_org(folder, "Asia/Shanghai")
    places = [(Path(f.place.file).name, f.place.line, f.code) for f in caught.value.faults]
    assert places == [
        ("broken.yaml", 2, "org-yaml"),
        ("people.csv", 2, "org-unknown-unit"),
        ("units.csv", 2, "org-bad-kind"),
        ("units.csv", 2, "org-unknown-territory"),
    ]


def test_a_quoted_line_end_keeps_line_numbers_right(load: Callable[..., Org]) -> None:
    with pytest.raises(Faulty) as caught:
        load(units_csv='id,name,kind,territory\na,"甲\n局",department,620922\nb,乙局,bad,620922\n')
    place = caught.value.faults[0].place
    assert (place.line, place.column) == (4, 6)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_shift_no_place(load: Callable[..., Org], tmp_path: Path, end: str) -> None:
    text = "id,name,kind,territory\na,甲局,department,620922\nb,乙局,bad,620922\n"
    (tmp_path / "units.csv").write_bytes(text.replace("\n", end).encode())
    with pytest.raises(Faulty) as caught:
        load()
    fault = caught.value.faults[0]
    assert (fault.place.line, fault.place.column) == (3, 6)
    assert fault.source == "b,乙局,bad,620922"


def test_names_of_units_and_territories_are_listed(county: Org) -> None:
    assert county.unit_names()["police"] == "县公安局"
    assert county.unit_names()["620922100"] == "城关镇综治中心"
    assert county.territory_names()["620922100"] == "城关镇"


def test_an_empty_organisation_answers_without_anyone() -> None:
    org = Org.empty()
    assert org.centre("620922100") == ""
    assert org.responsible("620922100", "grid") is None
    assert org.unit("police") is None
    assert org.discipline() == ""
    assert org.related("police") == {"police"}
