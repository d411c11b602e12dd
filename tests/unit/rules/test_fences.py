"""Each fence around durable-rules: the hazard as it is without it, and the fence at work.

The numbers are those of the list in docs/decisions/0010-inference.md.
"""

from __future__ import annotations

import gc
import json
import math
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from referral_engine.rules.infer import Inference, InferenceBroken, WrongThread, fences
from referral_engine.rules.infer.agenda import Agenda
from referral_engine.rules.infer.conclusion import FactRefused
from referral_engine.rules.infer.durable import Durable, durable_available
from referral_engine.rules.infer.fences import OutsideProfile, check_ruleset, number
from referral_engine.rules.infer.shards import SENTINEL, Program
from referral_engine.rules.infer.trial import load_in_child, shortest_failing
from referral_engine.rules.terms import Terms
from referral_engine.rules.tree import All, Condition, Not, Value
from referral_engine.rules.tree import Any as AnyOf
from tests.strategies.escalation import COUNTY, HERE, Size, Tables, leaf, rule, table, tables
from tests.unit.rules.durable_hazards import HUNG, raw

pytestmark = pytest.mark.skipif(
    not durable_available(), reason="durable-rules is not installed: nothing to fence"
)

ROOT = Path(__file__).resolve().parents[3]


def ruleset(*conditions: Any, join: list[Any] | None = None, **settings: Any) -> str:
    body = {
        f"r{n}": {"all": join or [{"m": condition}], "pri": n, **settings}
        for n, condition in enumerate(conditions, start=1)
    }
    return json.dumps(body, ensure_ascii=False)


def fired(rules: Tables, **case: Value) -> list[str]:
    """By durable-rules and by nothing else."""
    with Inference(rules, COUNTY, "durable") as inference:
        return [one.rule_id for one in inference.infer(case, ()).fired]


def one_rule(when: Condition) -> Tables:
    return table(rule("one", when))


def durable(rules: Tables) -> Durable:
    agenda = Agenda.of(rules)
    return Durable(agenda, Program.of(agenda, Terms.of(COUNTY)))


def definitions(rules: Tables) -> list[str]:
    program = Program.of(Agenda.of(rules), Terms.of(COUNTY))
    return [shard.definition for shards in program.strata for shard in shards]


