"""What may be written about an organisation: the lists, their fields, and the Chinese names."""

from __future__ import annotations

import re

import msgspec

from referral_engine.model.person import POST_ROLES
from referral_engine.model.territory import LEVELS
from referral_engine.model.unit import KINDS

__all__ = ["KIND_WORDS", "LEVEL_WORDS", "NO", "ROLE_WORDS", "SECTIONS", "YES", "Field", "Section"]


class Field(msgspec.Struct, frozen=True):
    """One column. ``many`` holds a list: a YAML sequence, or words separated by ``; , 、``."""

    name: str
    chinese: tuple[str, ...]
    required: bool = False
    many: bool = False


class Section(msgspec.Struct, frozen=True):
    """One list of the organisation; a CSV file is of the section its name begins with."""

    name: str
    files: tuple[str, ...]
    fields: tuple[Field, ...]

    def words(self) -> dict[str, Field]:
        """Every name a column may have."""
        words = {field.name: field for field in self.fields}
        words.update((word, field) for field in self.fields for word in field.chinese)
        return words

    def is_named_by(self, stem: str) -> bool:
        """Whether a file of this name (without suffix) holds the section."""
        return re.split(r"[-_.\s\d]", stem.lower())[0] in self.files


SECTIONS: dict[str, Section] = {
    section.name: section
    for section in (
        Section(
            "territories",
            ("territories", "villages", "grids", "区划", "网格"),
            (
                Field("code", ("代码", "编码"), required=True),
                Field("name", ("名称",), required=True),
                Field("level", ("层级",)),
                Field("parent", ("上级",)),
                Field("urban", ("城区",)),
                Field("unit", ("责任单位",)),
            ),
        ),
        Section(
            "units",
            ("units", "stations", "单位"),
            (
                Field("id", ("编号",), required=True),
                Field("name", ("名称",), required=True),
                Field("kind", ("类型",), required=True),
                Field("territory", ("所在地", "区划"), required=True),
                Field("superior", ("上级", "上级单位")),
                Field("of", ("所属部门",)),
                Field("serves", ("服务区域", "辖区"), many=True),
                Field("answers_for", ("责任区域",), many=True),
                Field("hours", ("工作时间",)),
                Field("presence", ("入驻方式",)),
                Field("from", ("成立日期",)),
                Field("until", ("撤销日期",)),
                Field("succeeded_by", ("承接单位",)),
                Field("phone", ("电话",)),
                Field("capabilities", ("能力",), many=True),
            ),
        ),
        Section(
            "people",
            ("people", "人员"),
            (
                Field("id", ("编号",), required=True),
                Field("name", ("姓名",), required=True),
                Field("phone", ("电话", "手机")),
                Field("unit", ("单位",), required=True),
                Field("role", ("岗位", "职务"), required=True),
                Field("territory", ("区划", "网格")),
                Field("grade", ("等级",)),
            ),
        ),
        Section(
            "roster",
            ("roster", "duty", "值班"),
            (
                Field("unit", ("单位",), required=True),
                Field("person", ("人员", "值班人员"), required=True),
                Field("date", ("日期",)),
                Field("weekday", ("星期",)),
                Field("shift", ("班次", "时段")),
            ),
        ),
        Section(
            "duties",
            ("duties", "履职", "事项"),
            (
                Field("township", ("乡镇",), required=True),
                Field("basic", ("基本",), many=True),
                Field("supporting", ("配合",), many=True),
                Field("taken_back", ("收回",), many=True),
            ),
        ),
    )
}


def _with_chinese(words: tuple[str, ...], chinese: dict[str, str]) -> dict[str, str]:
    return {word: word for word in words} | chinese


LEVEL_WORDS = _with_chinese(
    LEVELS,
    {
        "省": "province",
        "市": "city",
        "县": "county",
        "区": "county",
        "乡镇": "township",
        "街道": "township",
        "村": "village",
        "社区": "village",
        "网格": "grid",
        "组": "group",
        "楼栋": "building",
    },
)
KIND_WORDS = _with_chinese(
    KINDS,
    {
        "中心": "centre",
        "政府": "government",
        "村居": "committee",
        "网格": "grid",
        "部门": "department",
        "站所": "station",
        "事业单位": "institution",
        "公用企业": "utility",
        "企业": "company",
        "法院": "court",
        "检察院": "procuratorate",
        "纪检监察": "discipline",
        "群团": "organisation",
        "社会组织": "organisation",
    },
)
ROLE_WORDS = _with_chinese(
    POST_ROLES,
    {
        "网格员": "grid_member",
        "网格长": "grid_leader",
        "村主任": "village_director",
        "乡镇主任": "township_director",
        "调度员": "dispatcher",
        "值班领导": "duty_leader",
        "经办人": "officer",
        "审核员": "reviewer",
        "回访员": "callback_officer",
        "调解员": "mediator",
        "密件联系人": "sealed_contact",
        "县领导": "county_leader",
        "管理员": "administrator",
        "审计员": "auditor",
        "单位负责人": "unit_leader",
        "社区民警": "community_police",
        "专业力量": "professional",
        "情报员": "volunteer",
        "心理咨询师": "counsellor",
        "代办员": "errand_agent",
        "联户长": "household_contact",
        "单元长": "entrance_contact",
        "楼栋长": "building_contact",
        "单位长": "workplace_contact",
    },
)
YES = frozenset({"yes", "true", "1", "是"})
NO = frozenset({"no", "false", "0", "否"})
