"""A rule as a sentence, in the reader's language, for whoever answers for it and reads no YAML."""

from __future__ import annotations

from collections.abc import Mapping

from referral_engine.i18n import _, locale_name
from referral_engine.model.target import Target
from referral_engine.rules import tree, vocabulary
from referral_engine.rules.fields import Registry
from referral_engine.rules.operators import find_operator
from referral_engine.rules.trace import operand

__all__ = ["Prose"]


class Prose:
    """Tells rules in words; units and codes by the names people know them by."""

    def __init__(
        self, fields: Registry, units: Mapping[str, str], categories: Mapping[str, str]
    ) -> None:
        self._fields = fields
        self._units = units
        self._categories = categories

    def sentence(self, rule: tree.RoutingRule, guard: tree.Condition | None = None) -> str:
        """What the rule does and when; `guard` is the ``when`` of its table."""
        when = [self._condition(each) for each in (guard, rule.when) if each is not None]
        told = _("{name}: ").format(name=rule.name or rule.id)
        told += _("if {condition}, ").format(condition=_(" and ").join(when)) if when else ""
        told += _("; ").join(self._effects(rule.effects)) + _(".")
        reason = rule.basis or rule.why
        return told + (_(" Basis: {basis}.").format(basis=reason) if reason else "")

    # -- conditions ---------------------------------------------------------------------------
    def _condition(self, condition: tree.Condition, *, inner: bool = False) -> str:
        match condition:
            case tree.All(parts=parts):
                told = _(" and ").join(self._condition(part, inner=True) for part in parts)
            case tree.Any(parts=parts):
                told = _(" or ").join(self._condition(part, inner=True) for part in parts)
            case tree.Not(part=part):
                return _("not {condition}").format(condition=self._condition(part, inner=True))
            case tree.Repeats():
                return _("the same {fields} for at least the {count}. time within {span}").format(
                    fields=_(", ").join(self._field(name) for name in condition.same),
                    count=condition.at_least, span=condition.within,
                )  # fmt: skip
            case tree.Leaf():
                return self._leaf(condition)
        return _("({condition})").format(condition=told) if inner else told

    def _leaf(self, leaf: tree.Leaf) -> str:
        operator = find_operator(leaf.operator)
        known = operator is not None and locale_name() == "zh_CN"
        verb = operator.alias if operator and known else leaf.operator.replace("_", " ")
        return f"{self._field(leaf.field)} {verb} {self._value(leaf)}"

    def _field(self, name: str) -> str:
        field = self._fields.find(name)
        return field.label if field and locale_name() == "zh_CN" else name.replace("_", " ")

    def _value(self, leaf: tree.Leaf) -> str:
        names = self._categories if leaf.field == "category" else self._units
        return _named(operand(leaf), names)

    # -- effects ------------------------------------------------------------------------------
    def _effects(self, effects: tree.RoutingEffects) -> list[str]:
        told = self._referral(effects) if effects.refer else []
        if effects.propose:
            told.append(self._proposal(effects.propose))
        if effects.path:
            told.append(_("path {path}").format(path=_said(effects.path, vocabulary.PATHS)))
        if effects.seal:
            told.append(_("sealed ({why})").format(why=_said(effects.seal, vocabulary.SEALS)))
        if effects.tag:
            told.append(_("tagged {tags}").format(tags=_(", ").join(effects.tag)))
        if effects.link:
            told.append(_("linked as {link}").format(link=_said(effects.link, vocabulary.LINKS)))
        told += [
            _("{field} set to {value}").format(field=self._field(name), value=value)
            for name, value in effects.set
        ]
        return told

    def _referral(self, effects: tree.RoutingEffects) -> list[str]:
        refer = effects.refer
        assert refer is not None
        lead = _("{unit} leads").format(unit=self._target(refer.lead))
        told = [lead + _clocks(effects.within)]
        if refer.support:
            units = (self._target(s.to) + _clocks(s.within) for s in refer.support)
            told.append(_("supported by {units}").format(units=_(", ").join(units)))
        if refer.whistle:
            level = _said(refer.whistle, vocabulary.WHISTLES)
            told.append(_("whistle: {level}").format(level=level))
        return told

    def _proposal(self, proposal: tree.Proposal) -> str:
        if proposal.kind == "redirect":
            path = _said(proposal.reason, vocabulary.REDIRECTS)
            return _("proposes the legal path {path}, for a person to sign").format(path=path)
        ground = _said(proposal.reason, vocabulary.REJECT_GROUNDS)
        return _("proposes not to accept it ({ground}), for a person to sign").format(ground=ground)

    def _target(self, target: Target) -> str:
        if target.first_present:
            units = _(", ").join(self._target(each) for each in target.first_present)
            return _("the first present of {units}").format(units=units)
        if target.relative == "first":
            return _("whoever took it in")
        if target.relative:
            level = _said(target.relative, vocabulary.LEVELS)
            return _("the unit responsible at the level {level}").format(level=level)
        return _named(target.unit, self._units)


def _clocks(within: tree.Within) -> str:
    if not within:
        return ""
    told = (
        _("{clock} within {span}").format(
            clock=_said(clock.name, vocabulary.CLOCKS), span=clock.span
        )
        for clock in within
    )
    return _(" ({clocks})").format(clocks=_(", ").join(told))


def _named(written: str, names: Mapping[str, str]) -> str:
    name = names.get(written)
    return f"{name} ({written})" if name and name != written else written


def _said(word: str, labels: Mapping[str, str]) -> str:
    return labels.get(word, word) if locale_name() == "zh_CN" else word.replace("_", " ")
