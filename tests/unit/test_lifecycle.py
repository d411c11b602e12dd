"""The life-cycle table: whole, consistent with the flow, and the source of its page."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from referral_engine import lifecycle
from referral_engine.flow.decide import HANDLERS
from referral_engine.flow.signing import proposals
from referral_engine.model.case import CaseState
from referral_engine.model.command import COMMANDS, Register, command_name
from referral_engine.model.principal import ROLES

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_what_the_table_says() -> None:
    written = (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")
    assert written == lifecycle.page() + "\n"


def test_every_command_has_a_row_and_a_handler() -> None:
    known = {command_name(kind) for kind in COMMANDS} - {command_name(Register)}
    assert {step.command for step in lifecycle.STEPS} == known
    assert set(HANDLERS) == set(COMMANDS)


def test_states_and_roles_are_those_of_the_model() -> None:
    states = set(get_args(CaseState))
    for step in lifecycle.STEPS:
        assert set(step.states) <= states, step
        assert set(step.to) <= states, step
        assert set(step.roles) <= set(ROLES), step


def test_every_state_is_reached_and_every_open_one_can_be_left() -> None:
    edges = {(a, b) for step in lifecycle.STEPS for a in step.states for b in step.to if a != b}
    reached, todo = {"registered"}, ["registered"]
    while todo:
        here = todo.pop()
        for a, b in edges:
            if a == here and b not in reached:
                reached.add(b)
                todo.append(b)
    assert reached == set(get_args(CaseState))
    assert {a for a, _b in edges} >= set(lifecycle.OPEN)


def test_what_needs_signatures_has_an_effect() -> None:
    assert set(lifecycle.SIGNATURES) == proposals()
