"""Cases told as events through the real fold, for tests that need no rules."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from referral_engine.flow.apply import apply
from referral_engine.model import event as e
from referral_engine.model.case import Case
from referral_engine.model.command import Link, Request
from referral_engine.model.deadline import Deadline, Mark
from referral_engine.model.outcome import Call, FollowUp, Notice, Resolution
from referral_engine.model.principal import ENGINE, Principal
from referral_engine.model.referral import Referral
from referral_engine.store import Store, Tx

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICER = Principal("officer-1", ("officer",), "housing")


class Story:
    """A case that grows: tell what happens, then take it as the resolution of one command."""

    def __init__(
        self, code: str, *, at: datetime = START, category: str = "D15",
        territory: str = "620922001001", reporter: str = "digest-1",
    ) -> None:  # fmt: skip
        self.code = code
        self.now = at
        self.category, self.territory, self.reporter = category, territory, reporter
        self.case: Case | None = None
        self.events: list[e.Event] = []
        self.committed = 0

    def tell(self, body: e.EventBody, *, owner: str = "") -> Story:
        event = e.Event(
            case=self.code, seq=len(self.events) + 1, body=body,
            owner=owner or (self.case.owner if self.case else "centre"), by=OFFICER,
            recorded_at=self.now, happened_at=self.now,
        )  # fmt: skip
        self.case = apply(self.case, event)
        self.events.append(event)
        return self

    def later(self, by: timedelta = HOUR) -> Story:
        self.now += by
        return self

    def register(self) -> Story:
        return self.tell(
            e.Registered(
                channel="12345", received_at=self.now, rule_set="rules-1", holder="centre",
                first="centre", category=self.category, territory=self.territory,
                reporter=self.reporter, issue_ref="issue",
            )
        ).tell(e.Accepted())  # fmt: skip

    def offer(self, number: int = 1, unit: str = "housing", due: timedelta = 2 * HOUR) -> Story:
        id = f"{self.code}-{number}"
        self.tell(
            e.Offered(
                Referral(
                    id=id, unit=unit, station=f"{unit}-east", unit_name=unit, role="lead",
                    state="offered", offered_at=self.now,
                )
            ),
            owner=unit,
        )  # fmt: skip
        at = self.now + due
        deadline = Deadline(
            id=f"{id}/claim",
            name="claim",
            since=self.now,
            referral=id,
            due=at,
            marks=(Mark(1.0, at),),
        )
        return self.tell(e.ClockStarted(deadline))

    def claim(self, number: int = 1) -> Story:
        id = f"{self.code}-{number}"
        return self.tell(e.Claimed(id, "officer-1")).tell(e.ClockMet(f"{id}/claim"))

    def tell_link(self, other: str) -> Story:
        return self.tell(e.Linked(other, "near_duplicate"))

    def close(self) -> Story:
        return self.tell(e.Resolved("solved")).tell(e.Closed("solved"), owner="centre")

    def call(self, verb: str = "offered", number: int = 1) -> Call:
        id = f"{self.code}-{number}"
        return Call(f"{id}/{verb}/1", self.code, "housing-east", id, verb)

    def notice(self, key: str = "1", not_before: datetime | None = None) -> Notice:
        return Notice(f"{self.code}/{key}", self.code, "housing", "offered", not_before)

    def follow(self, other: str) -> FollowUp:
        key = f"{self.code}/link/{other}"
        return FollowUp(Request(case=other, command=Link(self.code, "near"), by=ENGINE, key=key))

    def take(
        self, *, content: dict[str, str] | None = None, calls: Iterable[Call] = (),
        notices: Iterable[Notice] = (), follow_ups: Iterable[FollowUp] = (),
    ) -> tuple[Resolution, int]:  # fmt: skip
        """The resolution of everything told since the last, and the version it was decided on."""
        assert self.case is not None
        before, self.committed = self.committed, len(self.events)
        resolution = Resolution(
            case=self.case, events=tuple(self.events[before:]), content=content or {},
            calls=tuple(calls), notices=tuple(notices), follow_ups=tuple(follow_ups),
        )  # fmt: skip
        return resolution, before


def commit(store: Store, taken: tuple[Resolution, int], **key: object) -> bytes:
    resolution, before = taken

    def write(tx: Tx) -> bytes:
        return tx.commit_resolution(resolution, expected_version=before, **key)  # type: ignore[arg-type]

    return store.transact(write)


def opened(store: Store, code: str, **told: object) -> Story:
    """A committed case with one offer and its plugin call; the text as content."""
    story = Story(code, **told).register().offer()  # type: ignore[arg-type]
    commit(store, story.take(content={"issue": f"text of {code}"}, calls=[story.call()]))
    return story
