"""Escalation inference: which rules are true of a case now, and which flags they derive.

`Inference` forward-chains over one snapshot of a case. It runs on durable-rules within the fences
of `fences.py`, and on a plain Python fixpoint where durable-rules is not installed, where a rule
set is beyond those fences, and for a single case whose values are.

Read on in the order `agenda`, `strata`, `fixpoint` (the meaning), then `encode`, `shards`,
`durable` (the engine), and `trial` (a rule set is loaded in a child process before it is
published).
"""

from __future__ import annotations

from referral_engine.rules.infer.chooser import Backend, Inference
from referral_engine.rules.infer.conclusion import Fired, InferenceBroken, Inferred, WrongThread
from referral_engine.rules.infer.strata import check_stratified
from referral_engine.rules.infer.trial import trial_load

__all__ = [
    "Backend",
    "Fired",
    "Inference",
    "InferenceBroken",
    "Inferred",
    "WrongThread",
    "check_stratified",
    "trial_load",
]