class TestFence1OnlyComparisonsOfNumbers:
    """Our own conditions are compiled; text, lists and trees cross as truths we found."""

    def test_text_is_ours(self) -> None:
        code = 'print(tell(load({"r": {"$mt": {"t": ".*(漏水|停电).*"}}}), t="楼上漏水，昨天停水"))'
        assert raw(code) == (0, "[]"), "release 2.0.28 misses this match"
        assert fired(
            one_rule(leaf("text", "matches", ".*(漏水|停电).*")), text="楼上漏水,昨天停水"
        ) == ["one"]

    def test_a_pattern_cannot_kill(self) -> None:
        many = "[" + "".join(chr(0x4E00 + n) for n in range(5000)) + "]"
        killed, _said = raw(f'load({{"r": {{"$mt": {{"t": "{many}"}}}}}})')
        assert killed == -signal.SIGSEGV
        assert fired(one_rule(leaf("text", "matches", many)), text="漏") == []
        assert fired(one_rule(leaf("text", "matches", many)), text="一") == ["one"]

    def test_words_are_not_cast(self) -> None:
        # "5" against 5 matches as well, when a length it forgot to set happens to be short.
        code = 'print(tell(load({"r": {"x": True}}), x="true"))'
        assert raw(code) == (0, "['r']")
        with pytest.raises(FactRefused, match="`urban` holds a str"):
            fired(one_rule(leaf("urban", "eq", True)), urban="true")
        assert fired(one_rule(leaf("channel", "eq", "5")), channel="5") == ["one"]
        with pytest.raises(FactRefused, match="`overdue_h` holds a str"):
            fired(one_rule(leaf("overdue_h", "eq", 5)), overdue_h="5")

    def test_words_have_no_order(self) -> None:
        assert raw('print(tell(load({"r": {"$lt": {"x": "9"}}}), x=10))') == (0, "['r']")
        with pytest.raises(OutsideProfile, match="no number and no truth"):
            check_ruleset(ruleset({"$and": [{"kind": "case"}, {"$lt": {"x": "9"}}]}))

    @pytest.mark.parametrize(
        "clause",
        [
            {"$mt": {"t": "a"}},
            {"$imt": {"t": "a"}},
            {"$or": [{"x": 1}, {"x": 2}]},
            {"$iall": {"t": 1}},
            {"x": {"$m": "y"}},
            {"x": {"other": "y"}},
            {"x": "word"},
            {"x": 2**53 + 1},
            {"id": 1},
            {"sid": 1},
        ],
    )
    def test_nothing_else_is_emitted(self, clause: dict[str, Any]) -> None:
        with pytest.raises(OutsideProfile):
            check_ruleset(ruleset({"$and": [{"kind": "case"}, clause]}))

    def test_none_is_not_used(self) -> None:
        code = """
h = load({"r": [{"m": {"kind": "c"}}, {"b$not": {"kind": "block"}}]})
_, state = put(h, kind="c")
put(h, id="2", kind="block")
print(fire(h, state))"""
        assert raw(code) == (0, "['r']"), "fires although the blocking fact is there"
        blocked = [{"m": {"kind": "case"}}, {"b$not": {"kind": "flag"}}]
        with pytest.raises(OutsideProfile, match="no join"):
            check_ruleset(ruleset({}, join=blocked))

    @pytest.mark.parametrize("setting", ["count", "cap", "dist"])
    def test_no_other_setting(self, setting: str) -> None:
        with pytest.raises(OutsideProfile, match="only `all` and `pri`"):
            check_ruleset(ruleset({"kind": "case"}, **{setting: 2}))

    def test_every_ruleset_is_checked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fences, "COMPARISONS", frozenset())
        with pytest.raises(OutsideProfile):
            definitions(one_rule(leaf("overdue_h", "gte", 4)))


class TestFence2KindFirstAndFiftyRules:
    def test_a_missing_field_does_not_fire_on_the_engines_own_fact(self) -> None:
        assert raw('print(tell(load({"r": {"$nex": {"phone": 1}}}), phone=1))') == (0, "['r']")
        missing = one_rule(Not(leaf("overdue_h", "gte", 4), HERE))
        assert fired(missing, overdue_h=5) == []
        assert fired(missing) == ["one"]
        with pytest.raises(OutsideProfile, match="the first clause is always the kind"):
            check_ruleset(ruleset({"$and": [{"$nex": {"phone": 1}}, {"kind": "case"}]}))

    def test_any_fires_once(self) -> None:
        code = 'print(tell(load({"r": {"$or": [{"x": 1}, {"y": 1}]}}), x=1, y=1))'
        assert raw(code) == (0, "['r', 'r']")
        both = AnyOf((leaf("people", "eq", 1), leaf("severity", "eq", 1)), HERE)
        assert fired(one_rule(both), people=1, severity=1) == ["one"]

    def test_many_siblings(self) -> None:
        code = """
h = load({f"r{n}": {"$and": [{"kind": "c"}, {"$gte": {"x": n}}]} for n in range(66)})
tell(h, kind="c", x=99)"""
        assert raw(code) == (
            1, "durable_rules_engine.error: Could not assert fact, error code: 303",
        )  # fmt: skip
        rules = table(*(rule(f"r{n}", leaf("people", "gte", n)) for n in range(66)))
        assert len(fired(rules, people=99)) == 66

    def test_many_alike(self) -> None:
        code = 'load({f"r{n}": {"$and": [{"kind": "c"}, {"x": n}]} for n in range(600)})'
        assert raw(code, seconds=3) == (0, HUNG)
        rules = table(*(rule(f"r{n}", leaf("people", "eq", 7)) for n in range(600)))
        assert len(fired(rules, people=7)) == 600

    def test_fifty_rules_and_no_more(self) -> None:
        check_ruleset(ruleset(*[{"kind": "case"}] * 50))
        with pytest.raises(OutsideProfile, match="51 rules in a ruleset"):
            check_ruleset(ruleset(*[{"kind": "case"}] * 51))

    @pytest.mark.parametrize(("count", "rulesets"), [(49, 1), (50, 2), (98, 2), (99, 3)])
    def test_the_sentinel_counts_too(self, count: int, rulesets: int) -> None:
        rules = table(*(rule(f"r{n}", leaf("people", "gte", n)) for n in range(count)))
        found = [json.loads(definition) for definition in definitions(rules)]
        assert len(found) == rulesets
        assert all(len(each) <= fences.MOST_RULES and SENTINEL in each for each in found)

    def test_a_chain_crosses_the_rulesets(self) -> None:
        """Backwards in the order of the rules: each link is in another ruleset than the next."""
        links = [rule("r0", leaf("people", "gte", 1), derive="flag-0")]
        links += [
            rule(
                f"r{n}", leaf("flags", "has", f"flag-{n - 1}"), derive=f"flag-{n}", priority=200 - n
            )
            for n in range(1, 150)
        ]
        with Inference(table(*links), COUNTY, "durable") as inference:
            found = inference.infer({"people": 1}, ())
        assert found.flags == tuple(f"flag-{n}" for n in range(150))
        assert len(found.fired) == 150


