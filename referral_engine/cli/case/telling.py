"""An event of a case in people's words: what happened, and its values on one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import NamedTuple

import msgspec

from referral_engine.cli.output import said, when
from referral_engine.cli.result import unit_name
from referral_engine.cli.words import CLOCKS, EVENTS, FIELDS, POSTS, PROPOSALS
from referral_engine.i18n import _
from referral_engine.model.event import Event, event_name
from referral_engine.org import Org
from referral_engine.rules import vocabulary

__all__ = ["Teller", "headings"]

_CUT = 100
# What proves or computes and tells a reader nothing; `explain` shows what of it matters.
_DULL = {
    "answers", "calendar", "engine", "evidence", "imported_at", "issue_ref", "marks", "matched",
    "org", "pauses", "prepared", "reporter", "rule_set", "seen", "spans", "unit_name", "values",
    "why",
}  # fmt: skip
# What a field's word may be taken from; the same name means different things in different events.
_WORDS: dict[str, dict[str, str]] = {
    "channel": vocabulary.CHANNELS,
    "declined_ground": vocabulary.GROUNDS,
    "form": vocabulary.CONFERENCES,
    "ground": vocabulary.REJECT_GROUNDS | vocabulary.GROUNDS,
    "kind": PROPOSALS,
    "legal_path": vocabulary.REDIRECTS,
    "level": vocabulary.WHISTLES | vocabulary.LEVELS,
    "name": CLOCKS,
    "clock": CLOCKS,
    "occasion": vocabulary.OCCASION_EVENTS | CLOCKS,
    "outcome": vocabulary.OUTCOMES,
    "path": vocabulary.PATHS,
    "relation": vocabulary.LINKS,
    "resolved": vocabulary.RESOLVED,
    "result": vocabulary.CALLBACKS,
    "role": vocabulary.ROLES,
    "roles": POSTS,
    "state": vocabulary.CASE_STATES | vocabulary.REFERRAL_STATES | {"running": "计时中"},
    "step": vocabulary.STEPS,
    "whistle": vocabulary.WHISTLES,
}
_UNITS = {
    "accused", "acting", "against", "first", "handed_off_to", "holder", "lead", "owner", "station",
    "suggested", "target", "to", "unit", "units", "whistler",
}  # fmt: skip


class Teller(NamedTuple):
    """`words` holds the case's content by reference, as far as the reader may see it."""

    org: Org
    zone: tzinfo
    words: Mapping[str, str]
    cut: bool

    def what(self, event: Event) -> str:
        """The plain values of the body on one line, those of its parts among them."""
        line = " ".join(
            f"{said(name, FIELDS)}={value}" for name, value in self._values(event.body, event.case)
        )
        return line if not self.cut or len(line) <= _CUT else line[: _CUT - 1] + "…"

    def row(self, event: Event, at: datetime) -> tuple[str, ...]:
        """The event as a row of a table; `at` is the moment that is meant."""
        return (
            str(event.seq), when(at, self.zone), event_word(event),
            unit_name(self.org, event.owner), event.by.id, self.what(event),
        )  # fmt: skip

    def _values(self, struct: msgspec.Struct, case: str) -> Iterator[tuple[str, str]]:
        for name, value in msgspec.structs.asdict(struct).items():
            match value:
                case msgspec.Struct():
                    yield from self._values(value, case)
                case bool() | None | "" | ():
                    continue
                case _ if name in _DULL:
                    continue
                case datetime():
                    yield name, when(value, self.zone)
                case str() | int() | float():
                    yield name, self._word(name, str(value), case)
                case tuple() if all(isinstance(each, str) for each in value):
                    yield name, ", ".join(self._word(name, each, case) for each in value)

    def _word(self, name: str, value: str, case: str) -> str:
        if value in self.words:
            return self.words[value]
        if name in _UNITS and (unit := self.org.unit(value)) is not None:
            return unit.name
        # The case's code stands before every id of its parts; here it tells nothing.
        return said(value, _WORDS[name]) if name in _WORDS else value.removeprefix(case)


def headings() -> tuple[str, ...]:
    """Of the columns of `Teller.row`."""
    return ("#", _("when"), _("event"), _("owner"), _("by"), _("what"))


def event_word(event: Event) -> str:
    """What happened, in the reader's language."""
    return said(event_name(event.body), EVENTS)
