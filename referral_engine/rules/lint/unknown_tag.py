"""A tag that nothing sets.

No rule sets this tag and the configuration does not say that issues bring it, so the condition
may never hold.

Bad::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {tags: {has: crwod}}
        refer: {lead: police}
    default: {refer: {lead: police}}

Good::

    kind: routing
    hit: first
    rules:
      - id: a
        name: A
        when: {tags: {has: crowd}}
        refer: {lead: police}
    default: {refer: {lead: police}}
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from referral_engine.errors import Fault
from referral_engine.i18n import _
from referral_engine.rules.fields import Registry
from referral_engine.rules.lint.base import Lint, did_you_mean
from referral_engine.rules.lint.mentions import read_words, written
from referral_engine.rules.ruleset import Loaded
from referral_engine.spelling import nearest

LINT = Lint("UNKNOWN_TAG", "warning", __doc__)


def check(loaded: Loaded, _registry: Registry) -> Iterator[Fault]:
    """Reported at the leaf that asks for it; not at all where the tags of issues are unknown."""
    if loaded.names.tags is None:
        return
    known = {tag for _table, rule in loaded.routing_rules() for tag in rule.effects.tag}
    known |= set(loaded.names.tags)
    for rule, condition in loaded.conditions():
        for leaf, tag in read_words(condition, "tags"):
            if tag not in known and not written(loaded, ("tag", "加标签"), tag):
                message = _("no rule sets the tag `{word}`, and issues are not known to bring it")
                hint = did_you_mean(nearest(tag, known))
                fault = LINT.fault(leaf.place, message.format(word=tag), hint)
                yield replace(fault, rule=rule)