class TestFence3OneSidAndASentinel:
    def test_sids_do_not_add_up(self) -> None:
        code = """
h = load({"r": {"kind": "c"}})
for n in range(1024):
    tell(h, sid=str(n), kind="c")
tell(h, sid="1024", kind="c")"""
        assert raw(code) == (1, "MemoryError")
        with Inference(one_rule(leaf("people", "gte", 1)), COUNTY, "durable") as inference:
            found = [len(inference.infer({"people": 1}, ()).fired) for _ in range(3000)]
        assert found == [1] * 3000

    def test_two_cases_never_share_a_state(self) -> None:
        code = """
h = load({"r": {"kind": "c"}})
print(put(h, sid="WO20240112789", kind="c")[0], put(h, sid="WO20240349192", kind="c")[0])"""
        assert raw(code) == (0, "0 2"), "the second case is taken for the first, already seen"
        with Inference(one_rule(leaf("channel", "eq", "x")), COUNTY, "durable") as inference:
            for code_of_case in ("WO20240112789", "WO20240349192"):
                case: dict[str, Value] = {"channel": "x", "id": code_of_case, "sid": code_of_case}
                assert len(inference.infer(case, ()).fired) == 1

    def test_a_state_that_never_fired_is_not_deleted(self) -> None:
        code = 'h = load({"r": {"kind": "c"}}); put(h, kind="x"); engine.delete_state(h, "1")'
        assert raw(code, uninitialised=True)[0] == -signal.SIGSEGV
        ours = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from tests.strategies.escalation import COUNTY, leaf, rule, table
from referral_engine.rules.infer import Inference
Inference(table(rule("one", leaf("people", "gte", 1))), COUNTY, "durable").close()
with Inference(table(rule("one", leaf("people", "gte", 1))), COUNTY, "durable") as inference:
    print(len(inference.infer({{"people": 1}}, ()).fired))"""
        assert raw(ours, uninitialised=True) == (0, "1")

    def test_no_joins(self) -> None:
        """Retracting two facts that fired one rule together runs out of its frame of sixteen:
        unseen in an ordinary build, reported by tests/chaos/sanitize_inference.sh."""
        joined = [{"m": {"kind": "case"}}, {"p": {"kind": "flag"}}]
        with pytest.raises(OutsideProfile, match="no join"):
            check_ruleset(ruleset({}, join=joined))
        both = one_rule(leaf("flags", "has_all", ("a", "b")))
        chain = (*table(rule("a", derive="a"), rule("b", derive="b")), *both)
        for definition in definitions(chain):
            assert all(len(body["all"]) == 1 for body in json.loads(definition).values())
        assert fired(chain) == ["a", "b", "one"]

    def test_an_open_action_silences_the_engine_and_the_sentinel_tells(self) -> None:
        code = """
