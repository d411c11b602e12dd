"""The tables of the reference: ``python -m referral_engine.rules.reference`` prints them.

docs/rule-language.md holds them between its own words, and a test holds the two together.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from referral_engine.rules import vocabulary
from referral_engine.rules.alias import CONDITION_KEYS, KEYS
from referral_engine.rules.fields import Registry, registry
from referral_engine.rules.issue_nodes import ISSUE_KEYS
from referral_engine.rules.load import KINDS
from referral_engine.rules.operators import OPERATORS
from referral_engine.rules.rule_tests import EXPECTATIONS, VERBS

__all__ = ["TABLES", "field_rows", "filled"]

_MARK = re.compile(r"(<!-- table: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def field_rows(fields: Registry | None = None) -> list[dict[str, str]]:
    """One mapping a field for people and programs, in order of declaration.

    ``name alias label type meaning values scopes settable may_be_missing``, all texts.
    """
    return [
        {
            "name": field.name,
            "alias": field.key,
            "label": field.label,
            "type": field.type,
            "meaning": field.meaning,
            "values": ", ".join(f"{word} {label}" for word, label in field.values.items()),
            "scopes": ", ".join(sorted(field.scopes)),
            "settable": "yes" if field.settable else "no",
            "may_be_missing": "yes" if field.may_be_missing else "no",
        }
        for field in (fields or registry())
    ]


def filled(page: str) -> str:
    """The page with every marked table written anew. Raises KeyError for an unknown table."""
    return _MARK.sub(lambda found: found[1] + TABLES[found[2]] + found[3], page)


def _fields() -> str:
    rows = [
        [
            f"`{row['name']}`",
            row["alias"],
            row["type"],
            _marks(row),
            row["meaning"] + (f": {row['values']}" if row["values"] else ""),
        ]
        for row in field_rows()
    ]
    return _table(["field", "中文", "type", "", "meaning"], rows)


def _marks(row: Mapping[str, str]) -> str:
    """``R`` at routing, ``E`` escalation, ``W`` warning, ``I`` indicator; settable, missing."""
    scopes = "".join(scope[0].upper() for scope in row["scopes"].split(", "))
    settable = " set" if row["settable"] == "yes" else ""
    return scopes + settable + (" ?" if row["may_be_missing"] == "yes" else "")


def _operators() -> str:
    rows = [
        [f"`{op.name}`", op.alias, ", ".join(sorted(op.types)), op.meaning]
        for op in OPERATORS.values()
    ]
    return _table(["operator", "中文", "types", "meaning"], rows)


def _words(words: Mapping[str, str]) -> str:
    return ", ".join(f"`{word}` {label}" for word, label in words.items()) + "\n"


def _vocabularies() -> str:
    named = {
        "whistle": vocabulary.WHISTLES,
        "clocks": vocabulary.CLOCKS,
        "moments a clock counts from": vocabulary.MOMENTS,
        "occasions beside the clocks": vocabulary.OCCASION_EVENTS,
        "path": vocabulary.PATHS,
        "seal": vocabulary.SEALS,
        "link": vocabulary.LINKS,
        "redirect": vocabulary.REDIRECTS,
        "reject": vocabulary.REJECT_GROUNDS,
        "recommend": vocabulary.STEPS,
        "stops": vocabulary.STOPS,
        "targets with @": vocabulary.RELATIVE_LABELS,
        "targets with @, escalation only": vocabulary.RUNNING_LABELS,
        "level": vocabulary.LEVELS,
        "day": vocabulary.DAYS,
        "level of a warning": vocabulary.WARNING_LEVELS,
        "outcome": vocabulary.OUTCOMES,
        "channel": vocabulary.CHANNELS,
    }
    return _table(
        ["where", "words"], [[where, _words(words).strip()] for where, words in named.items()]
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines
    )


TABLES: dict[str, str] = {
    "kinds": _words(KINDS),
    "keys": _words(KEYS | CONDITION_KEYS),
    "fields": _fields(),
    "operators": _operators(),
    "vocabularies": _vocabularies(),
    "expectations": _words(EXPECTATIONS),
    "verbs": _words(VERBS),
    "issue": _words(ISSUE_KEYS),
}
"""The generated tables by name, as Markdown."""


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(filled(path.read_text("utf-8")), "utf-8")
