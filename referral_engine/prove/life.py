"""The life of a case through the flow that serves: a command, or the silence of everybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from referral_engine.errors import Refused
from referral_engine.flow.decide import decide
from referral_engine.flow.facts import Facts
from referral_engine.model.case import Case
from referral_engine.model.command import Request, Tick
from referral_engine.model.outcome import Resolution
from referral_engine.model.principal import ENGINE
from referral_engine.prove.moves import Move
from referral_engine.prove.witness import Witness
from referral_engine.rules.runtime import ActiveRules
from referral_engine.trial.preview import Preview
from referral_engine.trial.stand_ins import StandIns
from referral_engine.workspace import Workspace

__all__ = ["Act", "Life", "Stand"]

_MINUTE = timedelta(minutes=1)


class Act(msgspec.Struct, frozen=True):
    """What was done when (UTC)."""

    at: datetime
    move: Move


class Stand(msgspec.Struct, frozen=True):
    """A case as it stands at a moment (UTC), and how it came there.

    ``said`` is what the last step came to, ``before`` the case before it (None: the first step).
    """

    case: Case
    now: datetime
    witness: Witness
    said: Resolution
    before: Case | None = None
    acts: tuple[Act, ...] = ()

    def as_steps(
        self, expect: dict[str, Any], until: datetime | None = None
    ) -> list[dict[str, Any]]:
        """The steps of a rule test that lead here and, with `until`, into the silence after it;
        at the last one `expect` is to be seen."""
        end = until or self.now
        steps: list[dict[str, Any]] = [
            {"at": act.at.isoformat(), "do": [_worded(act.move)]} for act in self.acts
        ]
        if steps and self.acts[-1].at == end:
            steps[-1]["expect"] = expect
            return steps
        return [*steps, {"at": end.isoformat(), "expect": expect}]


def _worded(move: Move) -> str | dict[str, dict[str, str]]:
    words = {"by": move.by, **move.arguments} if move.by else move.arguments
    return {move.verb: words} if words else move.verb


class Life:
    """Plays cases on the rules of a workspace; nothing is stored."""

    def __init__(self, workspace: Workspace, rules: ActiveRules) -> None:
        self.workspace = workspace
        self.rules = rules
        self.setting = workspace.setting(rules, {})
        self._stand_ins = StandIns(workspace.org)
        self._preview = Preview(workspace, rules)

    def begin(self, witness: Witness) -> Stand:
        """The case that the issue becomes. Raises Refused."""
        preview = Preview(self.workspace, self.rules) if witness.earlier else self._preview
        for issue in witness.earlier:
            preview.resolve(issue)
        said = preview.peek(witness.issue, preview.answers(witness.issue))
        return Stand(said.case, witness.issue.received_at.astimezone(UTC), witness, said)

    def act(self, stand: Stand, move: Move) -> Stand | None:
        """After somebody entitled has made the move; None where it is refused or says nothing."""
        case, soon = stand.case, stand.now + _MINUTE
        due = case.next_at()
        at = soon if due is None or due > soon else stand.now
        by = self._stand_ins.of(case, move.verb, move.by, f"{len(stand.acts)}")
        try:
            said = decide(case, Request(case.code, move.command, by), Facts(), self.setting, at)
        except Refused:
            return None
        if said is None:
            return None
        return Stand(said.case, at, stand.witness, said, case, (*stand.acts, Act(at, move)))

    def wait(self, stand: Stand) -> Stand | None:
        """After nobody has done anything until something was due; None where nothing ever is."""
        due = stand.case.next_at()
        if due is None:
            return None
        at, tick = max(due, stand.now), Request(stand.case.code, Tick(), ENGINE)
        said = decide(stand.case, tick, Facts(), self.setting, at)
        if said is None:
            return None
        return Stand(said.case, at, stand.witness, said, stand.case, stand.acts)
