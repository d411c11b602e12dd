"""`case show`: one case as it stands."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

import click
import msgspec

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.case.group import ACTOR, CODE, FULL, JSON, case, person_looks
from referral_engine.cli.output import print_json, print_pairs, print_table, said, when
from referral_engine.cli.result import next_clocks, print_waiting, unit_name, waiting
from referral_engine.cli.words import CLOCKS
from referral_engine.desk import CaseView, View
from referral_engine.i18n import _, gettext_noop
from referral_engine.model.case import Case
from referral_engine.model.issue import Issue
from referral_engine.org import Org
from referral_engine.rules import vocabulary

__all__ = ["about"]


@case.command("show", help=gettext_noop("One case as it stands."))
@CODE
@FULL
@ACTOR
@JSON
@pass_app
def show(app: App, id: str, full: bool, actor: str, as_json: bool) -> None:
    if full:
        person_looks(app, actor)
    org = app.workspace.org
    with app.desk() as desk:
        by = who.reader_of(desk, app.actor(desk, actor, id), id)
        seen = View(desk.store, app.workspace, desk.clock).case(id, by, full=full)
    if as_json:
        print_json(_told(seen, org), app.zone)
    else:
        _print(seen, org, app.zone)


def _told(seen: CaseView, org: Org) -> dict[str, Any]:
    case = seen.case
    return {
        **msgspec.structs.asdict(case),
        "owner_name": unit_name(org, case.owner),
        "next_at": case.next_at(),
        "issue": seen.issue,
        "content": seen.content,
        "sight": seen.sight,
        "waiting": waiting(case, org),
        "next": next_clocks(case),
    }


def _print(seen: CaseView, org: Org, zone: tzinfo) -> None:
    case = seen.case
    print_pairs(about(case, seen.issue, org, zone))
    _print_referrals(case, zone)
    _print_clocks(case, zone)
    for each in waiting(case, org):
        print_waiting(each)
    if seen.sight == "masked":
        click.echo(_("(names are hidden: --full --actor PERSON)"))


def about(case: Case, issue: Issue | None, org: Org, zone: tzinfo) -> list[tuple[str, str]]:
    """The case by name and value; what it does not have is empty."""
    words = issue or Issue(channel="", received_at=case.received_at)
    return [
        (_("case"), case.code),
        (_("state"), said(case.state, vocabulary.CASE_STATES)),
        (_("outcome"), said(case.outcome, vocabulary.OUTCOMES)),
        (_("owner"), unit_name(org, case.owner)),
        (_("held by"), unit_name(org, case.holder)),
        (_("received"), when(case.received_at, zone)),
        (_("channel"), said(case.channel, vocabulary.CHANNELS)),
        (_("category"), case.category),
        (_("territory"), case.territory),
        (_("sealed"), said(case.sealed, vocabulary.SEALS)),
        (_("path"), said(case.path, vocabulary.PATHS)),
        (_("whistle"), said(case.whistle, vocabulary.WHISTLES)),
        (_("tags"), ", ".join(case.tags)),
        (_("flags"), ", ".join(case.flags)),
        (_("links"), ", ".join(case.links)),
        (_("merged into"), case.merged_into),
        (_("problem"), case.problem),
        (_("incident"), case.incident),
        (_("reporter"), " ".join(p for p in (words.reporter.name, words.reporter.phone) if p)),
        (_("title"), words.title),
        (_("text"), words.text),
    ]


def _print_referrals(case: Case, zone: tzinfo) -> None:
    if not case.referrals:
        return
    print_table(
        (_("referral"), _("part"), _("unit"), _("state"), _("offered"), _("claimed"),
         _("reported")),
        [
            (
                r.id, said(r.role, vocabulary.ROLES), r.unit_name,
                said(r.state, vocabulary.REFERRAL_STATES), when(r.offered_at, zone),
                when(r.claimed_at, zone), when(r.reported_at, zone),
            )
            for r in case.referrals
        ],
    )  # fmt: skip


def _print_clocks(case: Case, zone: tzinfo) -> None:
    clocks = next_clocks(case)
    if not clocks:
        return
    print_table(
        (_("clock"), _("of"), _("due"), ""),
        [
            (
                said(each["clock"], CLOCKS), each["referral"], when(each["due"], zone),
                _("overdue") if each["late"] else "",
            )
            for each in clocks
        ],
    )  # fmt: skip
