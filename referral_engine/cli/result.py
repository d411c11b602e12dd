"""What a command came to: how the case stands, what comes next, and who must still sign."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from referral_engine.cli.output import print_json, said, when
from referral_engine.cli.words import CLOCKS, POSTS, PROPOSALS
from referral_engine.i18n import _
from referral_engine.rules import vocabulary

if TYPE_CHECKING:
    from referral_engine.desk import Answer
    from referral_engine.model.case import Case, Proposal
    from referral_engine.org import Org
    from referral_engine.workspace import Workspace

__all__ = ["next_clocks", "print_result", "print_waiting", "unit_name", "waiting"]


def print_result(answer: Answer, case: Case, workspace: Workspace, *, as_json: bool) -> None:
    """The outcome of one command, for a program or for people."""
    zone = workspace.calendar.zone
    signing = waiting(case, workspace.org)
    upcoming = next_clocks(case)
    if as_json:
        told = {
            "case": answer.case, "command": answer.command, "version": answer.version,
            "state": case.state, "owner": case.owner, "duplicate": answer.duplicate,
            "referrals": [
                {"id": r.id, "unit": r.unit, "station": r.station, "role": r.role,
                 "state": r.state}
                for r in case.referrals
            ],
            "waiting": signing, "next": upcoming,
        }  # fmt: skip
        print_json(told, zone)
        return
    line = _("{case}: {state}, owner {owner}").format(
        case=case.code, state=said(case.state, vocabulary.CASE_STATES),
        owner=unit_name(workspace.org, case.owner),
    )  # fmt: skip
    click.echo(line + (_(" (done before under this key)") if answer.duplicate else ""))
    for clock in upcoming[:1]:
        click.echo(
            _("  next: {clock} by {due}").format(
                clock=said(clock["clock"], CLOCKS), due=when(clock["due"], zone)
            )
        )
    for each in signing:
        print_waiting(each)


def next_clocks(case: Case) -> list[dict[str, Any]]:
    """The clocks that run, the nearest first; `due` is UTC."""
    running = [d for d in case.deadlines if d.state in ("running", "missed") and d.due is not None]
    found: list[dict[str, Any]] = [
        {"clock": d.name, "referral": d.referral, "due": d.due, "late": d.state == "missed"}
        for d in running
    ]
    return sorted(found, key=_due)


def waiting(case: Case, org: Org) -> list[dict[str, Any]]:
    """The proposals that wait for a signature: who may sign, and how."""
    return [_waiting(p, case, org) for p in case.proposals if p.state == "open"]


def print_waiting(each: dict[str, Any]) -> None:
    """One proposal for people: what, who may sign, and the command."""
    click.echo(
        _("  waits for a signature ({signed} of {needed}): {kind}, asked by {by}").format(
            signed=len(each["signed"]), needed=each["needed"],
            kind=said(each["kind"], PROPOSALS), by=each["asked_by"],
        )
    )  # fmt: skip
    roles = ", ".join(said(role, POSTS) for role in each["roles"])
    click.echo(_("    may sign: {roles}").format(roles=roles))
    if each["signers"]:
        click.echo(_("    for example: {people}").format(people=", ".join(each["signers"])))
    click.echo(f"    → {each['command']}")


def unit_name(org: Org, unit: str) -> str:
    """A unit's name, or its id where it is not known."""
    known = org.unit(unit)
    return known.name if known else unit


def _due(clock: dict[str, Any]) -> datetime:
    due: datetime = clock["due"]
    return due


def _waiting(proposal: Proposal, case: Case, org: Org) -> dict[str, Any]:
    signed = [s.by for s in proposal.signatures if s.agreed]
    barred = {proposal.by, *(s.by for s in proposal.signatures)}
    signers = [
        person.id
        for person in org.people(case.holder)
        if any(post.role in proposal.roles for post in person.posts) and person.id not in barred
    ]
    who = "reporter" if proposal.roles == ("reporter",) else "NAME"
    return {
        "proposal": proposal.id,
        "kind": proposal.kind,
        "detail": proposal.detail,
        "asked_by": proposal.by,
        "needed": proposal.needed,
        "signed": signed,
        "roles": list(proposal.roles),
        "signers": signers,
        "command": f"referral centre sign {proposal.id} --actor {who}",
    }
