"""A teller must say what is not as told; a story that cannot fail proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from referral_engine.errors import Faulty
from referral_engine.rules.runtime import ActiveRules
from referral_engine.trial.acts import VERBS
from referral_engine.trial.scenario import Report, run_scenario
from referral_engine.trial.seen import SEEN
from referral_engine.workspace import Workspace

DOCS = Path(__file__).resolve().parents[3] / "docs" / "scenarios.md"
Tell = Callable[[str], Report]

BEGIN = """
story: s
steps:
  - at: 2026-10-12T09:00
    as: reporter
    issue: {name: noise, category: M04a, text: 厂里机器响, territory: "620922100001",
            reporter: {phone: "10000007001"}}
"""


@pytest.fixture
def tell(tmp_path: Path, workspace: Workspace, rules: ActiveRules) -> Tell:
    def told(text: str) -> Report:
        file = tmp_path / "story.yaml"
        file.write_text(text, encoding="utf-8")
        return run_scenario(file, workspace, rules)

    return told


def messages(report: Report) -> list[str]:
    return [f"{f.place.line}:{f.place.column} {f.case}: {f.message}" for f in report.failures]


def test_a_story_that_is_as_told_passes_and_says_what_happened(tell: Tell) -> None:
    report = tell(BEGIN + "    see: {owner: ecology}\n  - {as: ecology, do: claim}\n")
    assert report.passed
    assert [(row.what, row.case, row.state, row.owner) for row in report.rows] == [
        ("register", "noise", "assigned", "ecology"),
        ("claim", "noise", "in_progress", "ecology"),
    ]
    assert list(report.cases) == ["noise"]


OTHERWISE = {
    "state: closed": "state: expected closed, got assigned",
    "owner: police": "owner: expected police, got ecology",
    "support: []": "support: expected –, got 620922100",
    "clocks_include: {claim@ecology: 2026-10-12T10:59}": (
        "clocks_include: expected claim@ecology: 2026-10-12T10:59+08:00, "
        "got claim@ecology: 2026-10-12T11:00+08:00"
    ),
    "clocks: {}": "clocks: expected –, got answer: 2026-12-11T18:00+08:00, claim@620922100: ",
    "referrals: {ecology: offered}": "referrals: expected –, got 620922100: offered",
    "sees: {police: full}": "sees: expected police: full, got police: none",
    "told: {ecology: nothing}": "told: expected ecology: nothing, got",
    "not_told: [ecology]": "not_told: expected –, got ecology",
    "history: [decided, registered]": "history: expected decided, registered, got registered",
    "not_in_history: [decided]": "not_in_history: expected –, got decided",
    "sealed: yes": "sealed: expected True, got False",
    "answered: yes": "answered: expected True, got False",
    "escalations: [x]": "escalations: expected x, got –",
    "inbox: [police]": "inbox: expected police, got 620922100, ecology",
    "links: [other]": "links: expected other, got –",
    "on_hold: yes": "on_hold: expected True, got False",
    "overdue: [claim@ecology]": "overdue: expected claim@ecology, got –",
    "ended: {claim@ecology: met}": "ended: expected claim@ecology: met, got –",
    "proposals: {defer: open}": "proposals: expected defer: open, got –",
    "parties: {worker: 3}": "parties: expected worker: 3, got worker: 0",
    "settled: {worker: 3}": "settled: expected worker: 3, got worker: 0",
    "tags: [群体性]": "tags: expected 群体性, got –",
    "same_incident_as: noise": "same_incident_as: expected an incident, got –",
    "problem: {times: 3}": "problem: expected times: 3, got –",
    "no_trace_of: noise": "no_trace_of: expected False, False, got True, True",
}


def test_what_is_seen_otherwise_is_named_at_its_place(tell: Tell) -> None:
    report = tell(BEGIN + "    see:\n" + "".join(f"      {see}\n" for see in OTHERWISE))
    assert not report.passed
    for line, (message, expected) in enumerate(
        zip(messages(report), OTHERWISE.values(), strict=True), start=9
    ):
        assert message.startswith(f"{line}:7 noise: {expected}")


def test_a_refusal_nobody_expected_fails_the_step_and_the_story_goes_on(tell: Tell) -> None:
    report = tell(BEGIN + "  - {as: police, do: claim}\n  - {as: ecology, do: claim}\n")
    assert len(report.failures) == 1
    assert "8:5 noise: claim was refused: " in messages(report)[0]
    assert report.rows[-1].state == "in_progress"


def test_a_refusal_that_did_not_come_fails_the_step(tell: Tell) -> None:
    report = tell(BEGIN + "  - {as: ecology, do: claim, refused: FORBIDDEN}\n")
    assert messages(report) == ["8:5 noise: expected to be refused with FORBIDDEN, and was done"]
    other = tell(BEGIN + "  - {as: police, do: claim, refused: FORBIDDEN}\n")
    assert "UNKNOWN_CASE" in messages(other)[0]


def test_time_passes_through_everything_that_is_due(tell: Tell) -> None:
    report = tell(BEGIN + """
  - after: 3wh
    see: {owner: centre, escalations: [claim-remind, claim-supervise, claim-support-late,
          claim-step-up], overdue: [claim@ecology, claim@620922100]}
