"""``python -m tests.chaos.load [--kills 200] [--seed N] [embedded] [postgres]``: figures.

What was killed, what came of it, and what must be nought. Ends with 1 where something was found.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import get_args

from tests.chaos.load.campaign import Figures, Plan, campaign
from tests.chaos.load.fleet import Kind
from tests.chaos.load.server import running_server

_WIDE = 46


def main() -> int:
    said = _arguments()
    seed = said.seed if said.seed is not None else random.SystemRandom().randrange(2**32)
    print(f"seed {seed}: repeats whom and when, not where the machine was", flush=True)
    figures = []
    for kind in said.kinds or get_args(Kind):
        restarts = said.server_kills if kind == "postgres" else 0
        figures.append(_run(Plan(kind, said.kills, seed, restarts, said.pause)))
        print(table(figures[-1]), flush=True)
    return 1 if any(each.verdict.faults for each in figures) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--server-kills", type=int, default=10)
    parser.add_argument("--pause", type=float, default=0.4, help="mean seconds between two kills")
    parser.add_argument("--seed", type=int)
    parser.add_argument("kinds", nargs="*", choices=[*get_args(Kind), []])
    return parser.parse_args()


def _run(plan: Plan) -> Figures:
    """In folders of its own, which stay where something was found."""
    with ExitStack() as stack:
        place = Path(tempfile.mkdtemp(prefix="referral-chaos-"))
        folder = place / "county"
        if plan.kind == "embedded":
            found = campaign(plan, folder, f"sqlite:///{folder}/var/referral.db")
        else:
            data = tempfile.TemporaryDirectory(prefix="referral-pg-", ignore_cleanup_errors=True)
            server = stack.enter_context(running_server(Path(stack.enter_context(data))))
            found = campaign(plan, folder, server.database("chaos"), server)
    if found.verdict.faults:
        print(f"left to be looked at: {place}", file=sys.stderr)
    else:
        shutil.rmtree(place)
    return found


def table(figures: Figures) -> str:
    """The figures, one a line, as docs/chaos.md shows them."""
    v, kills = figures.verdict, figures.kills
    told: dict[str, object] = {
        "kills": sum(kills.values()),
        **{f"  of a {name}": n for name, n in sorted(kills.items())},
        "issues acknowledged": v.issues,
        "  sent again under the same key": v.issues_again,
        "acts of people": v.acts,
        "  asked again under the same key": v.acts_again,
        "  refused, somebody was faster": v.acts_refused,
        "events": v.events,
        "marks of clocks fired": v.marks,
        "effects": v.effects,
        "calls made": v.calls,
        "  made again under the same key": v.calls_again,
        "claims swept from the dead": figures.swept,
        "longest from a kill to the next claim": "",
        **{f"  of a {box}": f"{s:.1f} s" for box, s in sorted(figures.longest.items())},
        "daemons that found no server as they started": figures.turned_away,
        "dead letters": v.dead,
        "faults": len(v.faults),
        "time": f"{figures.seconds:.0f} s",
    }
    lines = [f"\n{figures.plan.kind}", *(f"  {k:<{_WIDE}}{x:>10}" for k, x in told.items())]
    lines += [f"  ! {name}: {examples}" for name, examples in v.faults.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
