"""Anybody may try anything at any time: refused or done, and what must hold holds.

Random commands by random people over a few cases, through the desk on a real store, with time
passing in between. Never anything but Refused; after each command the invariants of every case;
in the end the audit, which replays every case from its events, finds nothing.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from random import Random

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from referral_engine.errors import Refused
from referral_engine.flow.access import sight
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.principal import Principal
from referral_engine.store.audit import verify
from referral_engine.trial.box import Box, open_box
from referral_engine.trial.invariants import broken, broken_case
from tests.unit.flow.chance import anybody, commands, entitled, issue, possible
from tests.unit.flow.play import at, by, setting, workspace

# Hypothesis chooses the seeds: it would draw single commands too alike for a case to get far.
CHANCE = st.randoms(use_true_random=True)


class AnyOrder(RuleBasedStateMachine):
    """A few cases, and whatever is split off them."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self.box: Box = self._stack.enter_context(
            open_box(workspace(), at("10-12 09:00"), rules=setting().rules)
        )

    @initialize(rnd=CHANCE)
    def first(self, rnd: Random) -> None:
        self._register(rnd)

    @precondition(lambda self: len(self.box.codes()) < 4)
    @rule(rnd=CHANCE)
    def another(self, rnd: Random) -> None:
        self._register(rnd)

    @rule(rnd=CHANCE)
    def anything(self, rnd: Random) -> None:
        """Anybody, anything: nearly always refused."""
        codes = self.box.codes()
        case = self.box.case(rnd.choice(codes))
        make = commands(rnd, case, codes)
        self._try(case, make[rnd.choice(sorted(make))](), anybody(rnd, case))

    @rule(rnd=CHANCE, turns=st.integers(5, 20))
    def a_days_work(self, rnd: Random, turns: int) -> None:
        """What the state allows, by people whose posts allow it."""
        for _turn in range(turns):
            codes = self.box.codes()
            case = self.box.case(rnd.choice(codes))
            make = commands(rnd, case, codes)
            name = possible(rnd, case, make)
            command = make[name]()
            self._try(case, command, entitled(rnd, case, name, command))
            self.everybody_is_looked_after()

    @rule(hours=st.sampled_from([1, 3, 26, 24 * 9, 24 * 45]))
    def time_passes(self, hours: int) -> None:
        self.box.advance_to(self.box.now() + timedelta(hours=hours))

    @invariant()
    def everybody_is_looked_after(self) -> None:
        for code in self.box.codes():
            case = self.box.case(code)
            assert broken_case(case, self.box.events(code)) == []
            for unit in case.barred:
                assert sight(by("officer", unit), case, workspace().org) == "none"
            if case.state == "archived":
                left = {d.name for d in case.deadlines if d.open}
                promised = {"perform", "confirm", "deferred", "sign"}
                assert left <= promised, "only promises and signatures are waited for"

    def teardown(self) -> None:
        try:
            assert verify(self.box.store.engine) == []
            assert broken(self.box.store) == []
        finally:
            self._stack.close()

    def _try(self, case: Case, command: c.Command, who: Principal) -> None:
        try:
            self.box.do(case.code, command, who)
        except Refused:
            assert self.box.case(case.code) == case, "what is refused changes nothing"
        self.box.settle()

    def _register(self, rnd: Random) -> None:
        new = issue(rnd, self.box.now())
        self.box.register(new, by("dispatcher", "620922100"), auto_accept=rnd.random() < 0.8)
        self.box.settle()


TestAnyOrder = AnyOrder.TestCase
# A failure names its seeds; shrinking a seed makes no smaller story of it.
TestAnyOrder.settings = settings(
    max_examples=12 if settings().max_examples <= 100 else 400,
    stateful_step_count=12,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
