"""`case history`: the events of a case, in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from referral_engine.cli import actor as who
from referral_engine.cli.app import App, pass_app
from referral_engine.cli.case.group import ACTOR, CODE, JSON, case
from referral_engine.cli.command import Command
from referral_engine.cli.output import print_json, print_table, when
from referral_engine.cli.result import unit_name
from referral_engine.desk import View
from referral_engine.i18n import _, gettext_noop
from referral_engine.model.event import Event, event_name

__all__: list[str] = []

_CUT = 100
_DULL = {"rule_set", "calendar", "org", "issue_ref", "reporter"}


@case.command("history", cls=Command, help=gettext_noop("Every event of a case, in order."))
@CODE
@ACTOR
@JSON
@pass_app
def history(app: App, id: str, actor: str, as_json: bool) -> None:
    org = app.workspace.org
    with app.desk() as desk:
        by = who.reader_of(desk, actor, id)
        events = View(desk.store, app.workspace, desk.clock).history(id, by)
    if as_json:
        print_json([_told(event) for event in events], app.zone)
        return
    print_table(
        ("#", _("when"), _("event"), _("owner"), _("by"), _("what")),
        [
            (
                str(event.seq), when(event.recorded_at, app.zone), event_name(event.body),
                unit_name(org, event.owner), event.by.id, _what(event),
            )
            for event in events
        ],
    )  # fmt: skip


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


def _what(event: Event) -> str:
    """The plain values of the body on one line, those of its parts among them."""
    line = " ".join(f"{name}={value}" for name, value in _values(event.body, event.case))
    return line if len(line) <= _CUT else line[: _CUT - 1] + "…"


def _values(struct: msgspec.Struct, case: str) -> Iterator[tuple[str, str]]:
    for name, value in msgspec.structs.asdict(struct).items():
        match value:
            case msgspec.Struct():
                yield from _values(value, case)
            case bool() | None | "":
                continue
            case str() | int() | float() if name not in _DULL:
                # The case's code stands before every id of its parts; here it tells nothing.
                yield name, str(value).removeprefix(case)
