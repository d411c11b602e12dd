"""History under other rules: what would have been decided otherwise, and what it would have meant.

Read `meaning` (when two decisions cannot differ), `replay` (the production decision made again),
`compare` (what differs, and hindsight), `tally` (sums), `worker` and `run` (many cases on all
cores), `issues` (those of a file), `told` (plain values), `page` (what a leader signs).
"""

from __future__ import annotations

from referral_engine.store import Period
from referral_engine.trial.backtest.compare import WHAT, Change
from referral_engine.trial.backtest.issues import backtest_issues
from referral_engine.trial.backtest.run import Backtest, Request, backtest
from referral_engine.trial.backtest.tally import Tally

__all__ = [
    "WHAT",
    "Backtest",
    "Change",
    "Period",
    "Request",
    "Tally",
    "backtest",
    "backtest_issues",
]
