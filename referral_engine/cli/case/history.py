"""`case history`: the events of a case, in order."""

from __future__ import annotations

from typing import Any

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.case.group import ACTOR, CODE, FULL, JSON, case, person_looks
from referral_engine.cli.case.telling import Teller, headings
from referral_engine.cli.output import print_json, print_table
from referral_engine.desk import View
from referral_engine.i18n import gettext_noop
from referral_engine.model.event import Event, event_name

__all__: list[str] = []


@case.command("history", help=gettext_noop("Every event of a case, in order."))
@CODE
@FULL
@ACTOR
@JSON
@pass_app
def history(app: App, id: str, full: bool, actor: str, as_json: bool) -> None:
    if full:
        person_looks(app, actor)
    with app.desk() as desk:
        by = who.reader_of(desk, app.actor(desk, actor, id), id)
        view = View(desk.store, app.workspace, desk.clock)
        events = view.history(id, by)
        # The events point at the words; what is masked shows only that there are some.
        words = {} if as_json else view.case(id, by, purpose="history", full=full).content
    if as_json:
        print_json([_told(event) for event in events], app.zone)
        return
    teller = Teller(app.workspace.org, app.zone, words, cut=not full)
    print_table(headings(), [teller.row(event, event.recorded_at) for event in events])


def _told(event: Event) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "kind": event_name(event.body),
        "recorded_at": event.recorded_at,
        "happened_at": event.happened_at,
        "owner": event.owner,
        "by": event.by,
        "body": event.body,
    }