h = load({"r": {"kind": "c"}})
_, state = put(h, kind="c")
engine.start_action_for_state(h, state)
print(tell(h, id="2", kind="c"))"""
        assert raw(code) == (0, "[]"), "no error, and nothing fires"
        engine = durable(one_rule(leaf("people", "gte", 1)))
        shard = engine._strata[0][0]
        _, state = shard._assert(shard.handle, '{"id":"x","sid":"1","kind":"case"}')
        shard._start(shard.handle, state)
        with pytest.raises(InferenceBroken, match="nothing fired"):
            engine.conclude({"people": 1}, (True,))

    def test_the_sentinel_must_be_the_last(self) -> None:
        engine = durable(one_rule(leaf("people", "gte", 1)))
        shard = engine._strata[0][0]
        turned = shard.shard.definition.replace('"pri":1}', '"pri":9}')
        shard.handle = engine._engine.create_ruleset("turned", turned)
        with pytest.raises(InferenceBroken, match="sentinel"):
            engine.conclude({"people": 1}, (True,))

    def test_a_broken_engine_is_never_called_again(self) -> None:
        """The 1,025th sid in earnest: the next use of that memory would be a SIGSEGV."""
        engine = durable(one_rule(leaf("people", "gte", 1)))
        shard = engine._strata[0][0]
        for n in range(1024):
            fact = f'{{"id":"c","sid":"other-{n}","kind":"case"}}'
            engine._engine.assert_fact(shard.handle, fact)
        for _ in range(2):
            with pytest.raises(InferenceBroken, match="MemoryError"):
                engine.conclude({"people": 1}, (True,))
        engine.close()

    def test_the_fixpoint_takes_over_and_says_so(self) -> None:
        inference = Inference(one_rule(leaf("people", "gte", 1)), COUNTY)
        assert inference.infer({"people": 1}, ()).engine == "durable-rules"
        assert inference._durable is not None
        with pytest.raises(InferenceBroken):
            inference._durable.give_up("for the test")
        assert inference.backend_name == "durable-rules"
        for _ in range(2):
            found = inference.infer({"people": 1}, ())
            assert [one.rule_id for one in found.fired] == ["one"]
            assert found.engine == "fixpoint"
            assert found.detour == "durable-rules failed: for the test"
            assert inference.broken == inference.standing_in == found.detour
            assert inference.backend_name == "fixpoint"

    def test_what_nobody_holds_is_freed(self) -> None:
        engine = durable(one_rule(leaf("people", "gte", 1)))
        engine.conclude({"people": 1}, (True,))
        binding, handle = engine._engine, engine._strata[0][0].handle
        del engine
        gc.collect()
        with pytest.raises(binding.error, match="111"):  # ERR_INVALID_HANDLE
            binding.get_facts(handle, "1")


class TestFence4NoHostAndOneThread:
    def test_no_timer_threads(self) -> None:
        host = """
import threading, time
from durable.engine import Host
Host(); time.sleep(1)
print(threading.active_count() > 1)"""
        assert raw(host) == (0, "True")
        ours = f"""
import sys, threading, time; sys.path.insert(0, {str(ROOT)!r})
from tests.strategies.escalation import COUNTY, leaf, rule, table
from referral_engine.rules.infer import Inference
with Inference(table(rule("one", leaf("people", "gte", 1))), COUNTY, "durable") as inference:
    inference.infer({{"people": 1}}, ()); time.sleep(1)
    print(threading.active_count(), "durable" in sys.modules)"""
        assert raw(ours) == (0, "1 False")

    def test_another_thread_is_refused(self) -> None:
        rules = one_rule(leaf("people", "gte", 1))
        strict, lenient = Inference(rules, COUNTY, "durable"), Inference(rules, COUNTY)
        assert strict.infer({}, ()) == lenient.infer({}, ())
        refused: list[Exception] = []
        answered: list[str] = []

        def ask() -> None:
            try:
                strict.infer({"people": 1}, ())
            except WrongThread as error:
                refused.append(error)
            found = lenient.infer({"people": 1}, ())
            answered.extend((found.engine, found.detour, found.fired[0].rule_id))

        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
        assert len(refused) == 1
        assert answered == ["fixpoint", "durable-rules was loaded in another thread", "one"]
        assert not lenient.broken
        assert lenient.infer({"people": 1}, ()).engine == "durable-rules"


class TestFence5Facts:
    @pytest.mark.parametrize("written", ["1e-05", "1e16", "Infinity"])
    def test_numbers_without_exponent(self, written: str) -> None:
        code = f"""
