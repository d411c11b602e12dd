"""The province's day around its peak, in real time: is anything late for want of the engine?"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.province.engine import Fleet, fleet
from benchmarks.province.maximum import Server
from benchmarks.province.process import driver

__all__ = ["BASE", "PEAK", "Day", "replay"]

BASE = 120_000 / 86_400
"""Issues a second of a province with 120,000 a day."""
PEAK = 10 * BASE
_WORKERS = 4
_EVERY = 0.5
_NOW = "(extract(epoch FROM clock_timestamp()) * 1e6)::bigint"
_BOXES = ("plugin_call", "follow_up", "notice")
_WAITING = " UNION ALL ".join(
    f"SELECT due_at FROM {box} WHERE status = 'pending' AND due_at <= {_NOW}" for box in _BOXES
)
_SAMPLE = (
    f"SELECT count(*), coalesce({_NOW} - min(due_at), 0) FROM ({_WAITING} UNION ALL SELECT due_at"
    f" FROM wakeup WHERE due_at IS NOT NULL AND dead = 0 AND due_at <= {_NOW}) AS waiting"
)
_CLAIMS = (
    "SELECT coalesce(percentile_disc(ARRAY[0.5, 0.99, 1.0]) WITHIN GROUP"
    " (ORDER BY claimed_at - offered_at), '{0,0,0}') FROM referral WHERE claimed_at IS NOT NULL"
)
_LATE = (
    "SELECT count(*) FROM case_event WHERE kind = 'clock_met'"
    " AND convert_from(body, 'UTF8') LIKE '%\"late\":true%'"
)


class Day(NamedTuple):
    """Times in seconds; `claimed`: median, 99 % and longest from offer to claim. `late`: clocks
    that were met after their time.
    """

    minutes: int
    cases: int
    deepest: int
    oldest: float
    drained_after: float
    claimed: tuple[float, float, float]
    late: int
    dead: int
    verified: str


def replay(server: Server, config: Path, minutes: int, seed: int) -> Day:
    """A minute at the base rate, so many at the peak's, a minute at the base rate again."""
    plan = [[60, BASE], [60 * minutes, PEAK], [60, BASE]]
    (config.parent / "var" / "checkpoints.jsonl").unlink(missing_ok=True)
    with server.database("day") as url, fleet(url, config, _WORKERS, seed) as made:
        warm, began = made.warm(), made.now()
        made.send(plan)
        deepest, oldest = _watched(made, sum(each[0] for each in plan))
        made.sent()
        sent = made.now()
        drained = made.drained() - sent
        return Day(
            minutes=minutes, cases=_one(made, "SELECT count(*) FROM case_file") - warm,
            deepest=deepest, oldest=oldest, drained_after=drained / 1e6,
            claimed=_claimed(made, began), late=_one(made, _LATE), dead=_dead(made),
            verified=_verify(url, config),
        )  # fmt: skip


def _watched(made: Fleet, seconds: float) -> tuple[int, float]:
    """The most that was due at once, and the longest that something due has waited."""
    until = time.perf_counter() + seconds
    deepest, oldest = 0, 0.0
    while time.perf_counter() < until:
        row = made.connection.execute(_SAMPLE).fetchone()
        assert row is not None
        deepest, oldest = max(deepest, row[0]), max(oldest, float(row[1]) / 1e6)
        time.sleep(_EVERY)
    return deepest, oldest


def _claimed(made: Fleet, began: int) -> tuple[float, float, float]:
    found = _one(made, f"{_CLAIMS} AND offered_at >= {began}")
    median, most, longest = (float(each) / 1e6 for each in found)
    return median, most, longest


def _dead(made: Fleet) -> int:
    boxes = " + ".join(f"(SELECT count(*) FROM {b} WHERE status = 'dead')" for b in _BOXES)
    return int(_one(made, f"SELECT {boxes} + (SELECT count(*) FROM wakeup WHERE dead = 1)"))


def _one(made: Fleet, query: str) -> Any:
    row = made.connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def _verify(url: str, config: Path) -> str:
    """What `referral audit verify` says."""
    words = ["--config", config, "--database", driver(url), "audit", "verify"]
    done = subprocess.run(
        [Path(sys.executable).with_name("referral"), *map(str, words)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return "clean" if done.returncode == 0 else done.stdout[-2000:] + done.stderr[-2000:]
