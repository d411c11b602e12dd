"""A rule as one sentence, for whoever has to answer for it and does not read YAML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from referral_engine.i18n import _, gettext_noop, locale_name
from referral_engine.model.target import Target
from referral_engine.rules import vocabulary
from referral_engine.rules.fields import Registry, registry
from referral_engine.rules.trace import operand, written
from referral_engine.rules.tree import (
    All,
    Any,
    Condition,
    Leaf,
    Not,
    Proposal,
    Refer,
    Repeats,
    RoutingEffects,
    RoutingRule,
    Within,
)

__all__ = [
    "Speech",
    "condition_prose",
    "label_prose",
    "rule_prose",
    "target_prose",
    "word_prose",
]

_PHRASES = {
    "eq": gettext_noop("{field} is {value}"),
    "ne": gettext_noop("{field} is not {value}"),
    "in": gettext_noop("{field} is one of {value}"),
    "not_in": gettext_noop("{field} is none of {value}"),
    "gt": gettext_noop("{field} is more than {value}"),
    "gte": gettext_noop("{field} is at least {value}"),
    "lt": gettext_noop("{field} is less than {value}"),
    "lte": gettext_noop("{field} is at most {value}"),
    "between": gettext_noop("{field} is between {value}, both included"),
    "under": gettext_noop("{field} is {value} or below it"),
    "at_level": gettext_noop("{field} is at the level {value}"),
    "has": gettext_noop("{field} include {value}"),
    "has_any": gettext_noop("{field} include one of {value}"),
    "has_all": gettext_noop("{field} include all of {value}"),
    "contains": gettext_noop("{field} contains {value}"),
    "contains_any": gettext_noop("{field} contains one of {value}"),
    "contains_all": gettext_noop("{field} contains all of {value}"),
    "matches": gettext_noop("{field} matches {value}"),
    "hours": gettext_noop("{field} lies in the hours {value}"),
    "season": gettext_noop("{field} lies in the season {value}"),
    "day": gettext_noop("{field} lies on a {value}"),
}
# What is asked is whether, so the value is part of the phrase.
_TRUTHS = {
    ("exists", True): gettext_noop("{field} is known"),
    ("exists", False): gettext_noop("{field} is not known"),
    ("empty", True): gettext_noop("{field} are none"),
    ("empty", False): gettext_noop("{field} are some"),
}

# Open vocabularies of which the engine knows a part.
_NAMED = {"channel": vocabulary.CHANNELS, "path": vocabulary.PATHS}


class Speech(msgspec.Struct, frozen=True):
    """By what names rules are told: fields by their labels, units and categories by their names
    (id or code to name; what is not in it is told by its id)."""

    fields: Registry
    units: Mapping[str, str] = {}
    categories: Mapping[str, str] = {}


def rule_prose(
    rule: RoutingRule, guard: Condition | None = None, speech: Speech | None = None
) -> str:
    """The rule as one sentence in the reader's language; `guard` is the ``when`` of its table."""
    known = speech or Speech(registry())
    parts = tuple(part for part in (guard, rule.when) if part is not None)
    effects = _("; ").join(_effects(rule.effects, known))
    if parts:
        condition = condition_prose(All(parts, rule.place), known)
        sentence = _("If {condition}: {effects}").format(condition=condition, effects=effects)
    else:
        sentence = _("Always: {effects}").format(effects=effects)
    return "".join((sentence, *_remarks(rule), _(".")))


def condition_prose(condition: Condition, speech: Speech | None = None) -> str:
    """The condition as a clause in the reader's language."""
    return _clause(condition, speech or Speech(registry()), outermost=True)


def _clause(condition: Condition, speech: Speech, *, outermost: bool = False) -> str:
    match condition:
        case All(parts=parts) | Any(parts=parts):
            word = _(" and ") if isinstance(condition, All) else _(" or ")
            alone = outermost or len(parts) == 1
            joined = word.join(
                _clause(part, speech, outermost=len(parts) == 1 and alone) for part in parts
            )
            return joined if alone else _("({clause})").format(clause=joined)
        case Not(part=part):
            return _("it is not so that {clause}").format(clause=_clause(part, speech))
        case Repeats():
            return _history(condition, speech)
        case Leaf():
            return _leaf(condition, speech)


def _leaf(leaf: Leaf, speech: Speech) -> str:
    field = label_prose(leaf.field, speech)
    if isinstance(leaf.value, bool) and (leaf.operator, leaf.value) in _TRUTHS:
        return _(_TRUTHS[leaf.operator, leaf.value]).format(field=field)
    return _(_PHRASES[leaf.operator]).format(field=field, value=_operand(leaf, speech))


