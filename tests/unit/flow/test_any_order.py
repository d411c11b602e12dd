"""Anybody may try anything at any time: refused or done, and what must hold holds.

Random commands by random people over a few cases, through the desk on a real store, with time
passing in between. Never anything but Refused; after each command the invariants of every case;
in the end the audit, which replays every case from its events, finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from referral_engine.errors import Refused
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.issue import Issue, Reporter
from referral_engine.model.principal import ENGINE, Principal
from referral_engine.model.span import Span
from referral_engine.store.audit import verify
from referral_engine.trial.box import Box, open_box
from referral_engine.trial.invariants import broken, broken_case
from tests.unit.flow.play import at, by, setting, to, workspace

UNITS = ("ecology", "police_100", "housing", "gas_company", "fire", "620922100",
         "620922100001001", "discipline", "centre", "human_resources")  # fmt: skip
PEOPLE = (
    *(by("officer", unit) for unit in UNITS),
    by("mediator", "620922100"),
    by("grid_member", "620922100001001"),
    by("village_director", "620922100001"),
    by("dispatcher", "620922100"),
    by("township_director", "620922100", "t1001"),
    by("duty_leader", "centre", "p0002"),
    by("duty_leader", "centre", "p0003"),
    by("county_leader", "centre", "p0001"),
    by("dispatcher", "centre"),
    by("reviewer", "centre"),
    by("callback_officer", "centre"),
    by("sealed_contact", "discipline"),
    by("sealed_contact", "centre", "p0002"),
    by("administrator", "centre"),
    by("auditor", "centre"),
    by("dispatcher", "620922101"),
    ENGINE,
)
ISSUES = (
    {"category": "M04", "text": "隔壁太吵，睡不着觉"},
    {"category": "S03", "text": "楼道里有燃气味道"},
    {"category": "D02", "text": "院墙的事情说不清"},
    {"category": "M01", "text": "垃圾没有人收"},
    {"category": "X02", "text": "举报镇里的人", "accused": ("620922100",)},
    {"category": "X03", "text": "法院判得不对"},
    {"category": "Q01", "text": "想问一个问题"},
    {"category": "D01", "text": "家暴，请快来"},
    {"category": "P05", "text": "人脸被拍到了", "accused": ("police_100",)},
    {"category": "D10", "text": "工资没有发", "people": 30},
)
TARGETS = st.sampled_from([*UNITS, "@grid", "@village", "@township", "@county", "@first"])
WORDS = st.sampled_from(["", "a word"])
YES = st.booleans()
SPANS = st.sampled_from([Span(1, "wd"), Span(3, "d"), Span(30, "m")])
GROUNDS = st.sampled_from(["outside_remit", "other_owner", "wrong_territory"])
DAYS = st.sampled_from([date(2026, 9, 1), date(2026, 10, 20), date(2027, 3, 31)])
SCORES = st.integers(0, 6)
Draw = Callable[[st.SearchStrategy], object]  # type: ignore[type-arg]


def referral_ids(case: Case) -> st.SearchStrategy[str]:
    return st.sampled_from([r.id for r in case.referrals] or ["none"])


def commands(case: Case, others: list[str]) -> st.SearchStrategy[c.Command]:
    """Any command, with arguments that often fit this case."""
    ref = referral_ids(case)
    some = st.one_of(st.just(""), ref)
    part = st.builds(c.Part, TARGETS.map(to), required=YES)
    parts = st.lists(part, max_size=2).map(tuple)
    party = st.sampled_from([p.id for p in case.parties] or ["Y1"])
    meeting = st.sampled_from(["", *(m.id for m in case.conferences)])
    proposal = st.sampled_from([p.id for p in case.proposals] or ["none"])
    moment = st.sampled_from([case.registered_at + timedelta(days=d) for d in (-1, 2, 20, 200)])
    other = st.sampled_from([*others, "nowhere"])
    issues = st.sampled_from(ISSUES).map(lambda known: issue_of(known, case))
    promised = st.lists(DAYS, max_size=2).map(tuple)
    outcome = st.sampled_from(["solved", "explained", "deferred", "not_mediated", "mediated"])
    resolved = st.sampled_from(["yes", "partly", "no", ""])
    word = st.sampled_from(["yes", "partly", "no"])
    stage = st.sampled_from(["", "initial", "final"])
    meets = st.sampled_from(["", "mediate", "claim"])
    accused = st.lists(st.sampled_from([*UNITS, "person:t1001"]), max_size=2).map(tuple)
    return st.one_of(
        st.builds(c.Accept, st.sampled_from(["", "M04", "X02"])),
        st.builds(c.Reject, GROUNDS), st.builds(c.Redirect, st.just("litigation")),
        st.builds(c.Exclude, GROUNDS), st.builds(c.Object, WORDS), st.builds(c.Withdraw, WORDS),
        st.builds(c.Dispatch, TARGETS.map(to), parts),
        st.builds(c.Whistle, st.sampled_from(["routine", "joint", "emergency"]),
                  st.one_of(st.none(), TARGETS.map(to)), parts),
        st.builds(c.StandDown, st.dictionaries(st.sampled_from(UNITS), SCORES, max_size=2)),
        st.builds(c.Designate, TARGETS.map(to), GROUNDS), st.builds(c.StepUp, WORDS),
        st.builds(c.Supervise, some),
        st.builds(c.Confer, st.lists(TARGETS.map(to), max_size=3).map(tuple),
                  st.one_of(st.none(), moment), meeting, WORDS,
                  st.one_of(st.none(), TARGETS.map(to))),
        st.builds(c.Claim, ref), st.builds(c.Claim, ref), st.builds(c.Contact, ref),
        st.builds(c.Arrive, ref), st.builds(c.Decline, ref, GROUNDS, st.sampled_from(["", *UNITS])),
        st.builds(c.NotNeeded, ref), st.builds(c.Progress, ref, WORDS, WORDS, meets, stage),
        st.builds(c.Report, ref, WORDS, outcome, review_on=st.one_of(st.none(), DAYS)),
        st.builds(c.Report, ref, WORDS), st.builds(c.HandleNow, WORDS, some),
        st.builds(c.HandOff, st.just("110"), st.just("1"), WORDS, some),
        st.builds(c.Transfer, ref, TARGETS.map(to)),
        st.builds(c.Extend, SPANS, WORDS, some, st.sampled_from(["report", "answer", "claim"])),
        st.builds(c.Hold, WORDS, moment, some), st.builds(c.Resume, some),
        st.builds(c.AddParty, st.sampled_from(["party", "representative"]), WORDS, WORDS,
                  st.integers(0, 6)),
        st.builds(c.Consent, party, YES),
        st.builds(c.Challenge, ref, st.sampled_from([who.id for who in PEOPLE])),
        st.builds(c.Agree, ref, WORDS, YES, promised),
        st.builds(c.Settle, st.one_of(st.just(""), party), st.sampled_from(["", "perform"])),
        st.builds(c.Review, YES), st.builds(c.Review, st.just(True)),
        st.builds(c.CallBack, YES, resolved, SCORES, party=st.one_of(st.just(""), party)),
        st.builds(c.CallBack, st.just(True), word, st.just(4)),
        st.builds(c.Rate, YES, word, SCORES), st.builds(c.Rework, WORDS),
        st.builds(c.Defer, DAYS, WORDS), st.builds(c.Close, WORDS), st.builds(c.Close),
        st.just(c.Archive()), st.builds(c.Merge, other), st.builds(c.Unmerge, WORDS),
        st.builds(c.Split, st.lists(issues, max_size=2).map(tuple), WORDS, YES),
        st.builds(c.AddAccused, accused), st.builds(c.Sign, proposal, YES),
        st.builds(c.Sign, proposal), st.builds(c.SendLetter, WORDS, st.just("reporter"), WORDS),
        st.builds(c.LetterDelivered, WORDS), st.builds(c.Raise, st.just("manual")),
        st.builds(c.CallFailed, ref, st.just("offered"), WORDS), st.just(c.Tick()),
        st.builds(c.LateAnswer, ref, st.just("work"), WORDS), st.just(c.ConfirmDeadlines()),
    )  # fmt: skip


def issue_of(known: dict[str, object], case: Case) -> Issue:
    return Issue("window", case.received_at, territory="620922100001001", **known)  # type: ignore[arg-type]


def actors(case: Case) -> st.SearchStrategy[Principal]:
    """Anybody; more often those who have something to do with the case."""
    near = [Principal(case.reporter, ("reporter",))]
    near += [by("officer", r.station) for r in case.referrals if r.open]
    near += [by("duty_leader", case.holder), by("sealed_contact", case.holder, "sealed")]
    return st.one_of(st.sampled_from(near), st.sampled_from(PEOPLE))


class AnyOrder(RuleBasedStateMachine):
    """Three cases at most, and whatever is split off them."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self.box: Box = self._stack.enter_context(
            open_box(workspace(), at("10-12 09:00"), rules=setting().rules)
        )

    @initialize(known=st.sampled_from(ISSUES), auto=YES)
    def first(self, known: dict[str, object], auto: bool) -> None:
        self._register(known, auto, 0)

    @precondition(lambda self: len(self.box.codes()) < 3)
    @rule(known=st.sampled_from(ISSUES), auto=YES, who=st.integers(0, 2))
    def another(self, known: dict[str, object], auto: bool, who: int) -> None:
        self._register(known, auto, who)

    @rule(data=st.data())
    def command(self, data: st.DataObject) -> None:
        codes = self.box.codes()
        code = data.draw(st.sampled_from(codes))
        case = self.box.case(code)
        command = data.draw(commands(case, codes))
        who = data.draw(actors(case))
        try:
            self.box.do(code, command, who)
        except Refused as refused:
            assert refused.message
            assert self.box.case(code) == case
        self.box.settle()

    @rule(hours=st.sampled_from([1, 3, 26, 24 * 9, 24 * 45]))
    def time_passes(self, hours: int) -> None:
        self.box.advance_to(self.box.now() + timedelta(hours=hours))

    @invariant()
    def everybody_is_looked_after(self) -> None:
        if not hasattr(self, "box"):
            return
        for code in self.box.codes():
            assert broken_case(self.box.case(code), self.box.events(code)) == []

    def teardown(self) -> None:
        try:
            assert verify(self.box.store.engine) == []
            assert broken(self.box.store) == []
        finally:
            self._stack.close()

    def _register(self, known: dict[str, object], auto: bool, who: int) -> None:
        issue = Issue(
            "hotline", self.box.now(), territory="620922100001001",
            reporter=Reporter(name=f"报告人{who}", phone=f"1000000900{who}"), **known,  # type: ignore[arg-type]
        )  # fmt: skip
        self.box.register(issue, by("dispatcher", "620922100"), auto_accept=auto)
        self.box.settle()


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=40, stateful_step_count=30)
