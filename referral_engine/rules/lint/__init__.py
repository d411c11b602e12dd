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
    )
    from referral_engine.rules.lint import (
        bad_pattern as bad_pattern,
    )
    from referral_engine.rules.lint import (
        bad_span as bad_span,
    )
    from referral_engine.rules.lint import (
        bad_target as bad_target,
    )
    from referral_engine.rules.lint import (
        bad_window as bad_window,
    )
    from referral_engine.rules.lint import (
        claim_after_report as claim_after_report,
    )
    from referral_engine.rules.lint import (
        duplicate_id as duplicate_id,
    )
    from referral_engine.rules.lint import (
        duplicate_key as duplicate_key,
    )
    from referral_engine.rules.lint import (
        empty_condition as empty_condition,
    )
    from referral_engine.rules.lint import (
        encoding as encoding,
    )
    from referral_engine.rules.lint import (
        field_out_of_scope as field_out_of_scope,
    )
    from referral_engine.rules.lint import (
        flag_circle as flag_circle,
    )
    from referral_engine.rules.lint import (
        lonely_joint as lonely_joint,
    )
    from referral_engine.rules.lint import (
        loop as loop,
    )
    from referral_engine.rules.lint import (
        misplaced_default as misplaced_default,
    )
    from referral_engine.rules.lint import (
        missing_clock as missing_clock,
    )
    from referral_engine.rules.lint import (
        missing_key as missing_key,
    )
    from referral_engine.rules.lint import (
        missing_operator as missing_operator,
    )
    from referral_engine.rules.lint import (
        no_default as no_default,
    )
    from referral_engine.rules.lint import (
        no_effect as no_effect,
    )
    from referral_engine.rules.lint import (
        not_a_table as not_a_table,
    )
    from referral_engine.rules.lint import (
        not_over_missing as not_over_missing,
    )
    from referral_engine.rules.lint import (
        not_settable as not_settable,
    )
    from referral_engine.rules.lint import (
        reserved_id as reserved_id,
    )
    from referral_engine.rules.lint import (
        set_twice as set_twice,
    )
    from referral_engine.rules.lint import (
        too_deep as too_deep,
    )
    from referral_engine.rules.lint import (
        two_keys as two_keys,
    )
    from referral_engine.rules.lint import (
        unknown_category as unknown_category,
    )
    from referral_engine.rules.lint import (
        unknown_field as unknown_field,
    )
    from referral_engine.rules.lint import (
        unknown_flag as unknown_flag,
    )
    from referral_engine.rules.lint import (
        unknown_indicator as unknown_indicator,
    )
    from referral_engine.rules.lint import (
        unknown_key as unknown_key,
    )
    from referral_engine.rules.lint import (
        unknown_kind as unknown_kind,
    )
    from referral_engine.rules.lint import (
        unknown_list as unknown_list,
    )
    from referral_engine.rules.lint import (
        unknown_occasion as unknown_occasion,
    )
    from referral_engine.rules.lint import (
        unknown_operator as unknown_operator,
    )
    from referral_engine.rules.lint import (
        unknown_reference as unknown_reference,
    )
    from referral_engine.rules.lint import (
        unknown_rule as unknown_rule,
    )
    from referral_engine.rules.lint import (
        unknown_tag as unknown_tag,
    )
    from referral_engine.rules.lint import (
        unknown_territory as unknown_territory,
    )
    from referral_engine.rules.lint import (
        unknown_unit as unknown_unit,
    )
    from referral_engine.rules.lint import (
        unknown_value as unknown_value,
    )
    from referral_engine.rules.lint import (
        unread_flag as unread_flag,
    )
    from referral_engine.rules.lint import (
        unreasoned_suppression as unreasoned_suppression,
    )
    from referral_engine.rules.lint import (
        untested_rule as untested_rule,
    )
    from referral_engine.rules.lint import (
        unused_suppression as unused_suppression,
    )
    from referral_engine.rules.lint import (
        wrong_operator as wrong_operator,
    )
    from referral_engine.rules.lint import (
        wrong_phase as wrong_phase,
    )
    from referral_engine.rules.lint import (
        wrong_type as wrong_type,
    )
    from referral_engine.rules.lint import (
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