def _operand(leaf: Leaf, speech: Speech) -> str:
    words = vocabulary.DAYS if leaf.operator == "day" else _vocabulary(leaf.field, speech)
    if leaf.operator == "at_level":
        words = vocabulary.LEVELS
    if leaf.field == "category":
        words = dict(speech.categories)
    if leaf.source_value.startswith("$") or not words:
        return operand(leaf)
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    return _(", ").join(word_prose(written(value), words) for value in values)


def _history(repeats: Repeats, speech: Speech) -> str:
    return _("{number} cases or more with the same {same} within {span}").format(
        number=repeats.at_least,
        same=_(", ").join(label_prose(name, speech) for name in repeats.same),
        span=repeats.within,
    )


def _effects(effects: RoutingEffects, speech: Speech) -> Iterator[str]:
    if effects.refer is not None:
        yield from _refer(effects.refer, speech)
    if effects.suggest:
        units = _(", ").join(
            f"{target_prose(one.to, speech)} {one.share:.0%}" for one in effects.suggest
        )
        yield _("suggest to the dispatcher {units}").format(units=units)
    yield from _within(effects.within)
    if effects.path:
        yield _("take the path {path}").format(path=word_prose(effects.path, vocabulary.PATHS))
    for name, value in effects.set:
        shown = word_prose(written(value), _vocabulary(name, speech))
        yield _("set {field} to {value}").format(field=label_prose(name, speech), value=shown)
    if effects.tag:
        yield _("tag it {tags}").format(tags=_(", ").join(effects.tag))
    if effects.seal:
        yield _("seal it as {seal}").format(seal=word_prose(effects.seal, vocabulary.SEALS))
    if effects.link:
        yield _("link it as {link}").format(link=word_prose(effects.link, vocabulary.LINKS))
    if effects.propose is not None:
        yield _proposal(effects.propose)


def _refer(refer: Refer, speech: Speech) -> Iterator[str]:
    if refer.whistle is None:
        yield _("refer it to {lead}").format(lead=target_prose(refer.lead, speech))
    else:
        level = word_prose(refer.whistle, vocabulary.WHISTLES)
        message = _("whistle for {lead} ({level})")
        yield message.format(lead=target_prose(refer.lead, speech), level=level)
    for support in refer.support:
        remarks = [*_within(support.within), *([_("required")] if support.required else [])]
        unit = _("supported by {unit}").format(unit=target_prose(support.to, speech))
        yield unit + (_(" ({remarks})").format(remarks=_(", ").join(remarks)) if remarks else "")


def _within(within: Within) -> Iterator[str]:
    for clock in within:
        message = (
            _("{clock} within {span} of {since}") if clock.since else _("{clock} within {span}")
        )
        yield message.format(
            clock=word_prose(clock.name, vocabulary.CLOCKS),
            span=clock.span,
            since=word_prose(clock.since, vocabulary.MOMENTS),
        )


def _proposal(proposal: Proposal) -> str:
    if proposal.kind == "redirect":
        reason = word_prose(proposal.reason, vocabulary.REDIRECTS)
        return _("propose the legal path {path}, for a person to sign").format(path=reason)
    reason = word_prose(proposal.reason, vocabulary.REJECT_GROUNDS)
    return _("propose to reject it ({ground}), for a person to sign").format(ground=reason)


def _remarks(rule: RoutingRule) -> Iterable[str]:
    if rule.basis:
        yield _(" ({basis})").format(basis=rule.basis)
    if rule.effective.since is not None:
        yield _(", received from {day}").format(day=rule.effective.since)
    if rule.effective.until is not None:
        yield _(", received before {day}").format(day=rule.effective.until)


def target_prose(target: Target, speech: Speech) -> str:
    """A unit by its name, a relative target by its level."""
    if target.first_present:
        units = _(", ").join(target_prose(one, speech) for one in target.first_present)
        return _("the first present of {units}").format(units=units)
    if target.relative:
        return "@" + word_prose(target.relative, vocabulary.RELATIVE_LABELS)
    return speech.units.get(target.unit, target.unit)


def label_prose(name: str, speech: Speech) -> str:
    """A field as the reader calls it."""
    field = speech.fields.find(name)
    if locale_name() == "zh_CN" and field is not None:
        return field.label
    return name.replace("_", " ")


def _vocabulary(name: str, speech: Speech) -> dict[str, str]:
    field = speech.fields.find(name)
    return {} if field is None else field.values or _NAMED.get(field.names, {})


def word_prose(word: str, words: dict[str, str]) -> str:
    """A word of a closed vocabulary as the reader calls it."""
    return words.get(word, word) if locale_name() == "zh_CN" else word
