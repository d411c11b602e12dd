"""Characters that no store, XML or JSON can carry are taken out of a text, and it is noted."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["clean", "deep_clean", "strip_brackets"]

# C0 controls but tab and line ends, C1 but NEXT LINE: XML 1.0 knows none of them.
_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# Full-width and half-width brackets may be mixed; a name that is only a bracket stays.
_SUFFIX = re.compile(
    r"(?<=\S)\s*[(\uff08\u3014\[\u3010][^()\uff08\uff09]*[)\uff09\u3015\]\u3011]\s*$"
)


def clean(text: str) -> tuple[str, bool, bool]:
    """The text without control characters, with U+FFFD for lone surrogates.

    Also tells whether controls were removed and whether surrogates were replaced.
    """
    without = _CONTROLS.sub("", text)
    whole = _SURROGATES.sub(_REPLACEMENT, without)
    return whole, without != text, whole != without


# An attachment's location's address is the deepest text an issue has.
_DEEPEST = 4


def deep_clean(raw: Any, depth: int = 0) -> tuple[Any, bool, bool]:
    """``clean`` for a JSON value: every text in it. What lies deeper than an issue does is None."""
    if isinstance(raw, str):
        # isprintable is false for all that is cleaned, and quick.
        return (raw, False, False) if raw.isprintable() else clean(raw)
    if not isinstance(raw, list | dict):
        return raw, False, False
    if depth == _DEEPEST:
        return None, True, False
    items = raw.items() if isinstance(raw, dict) else enumerate(raw)
    done = {key: deep_clean(value, depth + 1) for key, value in items}
    values = {key: value for key, (value, _removed, _replaced) in done.items()}
    return (
        values if isinstance(raw, dict) else list(values.values()),
        any(removed for _value, removed, _replaced in done.values()),
        any(replaced for _value, _removed, replaced in done.values()),
    )


def strip_brackets(name: str) -> str:
    """The name of a unit without its bracketed suffix: two spellings, one unit.

    Only a suffix goes, however often: a bracket in the middle belongs to the name.
    """
    while (shorter := _SUFFIX.sub("", name)) != name:
        name = shorter
    return name.strip()
