"""The slow way to a backtest: every recorded case simulated whole, once under each rule set.

It shares nothing with the backtest but what production shares: the issue is registered again
through the one door of the core, with the answers kept, at the moment it was decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from referral_engine.flow.decide import decide
from referral_engine.flow.draft import Setting
from referral_engine.flow.facts import Facts
from referral_engine.flow.intake import ISSUE
from referral_engine.flow.routing import as_known
from referral_engine.model.command import Register, Request
from referral_engine.model.event import Decided
from referral_engine.model.issue import Issue
from referral_engine.rules.tree import RuleSet
from referral_engine.store import Reader, Store
from referral_engine.trial.backtest import WHAT
from referral_engine.trial.preview import shown
from referral_engine.workspace import Workspace

Told = dict[str, Any]


def simulated(
    workspace: Workspace, store: Store, rules: tuple[RuleSet, RuleSet]
) -> Iterator[tuple[str, tuple[Told, Told]]]:
    """The code of every unsealed case that rules decided, with what each rule set makes of it."""
    old, new = (workspace.setting(workspace.activate(each), {}) for each in rules)
    with store.reading() as reader:
        for code in _codes(reader):
            yield code, (_resolved(reader, code, old), _resolved(reader, code, new))


def differing(outcomes: Iterable[tuple[str, tuple[Told, Told]]]) -> dict[str, set[str]]:
    """By code: what differs, of what is open under both rule sets."""
    found = {}
    for code, (old, new) in outcomes:
        what = {name for name in WHAT if old[name] != new[name]}
        if old["sealed"] or new["sealed"]:
            what &= {"sealed", "outcome"}
        if what:
            found[code] = what
    return found


def _codes(reader: Reader) -> Iterator[str]:
    for line in reader.cases(limit=1_000_000):
        bodies = [event.body for event in reader.events(line.code)]
        if not line.sealed and any(isinstance(body, Decided) for body in bodies):
            yield line.code


def _resolved(reader: Reader, code: str, setting: Setting) -> Told:
    events = reader.events(code)
    decided = next(event for event in events if isinstance(event.body, Decided))
    assert isinstance(decided.body, Decided)
    loaded = reader.load(code)
    assert loaded is not None
    issue = msgspec.json.decode(reader.content(code, [ISSUE])[ISSUE], type=Issue)
    corrected = as_known(loaded.case, issue)
    issue = msgspec.structs.replace(
        issue, category=corrected.category, territory=corrected.territory
    )
    facts = Facts(code=code, answers=decided.body.answers, issue=issue, reporter="r")
    request = Request(case="", command=Register(issue), by=events[0].by)
    resolution = decide(None, request, facts, setting, decided.recorded_at)
    assert resolution is not None
    return shown(issue, resolution, setting.calendar.zone)
