"""Routing against hand-written Python and against other rule engines, on one frozen workload.

Agreement of all engines is checked on every event; then they take turns (benchmarks/routing).
`--full` measures longer and writes the section "Routing" of docs/performance.md with its chart.

Run: .venv/bin/python benchmarks/bench_routing.py [--full]
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# `make bench` installs the peers here: they want other releases of what we use too.
sys.path[:0] = [str(ROOT), str(ROOT / ".venv" / "peers")]

from benchmarks.page import Line, bars, markdown, put_between  # noqa: E402
from benchmarks.routing import ours, workload  # noqa: E402
from benchmarks.routing.by_hand import by_hand  # noqa: E402
from benchmarks.routing.durable import durable_rules  # noqa: E402
from benchmarks.routing.generated import generated  # noqa: E402
from benchmarks.routing.peers import PEERS  # noqa: E402
from benchmarks.routing.timing import Timed, race  # noqa: E402

FROZEN = ROOT / "benchmarks" / "routing" / "FROZEN"
DAY = date(2026, 6, 1)
CHUNK = 500
TARGETS = {10: 0.5, 100: 0.5, 1_000: 1.5, 5_000: 3.0}
PEER_TARGETS = dict.fromkeys(PEERS, 200.0) | {"durable-rules": 6.0}


def frozen() -> str:
    """The digests of the frozen sources and of what they produce."""
    names = ("workload.py", "by_hand.py", "generated.py")
    digests = [_digest((FROZEN.parent / name).read_bytes()) + f"  {name}" for name in names]
    digests.append(_digest(repr(workload.specs(1_000)).encode()) + "  1,000 rules")
    made = repr(list(workload.events(1_000, 50)))
    digests.append(_digest(made.encode()) + "  1,000 events")
    return "\n".join(digests) + "\n"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _chunks(found: list[Any], size: int) -> list[list[Any]]:
    return [found[begin : begin + size] for begin in range(0, len(found), size)]


def beside_python(rules: int, length: int, trees: int, full: bool) -> Timed:
    """The engine in its three ways against Python."""
    specs, tree = workload.specs(rules, trees), workload.codes(trees)
    router = ours.router(specs, trees)
    engines: dict[str, Callable[[Any], Any]] = {
        "all": lambda event: router.decide(event, {}, DAY, trace=False),
        "first": lambda event: router.decide(event, {}, DAY, first_only=True, trace=False),
        "course": lambda event: router.trace(event, {}, DAY),
        "by hand": _on_values(by_hand(specs, tree)),
        "by hand, first": _on_values(by_hand(specs, tree, first=True)),
        "generated": _on_values(generated(specs, tree)),
        "generated, first": _on_values(generated(specs, tree, first=True)),
    }
    shared = {name: "first" if "first" in name else "all" for name in engines}
    return _raced(engines, shared, ("all", "first", "course"), length, trees, full)


def by_itself(rules: int, full: bool) -> Timed:
    """The engine with nobody beside it, as each peer is measured: its data stay in the caches."""
    router = ours.router(workload.specs(rules), 1)
    engines = {"all": lambda event: router.decide(event, {}, DAY, trace=False)}
    return _raced(engines, {"all": "all"}, ("all",), 50, 1, full)


def _raced(
    engines: Mapping[str, Callable[[Any], Any]],
    shared: Mapping[str, str],
    ways: Sequence[str],
    length: int,
    trees: int,
    full: bool,
) -> Timed:
    # What a county's classes of values are shows after some thousand issues, as in service.
    number = 20_000 if length <= 50 else 8_000
    for event in workload.events(number * (2 if full else 1), length, trees, seed=8):
        for way in ways:
            engines[way](ours.subject(event))
    warm, timed = (2_000, 40) if full else (1_000, 8)
    subjects = [
        ours.subject(event) for event in workload.events(warm + timed * CHUNK, length, trees)
    ]
    return race(engines, shared, subjects[:warm], _chunks(subjects[warm:], CHUNK))


def _on_values(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    # One call more, as the engine has it: each side is entered through one wrapper.
    return lambda subject: function(subject.values)


def beside_peer(make: Callable[..., Any], rules: int, full: bool) -> Timed:
    """The engine and one peer, on texts of 50 letters. ImportError if it is not installed."""
    specs, tree = workload.specs(rules), workload.codes(1)
    router = ours.router(specs, 1)
    engines: dict[str, Callable[[Any], Any]] = {
        "this engine": lambda event: router.decide(event, {}, DAY, trace=False),
        "peer": _on_values(make(specs, tree)),
    }
    number, size = (10, 20) if full else (5, 10)
    subjects = [ours.subject(event) for event in workload.events(20 + number * size, 50)]
    shared = dict.fromkeys(engines, "all")
    return race(engines, shared, subjects[:20], _chunks(subjects[20:], size))


def _python_lines(rules: int, length: int, timed: Timed) -> Iterator[Line]:
    where = f"{rules:,} rules, {length} letters"

    def line(way: str, other: str, target: float) -> Line:
        detail = f"{timed.rate(way):,.0f}/s : {timed.rate(other):,.0f}/s"
        return Line(f"{way} : {other} ({where})", timed.ratio(way, other), target, detail)

    thousand = rules == 1_000
    yield line("all", "by hand", TARGETS[rules])
    yield line("first", "by hand, first", 0.7 if thousand else 0)
    yield line("course", "by hand", 0.8 if thousand else 0)
    yield line("all", "generated", 0)
    yield line("first", "generated, first", 0)


@dataclass
class Raced:
    """What the lines are taken from, at 50 letters, by the number of rules."""

    python: dict[int, Timed] = field(default_factory=dict)
    peers: dict[int, dict[str, Timed]] = field(default_factory=dict)


def measured(full: bool, raced: Raced) -> Iterator[Line]:
    """Every line as soon as it is known."""
    for rules in TARGETS:
        for length in (50, 400):
            timed = beside_python(rules, length, 1, full)
            raced.python[rules] = raced.python.get(rules, timed)
            yield from _python_lines(rules, length, timed)
    few, many = raced.python[1_000], beside_python(5_000, 50, 5, full)
    growth = few.rate("all") / many.rate("all")
    detail = f"{1e6 / few.rate('all'):.1f} µs : {1e6 / many.rate('all'):.1f} µs"
    what = "cost from 1,000 to 5,000 rules at constant candidates"
    yield Line(what, growth, 1.5, detail, at_most=True)
    for rules in TARGETS:
        yield from _peer_lines(rules, full, raced)


def _peer_lines(rules: int, full: bool, raced: Raced) -> Iterator[Line]:
    # After each turn of a peer, milliseconds an event, nothing of ours is left in the caches, and
    # after ours, little of theirs: answers are compared beside each other, rates by themselves.
    rate = by_itself(rules, full).rate("all")
    raced.peers[rules] = {}
    for name, make in {**PEERS, "durable-rules": durable_rules}.items():
        try:
            peer = raced.peers[rules][name] = beside_peer(make, rules, full)
        except ImportError:
            print(f"not installed, not measured: {name} (make bench installs it)")
            continue
        detail = f"{rate:,.0f}/s : {peer.rate('peer'):,.0f}/s"
        # They ask every rule, so that the ratio grows with the rules: the target is for many.
        target = PEER_TARGETS[name] if rules >= 1_000 else 0
        what = f"all : {name} ({rules:,} rules, 50 letters)"
        yield Line(what, rate / peer.rate("peer"), target, detail)


def main() -> None:
    full = "--full" in sys.argv
    if "--freeze" in sys.argv:
        FROZEN.write_text(frozen(), encoding="utf-8")
    if FROZEN.read_text(encoding="utf-8") != frozen():
        raise SystemExit("workload or hand-written side differ from benchmarks/routing/FROZEN")
    found: list[Line] = []
    raced = Raced()
    for line in measured(full, raced):
        found.append(line)
        told = f"{line.what:62} {line.ratio:8.2f} {line.wanted:7} {line.verdict:7} {line.detail}"
        print(told, flush=True)
    if full:
        _write(found, raced.python[1_000], raced.peers[1_000])


def _write(lines: list[Line], timed: Timed, peers: dict[str, Timed]) -> None:
    names = {"by hand": "Python, by hand", "generated": "Python, generated source"}
    values = [("this engine", timed.rate("all"))]
    values += [(said, timed.rate(name)) for name, said in names.items()]
    values += [(name, peer.rate("peer")) for name, peer in peers.items()]
    chart = bars("Routing, all matches, 1,000 rules, 50 letters: events a second", values)
    (ROOT / "docs" / "routing.svg").write_text(chart, encoding="utf-8")
    intro = (ROOT / "benchmarks" / "routing" / "intro.md").read_text(encoding="utf-8")
    put_between("routing", f"{intro.strip()}\n\n{markdown(lines)}\n\n![Routing](routing.svg)")


if __name__ == "__main__":
    main()
