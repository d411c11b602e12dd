"""A backtest in plain values, for programs and for keeping with a publication."""

from __future__ import annotations

from typing import Any

import msgspec

from referral_engine.trial.backtest.compare import Change
from referral_engine.trial.backtest.tally import Load, Tally

__all__ = ["change_told", "sums_told"]

_COUNTS = ("cases", "changed", "renamed", "gone", "undecided", "asked")


def sums_told(tally: Tally, *, by_day: bool = True) -> dict[str, Any]:
    """The sums; pairs are (published, proposed). ``load`` is by department, `by_day` also a day."""
    told: dict[str, Any] = {name: getattr(tally, name) for name in _COUNTS}
    told["what"] = dict(sorted(tally.what.items()))
    told["moves"] = _pairs(tally.moves)
    told["rules"] = _pairs(tally.rules)
    told["clocks"] = {name: msgspec.structs.asdict(each) for name, each in tally.clocks.items()}
    told["days"] = tally.length()
    told["load"] = [_load(load) for load in tally.load()]
    if by_day:
        told["load_by_day"] = [
            {"day": day.isoformat(), "unit": unit, "lead": work.lead, "support": work.support}
            for (day, unit), work in sorted(tally.days.items())
        ]
    return told


def change_told(change: Change) -> dict[str, Any]:
    """One changed case; ``differs`` maps what to (published, proposed)."""
    return {
        "case": change.case,
        "decided_at": change.decided_at,
        "rules": change.rules,
        "differs": change.differs,
        "clocks": {
            each.name: {"movement": each.movement, "late": each.late} for each in change.clocks
        },
    }


def _pairs(counted: dict[tuple[str, str], int]) -> list[dict[str, Any]]:
    ordered = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return [{"from": old, "to": new, "cases": count} for (old, new), count in ordered if count]


def _load(load: Load) -> dict[str, Any]:
    whole = load.whole
    return {"unit": load.unit, "lead": whole.lead, "support": whole.support, "peak": load.peak}
