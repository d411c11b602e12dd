"""History under other rules: what would have been decided otherwise, and what it would have meant.

Read `meaning` (when two decisions cannot differ), `replay` (the production decision made again),
`compare` (what differs, and hindsight), `tally` (sums), `worker` and `run` (many cases on all
cores), `page` (what a leader signs).
"""

from __future__ import annotations

from referral_engine.trial.backtest.compare import WHAT, Change
from referral_engine.trial.backtest.run import Backtest, Request, backtest
from referral_engine.trial.backtest.tally import Tally

__all__ = ["WHAT", "Backtest", "Change", "Request", "Tally", "backtest"]
