"""The JSON Schema that editors complete from is as rich as the language."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from referral_engine.rules.fields import Field, Scope, registry
from referral_engine.rules.load import KINDS
from referral_engine.rules.operators import OPERATORS, operators_for
from referral_engine.rules.schema import json_schema

SCHEMA = json_schema()
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


def test_every_operator_explains_itself() -> None:
    written = json.dumps(SCHEMA, ensure_ascii=False)
    assert all(f"{op.alias}: {op.meaning}" in written for op in OPERATORS.values())
