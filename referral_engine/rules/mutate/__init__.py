"""Mutants of a rule set: the same rules with one thing changed, on the parsed tree.

A mutant that no test tells from the original shows what the tests leave open. Read on in the order
`mutant`, `mutants` (all of a rule set), then `condition`, `operand`, `pattern` (what makes a rule
true) and `routing_effects`, `escalation_effects`, `clock`, `target` (what it then does).
"""

from __future__ import annotations

from referral_engine.rules.mutate.mutant import Changed, Kind, Mutant
from referral_engine.rules.mutate.mutants import mutants

__all__ = ["Changed", "Kind", "Mutant", "mutants"]
