"""The reference of the language holds everything it has, and its examples can be loaded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from referral_engine.rules.alias import CONDITION_KEYS, KEYS
from referral_engine.rules.fields import registry
from referral_engine.rules.load import KINDS, read_sources
from referral_engine.rules.operators import OPERATORS
from referral_engine.rules.reference import TABLES, field_rows, filled

PAGE = (Path(__file__).resolve().parents[3] / "docs/rule-language.md").read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_generated_tables_are_in_step() -> None:
    command = "run `python -m referral_engine.rules.reference docs/rule-language.md`"
    assert filled(PAGE) == PAGE, command
    assert all(f"<!-- table: {name} -->" in PAGE for name in TABLES)


@pytest.mark.parametrize("word", [*KEYS, *KEYS.values(), *CONDITION_KEYS, *KINDS, *OPERATORS])
def test_every_key_kind_and_operator_is_documented(word: str) -> None:
    assert word in PAGE


@pytest.mark.parametrize("field", list(registry()), ids=lambda field: field.name)
def test_every_field_is_documented_in_both_languages(field: object) -> None:
    assert f"| `{field.name}` | {field.key} |" in PAGE  # type: ignore[attr-defined]


def test_the_rows_of_fields_say_who_may_ask_and_set() -> None:
    rows = {row["name"]: row for row in field_rows()}
    assert rows["severity"]["settable"] == "yes"
    assert rows["people"]["settable"] == "no"
    assert "routing" not in rows["overdue_h"]["scopes"]
    assert "routine 常规哨" in rows["whistle"]["values"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_an_example(kind: str) -> None:
    assert any(f"kind: {kind}\n" in text or text.startswith(f"{kind}:") for text in EXAMPLES) or (
        any(text.startswith(f"kind: {kind} ") for text in EXAMPLES)
    )


def test_the_examples_load_together_without_an_error() -> None:
    sources = {f"{number:02}.yaml": text for number, text in enumerate(EXAMPLES)}
    errors = read_sources(sources).errors
    # The test's rule and category stand for a workspace of one's own.
    assert {fault.code for fault in errors} <= {"UNKNOWN_RULE", "UNKNOWN_CATEGORY"}
    assert len(errors) <= 2
