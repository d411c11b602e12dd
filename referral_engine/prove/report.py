"""What was proved, what was refuted by which issue, and what was not decided."""

from __future__ import annotations

from typing import Literal

import msgspec

from referral_engine.errors import Place
from referral_engine.prove.witness import Shown, Witness

__all__ = ["PROOFS", "Finding", "Outcome", "Proof", "ProofName"]

ProofName = Literal["coverage", "reach", "agreement", "recusal", "answer"]
Outcome = Literal["proved", "refuted", "undecided"]

PROOFS: tuple[ProofName, ...] = ("coverage", "reach", "agreement", "recusal", "answer")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that speaks against a proof, or that could not be decided.

    ``outcome``   ``refuted`` or ``undecided``
    ``message``   in the reader's language
    ``rules``     the rules concerned; ``place`` is where the first of them stands
    ``witness``   an issue that shows it; ``test`` the rule test that it makes, as YAML
    """

    outcome: Outcome
    message: str
    rules: tuple[str, ...] = ()
    place: Place | None = None
    categories: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    witness: Witness | None = None
    test: str = ""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """One of the five. ``checked`` counts what was asked: cells, rules, pairs, states.

    ``witnesses`` gives for each rule that can win an issue with which it does; ``unknown`` are the
    rules of which neither such an issue is known nor that there is none.
    """

    name: ProofName
    checked: int
    summary: str
    findings: tuple[Finding, ...] = ()
    witnesses: dict[str, Shown] = {}
    unknown: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Refuted by a single counter-example; proved only where nothing is left open."""
        found = {finding.outcome for finding in self.findings}
        if "refuted" in found:
            return "refuted"
        return "undecided" if found else "proved"
