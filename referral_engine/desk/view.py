"""Reading: what a principal may see of the cases, masked where the role does not need names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from referral_engine.clock import Clock
from referral_engine.desk.hiding import links_of, remarks, without_scores, without_seals
from referral_engine.desk.mask import masked
from referral_engine.errors import Refused
from referral_engine.flow.access import Sight, sees_scores, sight, unknown_case
from referral_engine.flow.intake import ISSUE
from referral_engine.flow.wording import role_words
from referral_engine.i18n import _
from referral_engine.model.case import Case
from referral_engine.model.event import Decided, Event
from referral_engine.model.issue import Issue
from referral_engine.model.principal import Principal
from referral_engine.store import Access, CaseFilter, CaseLine, InboxLine, Reader, Store, Tx
from referral_engine.workspace import Workspace

__all__ = ["CaseView", "View"]

_PAGE = 500
_WATCHES = ("auditor", "administrator", "sealed_contact")


class CaseView(msgspec.Struct, frozen=True):
    """A case as one principal sees it. ``content`` maps references to words, masked or not;
    ``issue`` is None where the content was erased."""

    case: Case
    issue: Issue | None
    content: dict[str, str]
    sight: Sight


class View:
    """Questions of people; every look at personal data is recorded.

    Who handles a case sees no score and no word of a rating before the case has ended, and nobody
    sees a link to a case that does not exist for them.
    """

    def __init__(self, store: Store, workspace: Workspace, clock: Clock) -> None:
        self._store = store
        self._workspace = workspace
        self._clock = clock

    def code_of(self, id: str) -> str:
        """The case behind any code or id printed once: case, referral, proposal, conference."""
        code = id.partition("-")[0]
        with self._store.reading() as reader:
            if reader.has(code):
                return code
            found = reader.referral_case(id)
        if found is None:
            raise unknown_case(id)
        return found

    def case(self, id: str, by: Principal, purpose: str = "show", *, full: bool = True) -> CaseView:
        """One case, names and phones only where asked for in `full` and allowed.

        Raises Refused (UNKNOWN_CASE) also where it may not be seen.
        """
        code = self.code_of(id)
        with self._store.reading() as reader:
            case, seen = self._seen(reader, code, by, id)
            said = frozenset() if sees_scores(by, case) else remarks(reader.events(code))
            # A look that cannot be recorded does not take place.
            masks = not full or seen == "masked" or self._store.readonly
            content = reader.content(code) if masks or by.has("engine") else None
        if content is None:
            content = self._looked(code, by, purpose)
        content = {ref: text for ref, text in content.items() if ref not in said}
        seen = "masked" if masks else seen
        stored = content.pop(ISSUE, None)
        issue = None if stored is None else msgspec.json.decode(stored, type=Issue)
        if seen == "masked":
            issue = None if issue is None else masked(issue)
            content = {ref: f"*** ({len(text)})" for ref, text in content.items()}
        return CaseView(case, issue, content, seen)

    def history(self, id: str, by: Principal) -> list[Event]:
        """The events of a case, in order; they hold no personal data."""
        code = self.code_of(id)
        with self._store.reading() as reader:
            case, _sight = self._seen(reader, code, by, id)
            events = reader.events(code)
            hidden = self._unseen(reader, links_of(events), by)
        if not sees_scores(by, case):
            events = [without_scores(event) for event in events]
        return [without_seals(event, hidden) for event in events]

    def decision(self, id: str, by: Principal) -> tuple[Case, Decided | None]:
        """The case and its latest routing decision with the trace."""
        events = self.history(id, by)
        decided = [event.body for event in events if isinstance(event.body, Decided)]
        with self._store.reading() as reader:
            case, _sight = self._seen(reader, self.code_of(id), by, id)
        return case, decided[-1] if decided else None

    def cases(
        self, by: Principal, limit: int = 50, where: CaseFilter | None = None
    ) -> list[CaseLine]:
        """The newest `limit` cases that this principal may see: nothing tells of the others, not
        even a list that ends early."""
        found: list[CaseLine] = []
        with self._store.reading() as reader:
            for line in _newest(reader, limit, where or CaseFilter()):
                if self._may(reader, line.code, by):
                    found.append(line)
                if len(found) >= limit:
                    break
        return found

    def inbox(self, unit: str, by: Principal) -> list[InboxLine]:
        """The open referrals of a unit, nearest deadline first."""
        if self._workspace.org.unit(unit) is None:
            raise Refused("NO_SUCH_UNIT", _("There is no unit {unit}.").format(unit=unit))
        with self._store.reading() as reader:
            lines = reader.inbox(unit)
            return [line for line in lines if self._may(reader, line.case, by)]

    def accesses(self, id: str, by: Principal) -> list[Access]:
        """Who looked at the personal data of a case, earliest first; this look is the last of them.

        For whoever watches over it. Raises Refused (UNKNOWN_CASE, FORBIDDEN).
        """
        code = self.code_of(id)
        with self._store.reading() as reader:
            self._seen(reader, code, by, id)
        if not by.has(*_WATCHES):
            raise Refused(
                "FORBIDDEN",
                _("Your role may not see who looked."),
                _("It needs one of: {roles}.").format(roles=role_words(_WATCHES)),
            )
        now = self._clock.now()

        def look(tx: Tx) -> list[Access]:
            tx.viewed(code, by.id, "access_log", now)
            return tx.accesses(code)

        return self._store.transact(look)

    def _may(self, reader: Reader, code: str, by: Principal) -> bool:
        loaded = reader.load(code)
        return loaded is not None and sight(by, loaded.case, self._workspace.org) != "none"

    def _unseen(self, reader: Reader, codes: Iterable[str], by: Principal) -> frozenset[str]:
        """Those of the codes that do not exist for this principal.

        Two cases linked in the open stay linked when one of them is sealed later; an ordinary
        case of another's is no secret, and its code tells nothing.
        """
        found = ((code, reader.load(code)) for code in dict.fromkeys(codes))
        sealed = {code: one.case for code, one in found if one is not None and one.case.sealed}
        org = self._workspace.org
        return frozenset(code for code, case in sealed.items() if sight(by, case, org) == "none")

    def _seen(self, reader: Reader, code: str, by: Principal, id: str) -> tuple[Case, Sight]:
        loaded = reader.load(code)
        seen = "none" if loaded is None else sight(by, loaded.case, self._workspace.org)
        if loaded is None or seen == "none":
            raise unknown_case(id)
        case = loaded.case
        hidden = self._unseen(reader, case.links, by)
        links = tuple(link for link in case.links if link not in hidden)
        scores = {} if sees_scores(by, case) else {"score": 0, "ratings": ()}
        return replace(case, links=links, **scores), seen

    def _looked(self, code: str, by: Principal, purpose: str) -> dict[str, str]:
        """What is shown as it is: read in the transaction that records the look, or not at all."""
        now = self._clock.now()

        def look(tx: Tx) -> dict[str, str]:
            tx.viewed(code, by.id, purpose, now)
            return tx.content(code)

        return self._store.transact(look)


def _newest(reader: Reader, limit: int, where: CaseFilter) -> Iterator[CaseLine]:
    """Every case that fits, page by page; the first page is as large as the answer."""
    size = limit
    while True:
        page = reader.cases(size, where)
        yield from page
        if len(page) < size:
            return
        where = replace(where, before=(page[-1].registered_at, page[-1].code))
        size = max(size, _PAGE)
