"""`rules check` of 2,000 rules against composing the same YAML with PyYAML's CSafeLoader.

The rules are those of the routing benchmark, written as a county writes them: twenty files of a
hundred, with names, grounds, clocks and supports, under the benchmark's categories and its county
of 20 townships. The two take turns, the garbage collector off for both; what counts is processor
time. Checking is all of it: decoding, composing, converting, every lint rule.

Run: .venv/bin/python benchmarks/bench_check.py [--full]
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import yaml  # noqa: E402

from benchmarks.page import Line, markdown, put_between, say  # noqa: E402
from benchmarks.routing import workload  # noqa: E402
from referral_engine.model.territory import Territory  # noqa: E402
from referral_engine.model.unit import Unit  # noqa: E402
from referral_engine.org import Org  # noqa: E402
from referral_engine.org.content import Content  # noqa: E402
from referral_engine.rules.load import read_sources  # noqa: E402
from referral_engine.rules.names import Names  # noqa: E402

RULES = 2_000
A_FILE = 100
TARGET = 4.0
UNITS = ("police", "justice", "petitions", "market_supervision", "housing", "fire")


def sources(number: int) -> dict[str, str]:
    """Rule files by name."""
    found = workload.specs(number)
    files = [found[begin : begin + A_FILE] for begin in range(0, number, A_FILE)]
    texts = {f"rules/routing/{at:02}.yaml": _routing(part, at) for at, part in enumerate(files)}
    kinds = "\n".join(
        f"  {code}: {{label: {code}" + (f", parent: {parent}}}" if parent else "}")
        for code, parent in workload.codes(1).items()
    )
    tags = "\n".join(
        f"  - {{id: t{at}, name: {tag}, when: {{text: {{contains: {tag}}}}}, tag: {tag}}}"
        for at, tag in enumerate(workload.TAGS)
    )
    last = (
        'kind: routing\nrank: 999\nhit: first\nrules: []\ndefault: {refer: {lead: "@township"}}\n'
    )
    return texts | {
        "rules/categories.yaml": f"kind: categories\ncategories:\n{kinds}\n",
        "rules/whistles.yaml": "kind: whistles\ndispatch: {claim: 2wh, report: 5wd}\n",
        "rules/routing/tags.yaml": f"kind: routing\nrank: 0\nhit: all\nrules:\n{tags}\n",
        "rules/routing/default.yaml": last,
    }


def _routing(specs: Sequence[workload.Spec], at: int) -> str:
    rules = "\n".join(_rule(spec) for spec in specs)
    return f"kind: routing\nrank: {at + 10}\nhit: first\nrules:\n{rules}\n"


def _rule(spec: workload.Spec) -> str:
    number = int(spec.id.removeprefix("rule-"))
    lead, support = (UNITS[(number + step) % len(UNITS)] for step in (0, 1))
    clauses = "\n".join(f"        - {clause}" for clause in _clauses(spec))
    return (
        f"  - id: {spec.id}\n    name: 第{number}条\n    basis: 本县建议\n    when:\n      all:\n"
        f"{clauses}\n    refer: {{lead: {lead}, support: [{support}]}}\n"
        f"    within: {{claim: 2wh, report: 5wd}}"
    )


def _clauses(spec: workload.Spec) -> Iterator[str]:
    yield f"category: {{under: {spec.category}}}"
    if spec.territory:
        yield f'territory: {{under: "{spec.territory}"}}'
    if spec.tags:
        yield f"tags: {{has_any: [{', '.join(spec.tags)}]}}"
    if spec.severity:
        yield f"severity: {{lte: {spec.severity}}}"
    if spec.people:
        yield f"people: {{gte: {spec.people}}}"
    if spec.hours:
        start, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in spec.hours)
        yield f'received_at: {{hours: "{start}-{end}"}}'
    if spec.channels:
        yield f"channel: {{in: [{', '.join(spec.channels)}]}}"
    if spec.words:
        yield f"text: {{contains_any: [{', '.join(spec.words)}]}}"
    if spec.pattern:
        yield f"text: {{matches: '{spec.pattern}'}}"


def names() -> Names:
    """The benchmark's county."""
    levels: tuple[tuple[list[str], Any], ...] = (
        ([workload.COUNTY], "county"),
        (workload.townships(), "township"),
        (workload.villages(), "village"),
        (workload.grids(), "grid"),
    )
    shorter = {"county": 0, "township": 6, "village": 9, "grid": 12}
    places = tuple(
        Territory(code, code, level, code[: shorter[level]])
        for codes, level in levels
        for code in codes
    )
    units = tuple(Unit(unit, unit, "department", workload.COUNTY) for unit in UNITS)
    org = Org(Content(places, units), ZoneInfo("Asia/Shanghai"))
    channels = dict.fromkeys(workload.CHANNELS, "")
    return Names(
        units=org.unit_names(), territories=org.territory_names(), channels=channels, org=org
    )


def _took(work: Callable[[], object]) -> float:
    gc.collect()
    gc.disable()
    try:
        begin = time.process_time()
        kept = work()
        took = time.process_time() - begin
        del kept
        return took
    finally:
        gc.enable()


def main() -> None:
    full = "--full" in sys.argv
    texts, county = sources(RULES), names()
    loaded = read_sources(texts, names=county)
    if loaded.errors:
        raise SystemExit(f"{loaded.errors[0]}: nothing was measured")
    pairs: list[tuple[float, float]] = []
    for _ in range(15 if full else 5):
        composing = _took(
            lambda: [yaml.compose(text, Loader=yaml.CSafeLoader) for text in texts.values()]
        )
        checking = _took(lambda: read_sources(texts, names=county))
        pairs.append((checking, composing))
    ratio = statistics.median(checking / composing for checking, composing in pairs)
    ours, theirs = (statistics.median(side) * 1e3 for side in zip(*pairs, strict=True))
    line = Line(
        f"checking {RULES:,} rules : composing their YAML, time", ratio, TARGET,
        f"{ours:.0f} ms : {theirs:.0f} ms; {len(loaded.faults)} findings", at_most=True,
    )  # fmt: skip
    say(line)
    if full:
        put_between("check", markdown([line]))


if __name__ == "__main__":
    main()
