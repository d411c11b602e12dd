"""What was measured, as a section of docs/performance.md."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence

from benchmarks.province.day import PEAK, Day
from benchmarks.province.maximum import Sustained

__all__ = ["told"]

_ABOUT = """\
`{command}` on {cores} cores. Every case is taken in
through the door by one process, routed by the shipped rules, claimed, answered and reported by
plugins in their processes, its people told; ours is `referral run --workers 4` in 1, 2 and 4
processes. The peer is bare procrastinate in as many processes whose jobs write the very same rows
by bare SQL: both end with the same number of rows in every table.

Others left the machine a load of {load:.1f} before the first run. Theirs and ours are told apart by
the processor time that each side used (sender, workers, plugins, server), all it took for one case:
neighbours disturb that less than the time on the wall."""

_DAY = """\
The day around its peak in real time, 4 workers: a minute at 1.39 issues a second (120,000 a day),
{minutes} minutes at 13.9 (the tenfold hour), a minute at 1.39; {cases} cases."""


def told(runs: Sequence[Sustained], day: Day | None, command: str, load: float) -> str:
    """The section, in Markdown; `load` is the machine's load average before the first run."""
    about = _ABOUT.format(command=command, cores=os.cpu_count(), load=load)
    lines = ["## A province on PostgreSQL", "", about, "", *_maximum(runs)]
    if day is not None:
        lines += ["", *_day(day), *_margin(runs)]
    return "\n".join(lines) + "\n"


def _maximum(runs: Sequence[Sustained]) -> list[str]:
    lines = [
        "| workers | sustained maximum : peer | spread | processor time, peer : ours | runs |",
        "|---|---|---|---|---|",
    ]
    for workers in sorted({run.workers for run in runs}):
        ratios = [run.ratio for run in runs if run.workers == workers]
        effort = statistics.median(r.effort_ratio for r in runs if r.workers == workers)
        lines.append(
            f"| {workers} | {statistics.median(ratios):.2f} | {min(ratios):.2f}–{max(ratios):.2f}"
            f" | {effort:.2f} | {len(ratios)} |"
        )
    return lines


def _day(day: Day) -> list[str]:
    median, most, longest = day.claimed
    times = f"{median:.2f} s, {most:.2f} s, {longest:.2f} s"
    return [
        _DAY.format(minutes=day.minutes, cases=day.cases),
        "",
        "| | |",
        "|---|---|",
        f"| most that was due at once | {day.deepest} |",
        f"| longest that anything due has waited | {day.oldest:.1f} s |",
        f"| from offer to claim: median, 99 %, longest | {times} |",
        f"| of the shortest clock (15 min) | {100 * longest / 900:.1f} % |",
        f"| drained after the last issue | {day.drained_after:.1f} s |",
        f"| clocks met late, dead letters | {day.late}, {day.dead} |",
        f"| `audit verify` | {day.verified} |",
    ]


def _margin(runs: Sequence[Sustained]) -> list[str]:
    rates = [run.rate for run in runs if run.workers == 4]
    if not rates:
        return []
    return [f"| sustained maximum : rate of the peak | {statistics.median(rates) / PEAK:.1f} |"]
