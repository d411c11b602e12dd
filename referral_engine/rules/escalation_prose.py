"""An escalation rule as one sentence, for whoever asks what comes if nobody acts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from referral_engine.i18n import _, gettext_noop
from referral_engine.model.target import Target
from referral_engine.rules import vocabulary
from referral_engine.rules.prose import Speech, condition_prose, target_prose, word_prose
from referral_engine.rules.tree import EscalationEffects, EscalationRule

__all__ = ["escalation_prose"]

_SEVERAL = {
    "remind": gettext_noop("remind {units}"),
    "supervise": gettext_noop("put {units} under supervision"),
    "notify": gettext_noop("tell {units}"),
    "confer": gettext_noop("call {units} to a conference"),
}
_AGAINST = {
    "lead": "主办",
    "support": "协办",
    "unit": "承办单位",
    "owner": "责任单位",
}


def escalation_prose(rule: EscalationRule, speech: Speech) -> str:
    """What the rule does, and under what condition, in the reader's language."""
    effects = _("; ").join(_effects(rule.effects, speech)) or _("nothing")
    if rule.when is None:
        return effects
    condition = condition_prose(rule.when, speech)
    return _("If {condition}: {effects}").format(condition=condition, effects=effects)


def _effects(effects: EscalationEffects, speech: Speech) -> Iterator[str]:
    for name, phrase in _SEVERAL.items():
        if targets := getattr(effects, name):
            yield _(phrase).format(units=_units(targets, speech))
    if effects.step_up is not None:
        yield _("step it up to {unit}").format(unit=target_prose(effects.step_up, speech))
    if effects.designate is not None:
        yield _("have {unit} designate who leads").format(
            unit=target_prose(effects.designate, speech)
        )
    if effects.recommend is not None:
        yield _("recommend {step} against the {unit}, for a person to sign").format(
            step=word_prose(effects.recommend.step, vocabulary.STEPS),
            unit=word_prose(effects.recommend.against, _AGAINST),
        )
    if effects.derive:
        yield _("note {flag}").format(flag=effects.derive)


def _units(targets: Iterable[Target], speech: Speech) -> str:
    return _(", ").join(target_prose(target, speech) for target in targets)
