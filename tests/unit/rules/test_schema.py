"""The JSON Schema that editors complete from is as rich as the language."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from referral_engine.rules.alias import KEYS
from referral_engine.rules.fields import Field, Scope, registry
from referral_engine.rules.key_meanings import KEY_MEANINGS
from referral_engine.rules.lint import Lint, lints
from referral_engine.rules.load import KINDS
from referral_engine.rules.operators import OPERATORS, operators_for
from referral_engine.rules.schema import json_schema
from tests.editor_yaml import as_editors_read, problems

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = json_schema()
# The columns that the shipped example declares in its config.yaml.
WITH_EXTRA = json_schema(registry().with_extra({"event_type": "事件类型"}))
SHIPPED = [
    file
    for folder in ("rules", "examples/pingshan/rules", "examples/boston/rules")
    for file in sorted((ROOT / folder).rglob("*.yaml"))
    if not {"org", "letters", "calendar.yaml"}.intersection(file.relative_to(ROOT).parts)
]
# What an editor can see of the faults that the loader reports.
SEEN = (
    "BAD_SPAN", "EMPTY_CONDITION", "FIELD_OUT_OF_SCOPE", "MISSING_KEY", "MISSING_OPERATOR",
    "NOT_A_TABLE", "NOT_SETTABLE", "TWO_KEYS", "UNKNOWN_FIELD", "UNKNOWN_KEY", "UNKNOWN_KIND",
    "UNKNOWN_OPERATOR", "UNKNOWN_VALUE", "WRONG_OPERATOR", "WRONG_TYPE",
)  # fmt: skip
DEFINITIONS = SCHEMA["definitions"]
SCOPES: tuple[Scope, ...] = ("routing", "escalation", "warning", "indicator")


def references(part: Any) -> set[str]:
    return set(re.findall(r'"\$ref": "#/definitions/([^"]+)"', json.dumps(part)))


def test_every_reference_leads_somewhere_and_every_definition_is_used() -> None:
    assert references(SCHEMA) == set(DEFINITIONS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_is_described(kind: str) -> None:
    assert DEFINITIONS[kind]["additionalProperties"] is False
    assert kind in references(SCHEMA["allOf"])


@pytest.mark.parametrize("scope", SCOPES)
def test_a_condition_offers_the_fields_of_its_scope_in_both_languages(scope: Scope) -> None:
    offered = set(DEFINITIONS[f"condition-{scope}"]["properties"])
    fields = {word for field in registry().within(scope) for word in (field.name, field.key)}
    joins = {"all", "any", "not", "repeats", "全部", "任一", "非", "重复出现"}
    assert offered == fields | joins


@pytest.mark.parametrize("field", list(registry()), ids=lambda field: field.name)
def test_a_field_offers_its_operators_and_its_values(field: Field) -> None:
    scope = next(scope for scope in SCOPES if scope in field.scopes)
    leaf = DEFINITIONS[f"condition-{scope}"]["properties"][field.key]
    names = {word for op in operators_for(field.type) for word in (op.name, op.alias)}
    assert set(leaf["properties"]) == names
    assert leaf["maxProperties"] == leaf["minProperties"] == 1
    if field.values and field.type != "list":
        assert set(field.values.values()) <= set(leaf["properties"]["eq"]["enum"])


def test_fields_of_plugins_are_offered_too() -> None:
    amount = Field(name="tax.amount", type="number", label="金额")
    schema = json_schema(registry().extended([amount]))
    assert "tax.amount" in schema["definitions"]["condition-routing"]["properties"]


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_shipped_file_fits(file: Path) -> None:
    assert not problems(as_editors_read(file.read_text("utf-8")), WITH_EXTRA)


@pytest.mark.parametrize("lint", lints().values(), ids=lints())
def test_examples_of_good_files_fit(lint: Lint) -> None:
    schema = json_schema(registry().with_extra({"photo": "照片"}))  # as the one on evidence has it
    for text in lint.good.values():
        assert not problems(as_editors_read(text), schema)


@pytest.mark.parametrize("code", SEEN)
def test_a_faulty_file_is_refused_at_its_place(code: str) -> None:
    bad = lints()[code].bad.values()
    assert any(problems(as_editors_read(text), SCHEMA) for text in bad)


def test_a_key_and_a_value_explain_themselves_in_both_languages() -> None:
    rule = DEFINITIONS["routing"]["properties"]["rules"]["items"]["properties"]
    assert rule["依据"]["description"] == (
        "依据 basis: the law or document it rests on, shown as the reason"
    )
    severity = DEFINITIONS["condition-routing"]["properties"]["severity"]["properties"]["eq"]
    assert dict(zip(severity["enum"], severity["enumDescriptions"], strict=True))[2] == "重大"
    whistle = DEFINITIONS["refer"]["properties"]["whistle"]
    assert dict(zip(whistle["enum"], whistle["enumDescriptions"], strict=True)) == {
        "routine": "常规哨", "joint": "攻坚哨", "emergency": "应急哨",
        "常规哨": "routine", "攻坚哨": "joint", "应急哨": "emergency",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("clause", "fits"),
    [
        ("category: {exists: no}", True),
        ("people: {gte: 1_000}", True),
        ("people: {gte: many}", False),
        ("类别: {属于: M04}", True),
        ("received_at: {hours: night}", False),
    ],
)
def test_scalars_are_taken_as_the_loader_takes_them(clause: str, fits: bool) -> None:
    rule = f"{{id: a, name: A, when: {{{clause}}}, refer: {{lead: police}}}}"
    value = as_editors_read(f"kind: routing\nhit: first\nrules:\n  - {rule}\n")
    assert (not problems(value, SCHEMA)) is fits


def test_every_key_has_a_meaning() -> None:
    assert set(KEY_MEANINGS) == set(KEYS)


def test_every_operator_explains_itself() -> None:
    written = json.dumps(SCHEMA, ensure_ascii=False)
    assert all(f"{op.alias}: {op.meaning}" in written for op in OPERATORS.values())
