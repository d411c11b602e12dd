"""Reading: what a principal may see of the cases, masked where the role does not need names."""

from __future__ import annotations

import msgspec

from referral_engine.clock import Clock
from referral_engine.desk.mask import masked
from referral_engine.errors import Refused
from referral_engine.flow.access import Sight, sight
from referral_engine.flow.intake import ISSUE
from referral_engine.i18n import _
from referral_engine.model.case import Case
from referral_engine.model.event import Decided, Event
from referral_engine.model.issue import Issue
from referral_engine.model.principal import Principal
from referral_engine.store import CaseFilter, CaseLine, InboxLine, Reader, Store
from referral_engine.workspace import Workspace

__all__ = ["CaseView", "View"]


class CaseView(msgspec.Struct, frozen=True):
    """A case as one principal sees it. ``content`` maps references to words, masked or not;
    ``issue`` is None where the content was erased."""

    case: Case
    issue: Issue | None
    content: dict[str, str]
    sight: Sight


class View:
    """Questions of people; every look at personal data is recorded."""

    def __init__(self, store: Store, workspace: Workspace, clock: Clock) -> None:
        self._store = store
        self._workspace = workspace
        self._clock = clock

    def code_of(self, id: str) -> str:
        """The case behind any code or id printed once: case, referral, proposal, conference."""
        code = id.partition("-")[0]
        with self._store.reading() as reader:
            if not reader.new_code_free(code):
                return code
            found = reader.referral_case(id)
        if found is None:
            raise _unknown(id)
        return found

    def case(self, id: str, by: Principal, purpose: str = "show", *, full: bool = True) -> CaseView:
        """One case, names and phones only where asked for in `full` and allowed.

        Raises Refused (UNKNOWN_CASE) also where it may not be seen.
        """
        code = self.code_of(id)
        with self._store.reading() as reader:
            case, seen = self._seen(reader, code, by, id)
            content = reader.content(code)
        if not full:
            seen = "masked"
        if seen == "full" and not by.has("engine"):
            now = self._clock.now()
            self._record(code, by, purpose, now)
        stored = content.pop(ISSUE, None)
        issue = None if stored is None else msgspec.json.decode(stored, type=Issue)
        if seen == "masked":
            issue = None if issue is None else masked(issue)
            content = {ref: _hidden(text) for ref, text in content.items()}
        return CaseView(case, issue, content, seen)

    def history(self, id: str, by: Principal) -> list[Event]:
        """The events of a case, in order; they hold no personal data."""
        code = self.code_of(id)
        with self._store.reading() as reader:
            self._seen(reader, code, by, id)
            return reader.events(code)

    def decision(self, id: str, by: Principal) -> tuple[Case, Decided | None]:
        """The case and its latest routing decision with the trace."""
        events = self.history(id, by)
        decided = [event.body for event in events if isinstance(event.body, Decided)]
        with self._store.reading() as reader:
            case, _seen = self._seen(reader, self.code_of(id), by, id)
        return case, decided[-1] if decided else None

    def cases(
        self, by: Principal, limit: int = 50, where: CaseFilter | None = None
    ) -> list[CaseLine]:
        """The newest cases that this principal may see."""
        with self._store.reading() as reader:
            lines = reader.cases(limit, where)
            return [line for line in lines if self._may(reader, line.code, by)]

    def inbox(self, unit: str, by: Principal) -> list[InboxLine]:
        """The open referrals of a unit, nearest deadline first."""
        if self._workspace.org.unit(unit) is None:
            raise Refused("NO_SUCH_UNIT", _("There is no unit {unit}.").format(unit=unit))
        with self._store.reading() as reader:
            lines = reader.inbox(unit)
            return [line for line in lines if self._may(reader, line.case, by)]

    def _may(self, reader: Reader, code: str, by: Principal) -> bool:
        loaded = reader.load(code)
        return loaded is not None and sight(by, loaded.case, self._workspace.org) != "none"

    def _seen(self, reader: Reader, code: str, by: Principal, id: str) -> tuple[Case, Sight]:
        loaded = reader.load(code)
        seen = "none" if loaded is None else sight(by, loaded.case, self._workspace.org)
        if loaded is None or seen == "none":
            raise _unknown(id)
        return loaded.case, seen

    def _record(self, code: str, by: Principal, purpose: str, now: object) -> None:
        self._store.transact(lambda tx: tx.viewed(code, by.id, purpose, now))  # type: ignore[arg-type]


def _hidden(text: str) -> str:
    return f"*** ({len(text)})"


def _unknown(id: str) -> Refused:
    return Refused(
        "UNKNOWN_CASE",
        _("There is no case {code}.").format(code=id),
        _("`referral case list` shows the newest."),
    )