h = load({{"r": {{"$gt": {{"x": 0}}}}}})
engine.assert_fact(h, '{{"id": "1", "sid": "1", "x": {written}}}')"""
        assert raw(code)[1].endswith(("error code: 204", "error code: 202"))
        value = float(written)
        if math.isinf(value):
            with pytest.raises(FactRefused):
                number(value, "overdue_h")
            return
        assert float(number(value, "overdue_h")) == value
        assert "e" not in number(value, "overdue_h")
        exact = All((leaf("overdue_h", "eq", value), leaf("overdue_h", "gt", 0)), HERE)
        assert fired(one_rule(exact), overdue_h=value) == ["one"]

    @pytest.mark.parametrize("value", [2**53, -(2**53), 5e-324, -1.5e300, 0.1, 3.0])
    def test_numbers_cross_exactly(self, value: float) -> None:
        text = number(value, "people")
        assert json.loads(text) == value
        assert ("." in text) == isinstance(value, float)
        assert fired(one_rule(leaf("overdue_h", "eq", value)), overdue_h=value) == ["one"]

    @pytest.mark.parametrize("value", [2**53 + 1, -(2**53) - 1, math.nan, math.inf, -math.inf])
    def test_numbers_that_would_be_misread(self, value: float) -> None:
        with pytest.raises(FactRefused):
            number(value, "overdue_h")
        rules = one_rule(leaf("overdue_h", "gte", 2**53))
        with Inference(rules, COUNTY) as inference:
            found = inference.infer({"overdue_h": value}, ())
            assert (found.engine, found.detour != "") == ("fixpoint", True)
            assert [one.rule_id for one in found.fired] == (["one"] if value > 2**53 else [])
            assert inference.infer({"overdue_h": 1}, ()).engine == "durable-rules"

    def test_an_inexact_bound_is_ours_to_compare(self) -> None:
        rules = one_rule(leaf("people", "gt", 2**53 + 1))
        assert fired(rules, people=2**53) == []
        assert fired(rules, people=2**54) == ["one"]

    @pytest.mark.parametrize("length", [20_000, 20_001, 65_535, 65_536, 65_546])
    def test_long_words_are_not_cut(self, length: int) -> None:
        code = """
