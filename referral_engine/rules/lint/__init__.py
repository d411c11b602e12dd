"""The faults a rule set can have, one file each: code, severity, manual, message.

Most are met while a file is read; those with a ``check`` are looked for in the whole set. A
module is imported when its fault is met, so that loading sound rules costs none of them.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING

from referral_engine.rules.lint.base import Lint

if TYPE_CHECKING:
    from referral_engine.rules.lint import (
        bad_anchor as bad_anchor,
        bad_pattern as bad_pattern,
        bad_span as bad_span,
        bad_target as bad_target,
        bad_window as bad_window,
        duplicate_id as duplicate_id,
        duplicate_key as duplicate_key,
        empty_condition as empty_condition,
        encoding as encoding,
        field_out_of_scope as field_out_of_scope,
        loop as loop,
        missing_key as missing_key,
        missing_operator as missing_operator,
        no_effect as no_effect,
        not_a_table as not_a_table,
        not_settable as not_settable,
        reserved_id as reserved_id,
        too_deep as too_deep,
        two_keys as two_keys,
        unknown_category as unknown_category,
        unknown_field as unknown_field,
        unknown_key as unknown_key,
        unknown_kind as unknown_kind,
        unknown_list as unknown_list,
        unknown_occasion as unknown_occasion,
        unknown_operator as unknown_operator,
        unknown_reference as unknown_reference,
        unknown_tag as unknown_tag,
        unknown_territory as unknown_territory,
        unknown_unit as unknown_unit,
        unknown_value as unknown_value,
        wrong_operator as wrong_operator,
        wrong_phase as wrong_phase,
        wrong_type as wrong_type,
        yaml_syntax as yaml_syntax,
    )

__all__ = ["Lint", "lints"]


def lints() -> dict[str, Lint]:
    """Every lint rule by its code, in alphabetical order."""
    found = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    rules: list[Lint] = [module.LINT for module in found if hasattr(module, "LINT")]
    return {lint.code: lint for lint in sorted(rules, key=lambda lint: lint.code)}


def __getattr__(name: str) -> ModuleType:
    # A name that is no module must look like any missing attribute to hasattr and copy.
    try:
        return import_module(f"{__name__}.{name}")
    except ModuleNotFoundError:
        raise AttributeError(name) from None