""")  # fmt: skip
    assert report.passed, messages(report)


def test_a_step_cannot_go_back_in_time(tell: Tell) -> None:
    report = tell(BEGIN + "  - {at: 2026-10-12T08:00, see: {state: assigned}}\n")
    assert "the step lies before the one above it" in messages(report)[0]


def test_while_the_engine_is_down_nobody_is_blamed(tell: Tell) -> None:
    report = tell(BEGIN + """
  - {at: 2026-10-12T09:30, engine_down_until: 2026-10-12T11:20}
  - {as: ecology, do: claim, see: {ended: {claim@ecology: excused}}}
""")  # fmt: skip
    assert report.passed, messages(report)


@pytest.mark.parametrize("who", ["nobody", "dispatcher@nowhere", "p0002@ecology", "x@centre"])
def test_an_actor_must_be_somebody(tell: Tell, who: str) -> None:
    report = tell(BEGIN + f"  - {{as: {who}, do: claim}}\n")
    assert "unknown here" in messages(report)[0]


def test_a_case_must_have_been_named(tell: Tell) -> None:
    report = tell(BEGIN + "  - {as: ecology, case: roof, do: claim}\n")
    assert messages(report) == ["8:5 : unknown here: roof (noise)"]


def test_a_group_of_issues_is_acted_on_together(tell: Tell) -> None:
    text = BEGIN.replace("name: noise,", "name: noise, times: 3,")
    report = tell(text + "  - {case: noise, as: ecology, do: claim, see: {state: in_progress}}\n")
    assert report.passed, messages(report)
    assert list(report.cases) == ["noise-1", "noise-2", "noise-3"]
    assert sum(row.what == "claim" for row in report.rows) == 3


def test_every_fault_of_a_file_is_named_at_once(tell: Tell) -> None:
    with pytest.raises(Faulty) as caught:
        tell("""story: s
steps:
  - at: tomorrow
    as: reporter
    isue: {}
  - at: 2026-10-12T09:00
    issue: {category: M04a, text: x, territory: "999"}
  - {at: 2026-10-12T09:00, after: 1h}
  - {as: ecology, do: {clam: ecology}}
  - {as: ecology, do: {decline: {grounds: crime}}}
  - {as: ecology, do: {extend: {by: 3x}}}
  - {see: {stat: closed}}
  - {as: ecology, do: {claim: a, decline: b}}
""")  # fmt: skip
    found = [(f.place.line, f.place.column, f.code) for f in caught.value.faults]
    assert found == [
        (3, 9, "WRONG_TYPE"),
        (5, 5, "UNKNOWN_KEY"),
        (6, 5, "MISSING_KEY"),
        (7, 49, "UNKNOWN_TERRITORY"),
        (8, 6, "WRONG_TYPE"),
        (9, 24, "UNKNOWN_VALUE"),
        (10, 34, "UNKNOWN_KEY"),
        (11, 37, "BAD_SPAN"),
        (12, 12, "UNKNOWN_KEY"),
        (13, 23, "WRONG_TYPE"),
    ]
    assert caught.value.faults[1].source == "    isue: {}"


def test_a_story_needs_steps(tell: Tell) -> None:
    with pytest.raises(Faulty, match="MISSING_KEY"):
        tell("story: s\n")


def test_the_reference_names_everything_that_may_be_seen_and_every_key() -> None:
    text = DOCS.read_text(encoding="utf-8")
    missing = [key for key in SEEN if f"`{key}`" not in text and f" {key} " not in text
               and f"`{key} " not in text and f" {key}`" not in text]  # fmt: skip
    assert missing == []


def test_every_command_can_be_told() -> None:
    assert {"register", "hand_off", "split", "call_back", "stand_down"} <= set(VERBS)