h = load({"r": {"t": "a" * 65546}})
print(tell(h, t="a" * 10 + "b" * 65536))"""
        assert raw(code) == (0, "['r']"), "lengths are taken modulo 65,536"
        rules = one_rule(leaf("channel", "eq", "a" * length))
        assert fired(rules, channel="a" * length) == ["one"]
        assert fired(rules, channel="a" * (length % 65_536) + "b" * 65_536) == []
        assert all("aaa" not in definition for definition in definitions(rules))

    def test_words_of_any_characters(self) -> None:
        surrogate = r'h = load({"r": {"t": "x"}}); put(h, t="\ud800")'
        assert raw(surrogate)[0] == 1
        for word in ("\ud800", "\0", '"', "\\", "漏\n水"):
            rules = one_rule(leaf("channel", "eq", word))
            assert fired(rules, channel=word) == ["one"]
            assert fired(rules, channel=word + "x") == []

    def test_fewer_than_250_fields(self) -> None:
        code = 'tell(load({"r": {"x1": 1}}), **{f"x{n}": 1 for n in range(253)})'
        assert raw(code)[1].endswith("error code: 302")
        check_ruleset(ruleset({"$and": [{"kind": "case"}, *({f"x{n}": 1} for n in range(237))]}))
        with pytest.raises(OutsideProfile, match="241 fields"):
            check_ruleset(
                ruleset({"$and": [{"kind": "case"}, *({f"x{n}": 1} for n in range(238))]})
            )

    def test_many_fields_go_into_several_rulesets(self) -> None:
        parts = [[leaf("tags", "has", f"tag-{n}-{m}") for m in range(100)] for n in range(5)]
        rules = table(*(rule(f"r{n}", All(tuple(each), HERE)) for n, each in enumerate(parts)))
        assert len(definitions(rules)) == 3
        tags = tuple(f"tag-{n}-{m}" for n in (1, 3) for m in range(100))
        assert fired(rules, tags=tags) == ["r1", "r3"]

    def test_a_rule_with_too_many_fields_goes_to_the_fixpoint(self) -> None:
        rules = one_rule(All(tuple(leaf("tags", "has", f"t{n}") for n in range(300)), HERE))
        with Inference(rules, COUNTY) as inference:
            assert inference.backend_name == "fixpoint"
            assert inference.standing_in == "`one` reads more fields than durable-rules takes"
            case: dict[str, Value] = {"tags": tuple(f"t{n}" for n in range(300))}
            assert [one.rule_id for one in inference.infer(case, ()).fired] == ["one"]

    def test_names_that_share_a_hash(self) -> None:
        """`costarring` and `liquid` are the textbook collision of 32-bit FNV-1a."""
        check_ruleset(ruleset({"$and": [{"kind": "case"}, {"costarring": 1}]}))
        with pytest.raises(OutsideProfile, match="share a hash"):
            check_ruleset(ruleset({"$and": [{"kind": "case"}, {"costarring": 1}, {"liquid": 1}]}))


class TestFence6AChildLoadsFirst:
    KILLER = ruleset({"$mt": {"t": "[" + "".join(chr(0x4E00 + n) for n in range(5000)) + "]"}})
    HANGER = ruleset({"$mt": {"t": ".*(楼*)+[a楼停].*"}})
    SOUND = ruleset({"kind": "case"})

    def test_a_crash_stays_in_the_child(self) -> None:
        assert load_in_child([self.SOUND, self.KILLER], 60) == "killed by signal 11"
        assert load_in_child([self.SOUND], 60) == ""

    def test_a_hang_stays_in_the_child(self) -> None:
        assert load_in_child([self.HANGER], 2) == "not loaded after 2 s"

    def test_an_error_is_told(self) -> None:
        assert load_in_child(["{"], 60).startswith("durable_rules_engine.error")

    @pytest.mark.parametrize("culprit", [1, 4, 7])
    def test_the_culprit_is_found(self, culprit: int) -> None:
        def first(count: int) -> list[str]:
            return [self.KILLER if n == culprit else self.SOUND for n in range(1, count + 1)]

        assert shortest_failing(7, first, 60) == culprit


class TestFence7TheFixpointIsTheReference:
    """The agreement itself is tests/unit/rules/test_infer_agreement.py."""

    def test_without_durable_rules_the_fixpoint_infers(self) -> None:
        code = f"""
import sys; sys.path.insert(0, {str(ROOT)!r}); sys.modules["durable_rules_engine"] = None
from tests.strategies.escalation import COUNTY, leaf, rule, table
from referral_engine.rules.infer import Inference, trial_load
rules = table(rule("one", leaf("people", "gte", 1)))
inference = Inference(rules, COUNTY)
found = inference.infer({{"people": 1}}, ())
said = inference.backend_name, inference.standing_in, found.fired[0].rule_id
print(*said, trial_load(rules, COUNTY), sep="; ")"""
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={"LANG": "en"},
        )  # fmt: skip
        assert done.stdout.strip() == "fixpoint; durable-rules is not installed; one; None"

    def test_it_is_not_asked_for_where_it_cannot_be_built(self) -> None:
        assert "durable-rules>=2.0.28,<3; python_version < '3.13'" in (
            ROOT / "pyproject.toml"
        ).read_text("utf-8")

    def test_random_rule_sets_keep_to_the_profile(self) -> None:
        for seed in range(50):
            for definition in definitions(tables(random.Random(seed), Size(40, 3, 6))):
                check_ruleset(definition)
