"""`simulate --profile`: a county's day, week or year in virtual time, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import click

from referral_engine.cli.app import App
from referral_engine.cli.output import print_json, print_pairs, print_table, said
from referral_engine.cli.progress import steps
from referral_engine.i18n import _
from referral_engine.planning.county import Order, play_county
from referral_engine.planning.findings import Backlog, Findings, findings
from referral_engine.planning.play import Stage
from referral_engine.rules import vocabulary

__all__ = ["SPANS", "tell_plan"]

SPANS = {"day": 1, "week": 7, "year": 365}
"""How many days each is."""

_DEPARTMENTS = 20
_DAYS = 14
_THOUSAND = 1000


def tell_plan(
    app: App,
    profile: Path,
    *,
    span: str,
    first: date | None,
    seed: int,
    processes: int,
    as_json: bool,
) -> int:
    """Plays the days of a profile and tells what they come to. Raises Faulty."""
    workspace = app.workspace
    stage = Stage.of(workspace, profile)
    first = first or stage.profile.start
    last = first + timedelta(days=SPANS[span] - 1)
    order = Order(app.config, profile, seed, first, last)
    with steps(_("simulate")) as watched:
        count = play_county(stage, order, processes, watched(_THOUSAND))
    found = findings(count, order, stage.profile, workspace.org.unit_names())
    if as_json:
        print_json(found, app.zone)
    else:
        _print(found)
    return 0


def _print(found: Findings) -> None:
    days = f"{found.first} – {found.last}"
    click.echo(_("{profile}, {days}, seed {seed}").format(
        profile=found.profile, days=days, seed=found.seed
    ))  # fmt: skip
    click.echo()
    print_pairs(_totals(found))
    _print_clocks(found)
    _print_loads(found)
    rows = [(_rung(name), str(times)) for name, times in found.escalations.items()]
    print_table((_("what was done"), _("times")), rows, _("Escalations"))
    _print_backlog(found.backlog)


def _totals(found: Findings) -> Iterator[tuple[str, str]]:
    rate = found.satisfaction
    yield _("issues"), str(found.issues)
    yield _("ended"), _states(found.ended)
    yield _("still open, each with an owner"), _states(found.open)
    yield _("answered"), str(found.answered)
    yield _("ended without an answer"), str(found.unanswered)
    yield _("events without an owner"), str(found.ownerless)
    yield _("events"), str(found.events)
    yield _("reached at a call-back"), str(rate.reached)
    yield _("of these solved"), _percent(rate.resolved_percent)
    yield _("of these satisfied"), _percent(rate.satisfied_percent)
    refused = ", ".join(f"{code} {times}" for code, times in found.refused.items())
    yield _("refused by the flow"), refused


def _print_clocks(found: Findings) -> None:
    headings = (_("clock"), _("started"), _("met"), _("ran out first"), _("late"))
    rows = [
        (said(each.name, vocabulary.CLOCKS), str(each.started), str(each.met), str(each.late),
         _percent(each.late_percent))
        for each in found.clocks
    ]  # fmt: skip
    print_table(headings, rows, _("Clocks"))


def _print_loads(found: Findings) -> None:
    headings = (
        _("unit"), _("referred"), _("a day"), _("busiest day"), _("claimed"), _("declined"),
        _("reported"), _("claims late"), _("reports late"),
    )  # fmt: skip
    rows = [
        (each.name, str(each.offered), f"{each.a_day:.1f}",
         f"{each.busiest_offered} ({each.busiest})", str(each.claimed), str(each.declined),
         str(each.reported), str(each.late.get("claim", 0)), str(each.late.get("report", 0)))
        for each in found.departments[:_DEPARTMENTS]
    ]  # fmt: skip
    print_table(headings, rows, _("Departments"))


def _print_backlog(backlog: Sequence[Backlog]) -> None:
    """Every day of a week; of a year days evenly apart, the last and the worst among them."""
    every = max(1, len(backlog) // _DAYS)
    worst = max(backlog, key=lambda each: each.open)
    shown = [each for number, each in enumerate(backlog, 1)
             if number % every == 0 or each in (worst, backlog[-1])]  # fmt: skip
    rows = [(str(each.day), str(each.came), str(each.ended), str(each.open)) for each in shown]
    headings = (_("day"), _("came"), _("ended"), _("open at its end"))
    print_table(headings, rows, _("Backlog"))


def _states(states: dict[str, int]) -> str:
    told = ", ".join(f"{said(name, vocabulary.CASE_STATES)} {n}" for name, n in states.items())
    return f"{sum(states.values())} ({told})" if told else "0"


def _rung(name: str) -> str:
    """An effect in words; a recommendation with its step."""
    effect, _colon, step = name.partition(":")
    words = {
        "remind": _("reminders"),
        "notify": _("notices"),
        "supervise": _("supervision orders"),
        "step_up": _("stepped up"),
        "confer": _("conferences called"),
        "designate": _("designated by rule"),
        "recommend": _("recommended"),
        "backstop": _("stepped up by the engine, no rule did"),
    }
    told = words.get(effect, effect)
    return f"{told}: {said(step, vocabulary.STEPS)}" if step else told


def _percent(value: float | None) -> str:
    return _("no data") if value is None else f"{value:.1f} %"
