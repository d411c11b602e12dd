"""Verbs: commands of people on one case. A verb is a function that makes the command; finding the
case, the actor, the idempotency key and telling the outcome are the same for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import update_wrapper
from typing import Any, NamedTuple

import click

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.command import Command, Group, option
from referral_engine.cli.params import MOMENT
from referral_engine.cli.result import print_result
from referral_engine.desk import CaseView, View
from referral_engine.desk.acting import find_case, submit
from referral_engine.errors import Refused
from referral_engine.flow.access import may_see, unknown_case
from referral_engine.i18n import _, gettext_noop
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.event import Event
from referral_engine.model.issue import Issue
from referral_engine.model.principal import ENGINE, Principal
from referral_engine.model.referral import Referral
from referral_engine.org import Org

__all__ = ["Centre", "Desk", "On", "Verbs"]


class On(NamedTuple):
    """What a verb acts on. ``referral`` is the id of the referral meant, empty where none is."""

    app: App
    case: Case
    referral: str
    id: str
    view: View

    @property
    def part(self) -> str:
        """The referral's id, for what cannot be done without one. Raises Refused."""
        if self.referral:
            return self.referral
        raise Refused(
            "NO_OPEN_REFERRAL",
            _("No open referral of this case is yours."),
            _("`referral case show {code}` lists its referrals.").format(code=self.case.code),
        )

    def proposal(self) -> str:
        """The proposal named, or by the case's code the only one that waits. Raises Refused."""
        waiting = [p.id for p in self.case.proposals if p.state == "open"]
        if self.id != self.case.code:
            return self.id
        if len(waiting) == 1:
            return waiting[0]
        raise Refused(
            "WHICH_PROPOSAL",
            _("{count} proposals wait for a signature.").format(count=len(waiting)),
            ", ".join(waiting),
        )

    def whole(self) -> tuple[CaseView, list[Event]]:
        """The case with all its words, and its events, for the engine's own use."""
        return self.view.case(self.case.code, ENGINE), self.view.history(self.case.code, ENGINE)

    def issue(self) -> Issue:
        """The issue as it came in, for the engine's own use. Raises Refused where it is gone."""
        found = self.whole()[0].issue
        if found is None:
            raise Refused("NO_CONTENT", _("The case's words are gone."))
        return found


Make = Callable[..., c.Command]
_COMMON = (
    option(
        "--actor",
        default="",
        metavar="PERSON",
        help=gettext_noop("Who acts: a person's id, `reporter`, or a name; you by default."),
    ),
    option(
        "--key",
        default="",
        help=gettext_noop("Idempotency key: the same command under it is done once."),
    ),
    option(
        "--happened-at",
        type=MOMENT,
        help=gettext_noop("When it took place, if it is recorded only now."),
    ),
    option("--json", "as_json", is_flag=True, help=gettext_noop("The outcome as JSON.")),
)

_COMMON_NAMES = {"actor", "key", "happened_at", "as_json"}


class Verbs:
    """Adds verbs to a group; what they act on and as whom, the subclass says."""

    metavar = "CODE"

    def __init__(self, group: Group) -> None:
        self.group = group

    def __call__(self, name: str, told: str) -> Callable[[Make], Command]:
        """Makes `referral GROUP NAME` of a function that takes `On` and its own options."""

        def add(make: Make) -> Command:
            @pass_app
            def act(app: App, /, **given: Any) -> None:
                self._act(app, name.replace("-", "_"), make, given)

            function: Callable[..., Any] = update_wrapper(act, make)
            for each in reversed(_COMMON):
                function = each(function)
            function = click.argument("id", metavar=self.metavar)(function)
            made = click.command(name, cls=Command, help=told)(function)
            made.params.sort(key=lambda param: param.name in _COMMON_NAMES)
            self.group.add_command(made)
            return made

        return add

    def referral(self, case: Case, id: str, actor: who.Actor, org: Org) -> Referral | None:
        """The referral meant; the base acts on whole cases."""
        return None

    def check(self, case: Case, id: str, referral: Referral | None) -> None:
        """Raises Refused for the id of a part that the case does not have."""

    def principal(
        self, actor: who.Actor, command: str, case: Case, referral: Referral | None, org: Org
    ) -> Principal:
        """As whom the verb is done."""
        raise NotImplementedError

    def _act(self, app: App, name: str, make: Make, given: dict[str, Any]) -> None:
        id, named, key = given.pop("id"), given.pop("actor"), given.pop("key")
        happened_at: datetime | None = given.pop("happened_at")
        as_json: bool = given.pop("as_json")
        org = app.workspace.org
        with app.desk() as desk:
            actor = app.actor(desk, named, id)
            case = find_case(desk.store, id)
            referral = self.referral(case, id, actor, org)
            by = self.principal(actor, name, case, referral, org)
            if not may_see(by, case, org):
                # Before anything else is said of it, for every other refusal would tell.
                raise _given_back(unknown_case(case.code), case, referral)
            self.check(case, id, referral)
            part = referral.id if referral else ""
            made = make(
                On(app, case, part, id, View(desk.store, app.workspace, desk.clock)), **given
            )
            try:
                answer = submit(desk, c.Request(case.code, made, by, key, happened_at))
            except Refused as error:
                raise _given_back(error, case, referral) from None
            print_result(answer, find_case(desk.store, case.code), app.workspace, as_json=as_json)


class Desk(Verbs):
    """A unit's part. A case's code stands for the unit's own open referral in it."""

    metavar = "REFERRAL"

    def referral(self, case: Case, id: str, actor: who.Actor, org: Org) -> Referral | None:
        if (named := case.referral(id)) is not None:
            return named
        if id != case.code:
            return None
        units = who.units_of(actor, org)
        open_ones = [r for r in case.referrals if r.open]
        mine = open_ones if units is None else [r for r in open_ones if units & {*r.units}]
        lead = [r for r in mine if r.role == "lead"]
        return next(iter(lead or mine), None)

    def check(self, case: Case, id: str, referral: Referral | None) -> None:
        if referral is None and id != case.code:
            raise _no_referral(id)

    def principal(
        self, actor: who.Actor, command: str, case: Case, referral: Referral | None, org: Org
    ) -> Principal:
        return who.at_the_desk(actor, command, case, referral, org)


class Centre(Verbs):
    """The centre's part, on a whole case."""

    def principal(
        self, actor: who.Actor, command: str, case: Case, referral: Referral | None, org: Org
    ) -> Principal:
        return who.at_the_centre(actor, command, case, org)


def _given_back(error: Refused, case: Case, referral: Referral | None) -> Refused:
    """Who gave a referral back no longer sees the case, but knows it: nothing open is betrayed."""
    gone = referral is not None and referral.state in ("declined", "transferred", "cancelled")
    if error.code != "UNKNOWN_CASE" or not gone or case.sealed or case.barred:
        return error
    return Refused(
        "NO_OPEN_REFERRAL",
        _("No open referral of this case is yours."),
        _("`referral case show {code}` lists its referrals.").format(code=case.code),
    )


def _no_referral(id: str) -> Refused:
    return Refused(
        "NO_SUCH_REFERRAL",
        _("There is no referral {id}.").format(id=id),
        _("`referral desk inbox UNIT` lists a unit's referrals."),
    )
