"""The same for recorded issues of a file: both rule sets decide them one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Any

from referral_engine.errors import Refused
from referral_engine.model.issue import Issue
from referral_engine.rules.tree import RuleSet
from referral_engine.trial.backtest.compare import compared
from referral_engine.trial.backtest.replay import Offered
from referral_engine.trial.backtest.run import Backtest, keep
from referral_engine.trial.backtest.tally import Tally
from referral_engine.trial.preview import Preview
from referral_engine.workspace import Workspace

__all__ = ["backtest_issues"]


@contextmanager
def backtest_issues(
    workspace: Workspace, rules: tuple[RuleSet, RuleSet], issues: Iterable[tuple[str, Issue]]
) -> Iterator[Backtest]:
    """Issues by their id, earlier ones being history for the later; nothing is known of what was
    done, so no deadline is judged in hindsight.
    """
    previews = [Preview(workspace, workspace.activate(each)) for each in rules]
    tally = Tally()
    with TemporaryFile(prefix="referral-backtest-") as spool:
        for id, issue in issues:
            tally.cases += 1
            try:
                before, after = [preview.decide(issue) for preview in previews]
            except Refused:
                tally.undecided += 1
                continue
            day = workspace.calendar.local_day(issue.received_at)
            tally.offered(day, _offered(before), _offered(after))
            change = compared(id, issue.received_at, before, after, None, issue.received_at)
            if change is not None:
                tally.change(change)
                keep(spool, change)
            else:
                tally.renamed += before["rule"] != after["rule"]
        yield Backtest(tally, spool)


def _offered(told: dict[str, Any]) -> Offered | None:
    return None if told["sealed"] else (told["lead"] or "", tuple(told["support"]))
