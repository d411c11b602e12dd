"""An escalation that starts again the clock it waits for.

`supervise`, `designate` and `confer` each start a clock of their own. A rule that is asked on that
clock and has the same effect, or rules that start each other's clocks in turn, go round without
getting any higher. Step up instead, or recommend the next rung to a person.

Bad::

    kind: whistles
    case: {supervise: 2wd}
    ---
    kind: escalation
    rules:
      - {id: a, name: A, on: {supervise: 100%}, supervise: true}

Good::

    kind: whistles
    case: {supervise: 2wd}
    ---
    kind: escalation
    rules:
      - {id: a, name: A, on: {supervise: 100%}, step_up: true}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.lint.base import Lint
from referral_engine.rules.survey import Survey
from referral_engine.rules.tree import EscalationRule

LINT = Lint("ESCALATION_LOOP", "warning", __doc__)

_STARTED = ("supervise", "designate", "confer")


def check(survey: Survey) -> Iterator[Fault]:
    """Reported at each rule on the way round."""
    rules = [rule for _table, rule in survey.loaded.escalation_rules()]
    onward: dict[str, set[str]] = {}
    for rule in rules:
        for name in _waits_for(rule):
            onward.setdefault(name, set()).update(_starts(rule))
    for rule in rules:
        for started in _starts(rule):
            back = _reached(started, onward) & _waits_for(rule)
            if back:
                message = _("`{effect}` leads back to the clock that this waits for").format(
                    effect=started
                )
                hint = _("step up, or recommend the next rung to a person")
                yield replace(LINT.fault(rule.place, message, hint), rule=rule.id)


def _waits_for(rule: EscalationRule) -> set[str]:
    return {occasion.name for occasion in rule.on}


def _starts(rule: EscalationRule) -> list[str]:
    return [name for name in _STARTED if getattr(rule.effects, name)]


def _reached(start: str, onward: dict[str, set[str]]) -> set[str]:
    """The clocks that run sooner or later once this one does, itself included."""
    found, pending = {start}, [start]
    while pending:
        for name in onward.get(pending.pop(), set()) - found:
            found.add(name)
            pending.append(name)
    return found
