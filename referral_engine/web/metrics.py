"""`/metrics`: what Prometheus asks for, in its text format.

Each family is named here, once. No label holds a person, a case or a unit's part in a sealed case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import get_args

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from referral_engine.desk import Desk
from referral_engine.desk.operations import Figures, Reader, figures_of
from referral_engine.errors import Unavailable
from referral_engine.plugins.breaker import State
from referral_engine.runner.base import Runner
from referral_engine.runner.meter import CALL_SECONDS, Meter, Spread
from referral_engine.version import __version__
from referral_engine.web.latency import BOUNDS, Latencies

__all__ = ["EngineCollector", "registry", "router"]

_INFINITE = "+Inf"
_SECOND = timedelta(seconds=1)


def router(desk: Desk, runner: Runner | None = None) -> APIRouter:
    """`/metrics`, with a registry of its own: nothing that a library counts besides gets in."""
    made, collected = APIRouter(tags=["metrics"]), registry(desk, runner)

    @made.get("/metrics", summary="Figures for Prometheus", response_class=Response)
    def metrics() -> Response:
        return Response(generate_latest(collected), media_type=CONTENT_TYPE_LATEST)

    return made


def registry(desk: Desk, runner: Runner | None = None) -> CollectorRegistry:
    """Every metric there is."""
    made = CollectorRegistry(auto_describe=False)
    made.register(EngineCollector(desk, runner))
    ProcessCollector(registry=made)
    return made


class EngineCollector(Collector):
    """Asks the store, and the runner of this process where there is one, at each scrape."""

    def __init__(self, desk: Desk, runner: Runner | None = None) -> None:
        self._desk = desk
        self._runner = runner
        self._latencies = Latencies()
        # Its place in the journal is found now, not at the first scrape: what happens in between
        # would be counted by nobody.
        self._read(self._latencies.follow)

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: registering asks no store."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """A store that is away leaves out what only it knows, and says so."""
        yield InfoMetricFamily("referral_engine", "The release.", {"version": __version__})
        found = self._read(self._stored)
        yield _gauge("referral_store_up", "Whether the store answered.", found is not None)
        yield from found or ()
        yield from self._latency()
        yield from self._workspace()
        yield from self._process()
        if self._runner is not None:
            yield from _runner(self._runner)
            yield from _calls(self._runner.meter)
            yield from _audit(self._runner.meter)

    def _read(self, question: Callable[[Reader], list[Metric] | None]) -> list[Metric] | None:
        try:
            return self._desk.store.read(question)
        except (Unavailable, SQLAlchemyError, OSError):
            return None

    def _stored(self, reader: Reader) -> list[Metric]:
        self._latencies.follow(reader)
        now = self._desk.clock.now()
        found = list(_figures(figures_of(reader, now), now.timestamp()))
        active = reader.active_rule_set(now) or ""
        return [*found, InfoMetricFamily("referral_rule_set", "In force.", {"hash": active})]

    def _latency(self) -> Iterator[Metric]:
        yield _histogram(
            "referral_claim_latency_seconds",
            "Elapsed time from the offer of a referral to its claim; without sealed cases.",
            ("department",), BOUNDS, self._latencies.claims(),
        )  # fmt: skip
        yield _histogram(
            "referral_report_latency_seconds",
            "Elapsed time from the offer of a referral to a report; without sealed cases.",
            ("department",), BOUNDS, self._latencies.reports(),
        )  # fmt: skip

    def _workspace(self) -> Iterator[Metric]:
        calendar, now = self._desk.workspace.calendar, self._desk.clock.now()
        left = (calendar.horizon - calendar.local_day(now)) / _SECOND
        yield _gauge(
            "referral_calendar_horizon_seconds",
            "Until the last day whose working time is settled; deadlines beyond are provisional.",
            left,
        )

    def _process(self) -> Iterator[Metric]:
        traffic = self._desk.store.traffic()
        yield _counter("referral_commits", "Transactions of this process.", traffic.commits)
        yield _counter(
            "referral_commit_conflicts",
            "Transactions that met another process's and were begun again.",
            traffic.conflicts,
        )
        yield _gauge(
            "referral_writer_queue_commands", "Commands that wait for a commit.", traffic.waiting
        )


def _figures(found: Figures, now: float) -> Iterator[Metric]:
    due = _boxes("referral_queue_due_items", "Work whose moment has come, not finished.")
    age = _boxes("referral_queue_oldest_due_age_seconds", "How long the oldest of it is due.")
    dead = _boxes("referral_dead_letters", "Work that was given up.")
    for name, box in found.boxes.items():
        due.add_metric([name], box.due)
        age.add_metric([name], now - box.oldest.timestamp() if box.oldest else 0.0)
        dead.add_metric([name], box.dead)
    yield from (due, age, dead)
    yield _gauge("referral_wakeups_late", "Timers due for over a minute.", found.late)
    yield _gauge("referral_cases_open", "Cases that are not over.", found.open_cases)
    yield _gauge("referral_workers_alive", "Workers heard of lately.", found.workers)
    yield _counter(
        "referral_downtime_seconds", "Time in which no worker was alive.", found.down / _SECOND
    )


def _runner(runner: Runner) -> Iterator[Metric]:
    yield _gauge(
        "referral_clock_suspended",
        "Timers stand still, the clock having jumped, until somebody accepts the time.",
        runner.suspended,
    )
    departments = runner.departments
    yield _gauge("referral_plugins_loaded", "Departments connected.", len(departments.loaded))
    yield _gauge("referral_plugins_quarantined", "Plugins set aside.", len(departments.quarantined))
    state = GaugeMetricFamily(
        "referral_plugin_state",
        "1 for a department's state: closed calls are made, open none, half_open one.",
        labels=("department", "state"),
    )
    for department, now in sorted(departments.states().items()):
        for each in get_args(State):
            state.add_metric([department, each], float(each == now))
    yield state


def _calls(meter: Meter) -> Iterator[Metric]:
    calls = CounterMetricFamily(
        "referral_plugin_calls", "Calls that ended, without sealed cases.",
        labels=("department", "verb", "outcome"),
    )  # fmt: skip
    for key, count in sorted(meter.calls().items()):
        calls.add_metric(list(key), count)
    yield calls
    yield _histogram(
        "referral_plugin_call_duration_seconds", "How long calls took, without sealed cases.",
        ("department", "verb"), CALL_SECONDS, meter.call_seconds.taken(),
    )  # fmt: skip


def _audit(meter: Meter) -> Iterator[Metric]:
    findings = GaugeMetricFamily(
        "referral_auditor_findings", "What does not fit, as last looked at.", labels=("code",)
    )
    for code, count in sorted(meter.findings.items()):
        findings.add_metric([code], count)
    yield findings
    yield _counter(
        "referral_auditor_cases", "Cases rebuilt from their events and compared.", meter.audited
    )


def _gauge(name: str, told: str, figure: float) -> Metric:
    return GaugeMetricFamily(name, told, value=float(figure))


def _counter(name: str, told: str, figure: float) -> Metric:
    return CounterMetricFamily(name, told, value=figure)


def _boxes(name: str, told: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, told, labels=("box",))


def _histogram(
    name: str,
    told: str,
    labels: tuple[str, ...],
    bounds: tuple[float, ...],
    spreads: dict[tuple[str, ...], Spread],
) -> Metric:
    family = HistogramMetricFamily(name, told, labels=labels)
    edges = [*map(str, bounds), _INFINITE]
    for key, spread in sorted(spreads.items()):
        reached, buckets = 0, []
        for edge, count in zip(edges, spread.counts, strict=True):
            reached += count
            buckets.append((edge, reached))
        family.add_metric(list(key), buckets, spread.total)
    return family
