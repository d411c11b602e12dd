"""Looking at a whole case: as it stands and how it came to it."""

from __future__ import annotations

from referral_engine.cli import actor as who
from referral_engine.cli.app import App
from referral_engine.cli.case.group import person_looks
from referral_engine.desk import CaseView, View
from referral_engine.model.event import Event

__all__ = ["look"]


def look(
    app: App, id: str, actor: str, purpose: str, *, full: bool
) -> tuple[CaseView, list[Event]]:
    """The case and its events as whoever looks may see them; a look in `full` is recorded.

    Raises Refused (WHO_LOOKS, STORE_READONLY, UNKNOWN_CASE).
    """
    if full:
        person_looks(app, actor)
    with app.desk() as desk:
        by = who.reader_of(desk, app.actor(desk, actor, id), id)
        view = View(desk.store, app.workspace, desk.clock)
        return view.case(id, by, purpose=purpose, full=full), view.history(id, by)
