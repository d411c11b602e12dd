"""The section `retention:` of config.yaml."""

from __future__ import annotations

from yaml.nodes import Node

from referral_engine.i18n import _
from referral_engine.marked_yaml import Entry, MarkedYaml
from referral_engine.model.retention import Retention, RetentionRule, Term

__all__ = ["read_retention"]

_BESIDE = ("access_log", "outbox", "results")
_FIELDS = ("category", "path", "outcome", "state", "sealed")
_DEEDS = ("anonymise", "erase_content")


def read_retention(yaml: MarkedYaml, entry: Entry | None) -> Retention:
    """The rules of the section, none where there is no section; faults are noted in `yaml`."""
    if entry is None:
        return Retention()
    found = yaml.known(entry.value, ("cases", *_BESIDE))
    beside = {name: _term(yaml, found[name].value) for name in _BESIDE if name in found}
    nodes = yaml.nodes(found["cases"].value) if "cases" in found else []
    rules = [rule for node in nodes if (rule := _rule(yaml, node)) is not None]
    return Retention(tuple(rules), **beside)


def _rule(yaml: MarkedYaml, node: Node) -> RetentionRule | None:
    found = yaml.known(node, ("name", "after", "do", "basis", "when"))
    missing = [key for key in ("name", "after", "do") if key not in found]
    if missing:
        message = _("missing: {keys}").format(keys=", ".join(missing))
        yaml.fault(node, "CONFIG_MISSING_KEY", message)
        return None
    after = _term(yaml, found["after"].value)
    deed = yaml.choice(found["do"].value, _DEEDS)
    if after is None or deed is None:
        return None
    return RetentionRule(
        name=yaml.text(found["name"].value) or "",
        after=after,
        do="anonymise" if deed == "anonymise" else "erase_content",
        basis=(yaml.text(found["basis"].value) or "") if "basis" in found else "",
        when=_conditions(yaml, found.get("when")),
    )


def _conditions(yaml: MarkedYaml, entry: Entry | None) -> dict[str, tuple[str, ...]]:
    if entry is None:
        return {}
    found = yaml.known(entry.value, _FIELDS)
    return {
        name: tuple(text for text, _node in yaml.texts(each.value)) for name, each in found.items()
    }


def _term(yaml: MarkedYaml, node: Node) -> Term | None:
    try:
        return Term.parse(yaml.text(node) or "")
    except ValueError as error:
        yaml.fault(node, "CONFIG_BAD_VALUE", str(error))
        return None
