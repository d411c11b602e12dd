"""The registry of fields: found in both languages, extended without clashes, never ambiguous."""

from __future__ import annotations

from typing import get_args

import pytest

from referral_engine.model.case import CaseState, Outcome
from referral_engine.model.target import RELATIVES
from referral_engine.rules import vocabulary
from referral_engine.rules.alias import CONDITION_KEYS, KEYS, canonical_key
from referral_engine.rules.fields import Field, Registry, registry
from referral_engine.rules.operators import OPERATORS, find_operator, operators_for


@pytest.mark.parametrize("field", list(registry()), ids=lambda field: field.name)
def test_a_field_is_found_by_name_and_by_chinese_alias(field: Field) -> None:
    assert registry().find(field.name) is field
    assert registry().find(field.key) is field
    assert field.label
    assert field.meaning


def test_an_unknown_word_is_no_field_and_has_a_near_one() -> None:
    assert registry().find("catgory") is None
    assert registry().nearest("catgory") == "category"
    assert registry().nearest("收到时闲") == "收到时间"
    assert registry().nearest("qqqqqq") == ""


def test_only_fields_of_the_scope_are_suggested() -> None:
    assert registry().nearest("overdue", "escalation") == "overdue_h"
    assert registry().nearest("overdue_hh", "routing") != "overdue_h"


def test_a_plugin_declares_fields_under_its_own_name() -> None:
    amount = Field(name="market_supervision.amount", type="number", label="金额", alias="市监.金额")
    larger = registry().extended([amount])
    assert larger.find("市监.金额") is amount
    assert registry().find("market_supervision.amount") is None
    assert len(larger) == len(registry()) + 1


def test_a_column_of_an_import_is_a_text_field_that_may_be_missing() -> None:
    larger = registry().with_extra({"street": "街道"})
    field = larger["extra.street"]
    assert (field.type, field.may_be_missing) == ("string", True)
    assert larger.find("附加.街道") is field
    assert field in larger.within("routing")


@pytest.mark.parametrize("word", ["category", "类别"])
def test_a_name_or_alias_cannot_be_declared_twice(word: str) -> None:
    twice = Field(name=word, type="string", label="另一个")
    with pytest.raises(ValueError, match=word):
        registry().extended([twice])


def test_fields_of_a_running_case_are_not_asked_at_routing() -> None:
    routing = {field.name for field in registry().within("routing")}
    escalation = {field.name for field in registry().within("escalation")}
    assert "overdue_h" not in routing
    assert routing < escalation


def test_every_key_has_one_chinese_alias_and_no_two_share_it() -> None:
    everything = KEYS | CONDITION_KEYS
    assert len(set(everything.values())) == len(everything)
    for key, alias in everything.items():
        assert canonical_key(key) == canonical_key(alias) == key
    assert canonical_key("nothing") == ""


def test_no_field_is_called_like_a_join_of_conditions() -> None:
    joins = {*CONDITION_KEYS, *CONDITION_KEYS.values()}
    assert not joins & {word for field in registry() for word in (field.name, field.key)}


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)
def test_an_operator_is_found_in_both_languages(operator: object) -> None:
    name, alias = operator.name, operator.alias  # type: ignore[attr-defined]
    assert find_operator(name) is find_operator(alias) is operator


def test_every_type_has_operators_and_only_its_own() -> None:
    known = {field.type: {op.name for op in operators_for(field.type)} for field in registry()}
    assert "under" in known["tree"]
    assert "under" not in known["string"]
    assert {"has", "has_any", "has_all", "empty", "exists"} == known["list"]
    assert {"hours", "season", "day", "between"} <= known["time"]
    assert "matches" in known["text"]
    assert all("exists" in operators for operators in known.values())


def vocabularies() -> dict[str, dict[str, str]]:
    return {name: getattr(vocabulary, name) for name in vocabulary.__all__}


@pytest.mark.parametrize("words", vocabularies().values(), ids=vocabularies())
def test_a_label_stands_for_one_word_only(words: dict[str, str]) -> None:
    assert len({*words, *words.values()}) == 2 * len(words)


def test_the_vocabularies_are_those_of_the_model() -> None:
    assert set(vocabulary.CASE_STATES) == set(get_args(CaseState))
    assert set(vocabulary.OUTCOMES) == set(get_args(Outcome))
    assert set(RELATIVES) <= set(vocabulary.RELATIVE_LABELS) | set(vocabulary.RUNNING_LABELS)


def test_a_registry_refuses_two_fields_of_one_name() -> None:
    field = Field(name="x", type="bool", label="某")
    with pytest.raises(ValueError, match="x"):
        Registry([field, field])
