"""`lints.yaml` of a plugin: what rules that refer to its unit should have.

Its findings are warnings: what forbids a rule is the county's to say, not a department's.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import msgspec

from referral_engine.errors import Fault, Faulty
from referral_engine.i18n import _
from referral_engine.marked_yaml import Entry, MarkedYaml
from referral_engine.rules.tree import RoutingRule

__all__ = ["LINT_KEYS", "NEEDS", "AddedLint", "read_lints"]

LINT_KEYS = ("message", "to", "needs")
_TEXTS = ("basis", "why")
_CLOCKS = ("claim", "contact", "arrive", "report")
NEEDS = (*_TEXTS, *_CLOCKS)
"""What a lint may ask for: a text of the rule, or a clock of its `within`."""


class AddedLint(msgspec.Struct, frozen=True):
    """Every routing rule whose lead is the unit ``to`` should have all of ``needs``."""

    id: str
    message: str
    to: str
    needs: tuple[str, ...]

    def fault(self, rule: RoutingRule) -> Fault | None:
        """The warning at the rule's place; None where it is no concern of this, or all is there."""
        refer = rule.effects.refer
        if refer is None or refer.lead.unit != self.to:
            return None
        there = {clock.name for clock in rule.effects.within}
        there |= {name for name in _TEXTS if getattr(rule, name)}
        missing = [name for name in self.needs if name not in there]
        if not missing:
            return None
        told = _("{message} (no {missing}; lint {id})")
        text = told.format(message=self.message, missing=", ".join(missing), id=self.id)
        return Fault(rule.place, "PLUGIN_LINT", text, "warning", rule=rule.id)


def read_lints(
    file: Path, units: Collection[str]
) -> tuple[tuple[AddedLint, ...], tuple[Fault, ...]]:
    """The sound lints of the file, none where there is none, and its faults."""
    if not file.is_file():
        return (), ()
    try:
        yaml = MarkedYaml(file, "LINT")
    except Faulty as error:
        return (), error.faults
    section = yaml.known(yaml.root, ("kind", "lints")).get("lints")
    read = [_lint(yaml, entry, units) for entry in yaml.entries(section.value if section else None)]
    return tuple(lint for lint in read if lint is not None), tuple(yaml.faults)


def _lint(yaml: MarkedYaml, entry: Entry, units: Collection[str]) -> AddedLint | None:
    before = len(yaml.faults)
    given = yaml.known(entry.value, LINT_KEYS)
    missing = [key for key in LINT_KEYS if key not in given]
    if missing:
        told = _("missing: {keys}").format(keys=", ".join(missing))
        yaml.fault(entry.node, "LINT_MISSING_KEY", told)
        return None
    message = yaml.text(given["message"].value)
    to = yaml.choice(given["to"].value, sorted(units))
    node = given["needs"].value
    needs = [yaml.choice(item, NEEDS) for _text, item in yaml.texts(node)]
    if len(yaml.faults) > before:
        return None
    return AddedLint(entry.key, message or "", to or "", tuple(each or "" for each in needs))
