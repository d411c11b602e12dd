"""docs/organisation.md says what the loader takes, no more and no less."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from referral_engine.model.person import POST_ROLES
from referral_engine.model.territory import LEVELS
from referral_engine.model.unit import KINDS
from referral_engine.org import load_org
from referral_engine.org.fields import KIND_WORDS, LEVEL_WORDS, ROLE_WORDS, SECTIONS

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "organisation.md"


def paragraph(heading: str) -> str:
    text = REFERENCE.read_text(encoding="utf-8")
    found = re.search(rf"^\*\*{heading}\.\*\*(.*?)\n\n", text, re.DOTALL | re.MULTILINE)
    assert found, heading
    return found[1]


def test_the_example_loads(write: Callable[..., Path]) -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert example
    org = load_org(write(example_yaml=example[1]), "Asia/Shanghai")
    assert org.station("police", "620922100200") == "police_100"
    assert org.centre("620922100200") == "620922100"


def test_every_column_is_in_the_table_with_its_chinese_names() -> None:
    rows = re.findall(
        r"^\|( \w+)? \| `(\w+)` \| ([^|]+) \|",
        REFERENCE.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    table: dict[str, dict[str, tuple[str, ...]]] = {}
    section = ""
    for named, column, chinese in rows:
        section = named.strip() or section
        table.setdefault(section, {})[column] = tuple(chinese.split())
    assert table == {
        name: {field.name: field.chinese for field in section.fields}
        for name, section in SECTIONS.items()
    }


def test_levels_kinds_and_roles_are_named() -> None:
    quoted = re.compile(r"`(\w+)`")
    assert tuple(quoted.findall(paragraph("Levels"))) == LEVELS
    assert tuple(dict.fromkeys(quoted.findall(paragraph("Kinds")))) == KINDS
    assert set(quoted.findall(paragraph("Roles"))) == set(POST_ROLES)


def test_every_word_has_a_chinese_one() -> None:
    for english, words in ((LEVELS, LEVEL_WORDS), (KINDS, KIND_WORDS), (POST_ROLES, ROLE_WORDS)):
        chinese = {value for word, value in words.items() if not word.isascii()}
        assert chinese == set(english)
