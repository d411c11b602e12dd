"""Every role: what it may do in which state, what it sees of which case; and docs/roles.md.

``python -m tests.unit.flow.test_roles > docs/roles.md`` writes the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest

from referral_engine.cli.words import POSTS
from referral_engine.errors import Refused
from referral_engine.flow.access import sight
from referral_engine.flow.authority import authorise
from referral_engine.lifecycle import ANY, STEPS
from referral_engine.model import command as c
from referral_engine.model.case import Case
from referral_engine.model.principal import ROLES, Principal
from referral_engine.model.span import Span
from referral_engine.model.target import Target
from tests.unit.flow.play import CODE, Play, at, setting

PAGE = Path(__file__).resolve().parents[3] / "docs" / "roles.md"
PEOPLE = tuple(role for role in ROLES if role not in ("reporter", "engine"))
COMMANDS = tuple(kind for kind in c.COMMANDS if kind is not c.Register)
SEEN = {"full": "full", "masked": "masked", "none": "–"}
MEANING = {
    "reporter": "who reported it, under the digest of phone or id number",
    "grid_member": "answers for a grid", "village_director": "answers for a village",
    "township_director": "answers for a township", "dispatcher": "assigns at a centre",
    "duty_leader": "leads a centre's shift, signs", "officer": "handles for a unit",
    "reviewer": "reviews reports, never of the own unit",
    "callback_officer": "asks reporters, never about the own unit",
    "mediator": "mediates; leaves a case when challenged",
    "sealed_contact": "the unit's only one for sealed cases",
    "county_leader": "signs for the county",
    "administrator": "keeps the engine; no names, no sealed case",
    "auditor": "watches over it; no names, no sealed case", "engine": "the engine itself",
}  # fmt: skip


# -- doing ---------------------------------------------------------------------------------------
def a_value(kind: Any) -> Any:
    """Something of this type; what it says does not matter to who may say it."""
    origin = get_origin(kind)
    if origin is Literal:
        return get_args(kind)[0]
    if origin in (Union, UnionType):
        return None if type(None) in get_args(kind) else a_value(get_args(kind)[0])
    if origin is tuple or kind is tuple:
        return ()
    known: dict[Any, Any] = {
        str: "x", int: 1, bool: True, float: 1.0, date: date(2026, 10, 12), Span: Span(1, "d"),
        Target: Target(unit="police"),
    }  # fmt: skip
    return known.get(kind, at("10-12 09:00"))


@cache
def made(kind: Any) -> Any:
    hints = get_type_hints(kind)
    needed = {f.name for f in msgspec.structs.fields(kind) if f.required}
    return kind(**{n: "" if n == "referral" else a_value(hints[n]) for n in needed})


@cache
def case_in(state: str) -> Case:
    """A case of the township in this state; nobody has a part in it."""
    play = Play(category="D12", text="退货")
    return msgspec.structs.replace(play.case, state=state, referrals=())


def answer(role: str, kind: Any, state: str) -> str:
    case = case_in(state)
    id = case.reporter if role == "reporter" else "somebody"
    by = Principal(id, (role,), "" if role == "reporter" else case.holder)  # type: ignore[arg-type]
    try:
        authorise(case, c.Request(CODE, made(kind), by), setting().org)
    except Refused as refused:
        return refused.code
    return ""


@pytest.mark.parametrize("role", ROLES)
def test_a_role_does_what_the_table_says_and_nothing_else(role: str) -> None:
    """Every command in every state: 60 commands, 14 states."""
    wrong = []
    for kind in COMMANDS:
        rows = [step for step in STEPS if step.command == c.command_name(kind)]
        mine = [step for step in rows if role in step.roles]
        for state in ANY:
            allowed = any(state in step.states for step in mine)
            expected = "" if allowed else "WRONG_STATE" if mine else "FORBIDDEN"
            if (said := answer(role, kind, state)) != expected:
                wrong.append((c.command_name(kind), state, said, expected))
    assert wrong == []


def test_several_roles_are_their_sum_and_none_is_nothing() -> None:
    case = case_in("accepted")
    both = Principal("x", ("auditor", "dispatcher"), case.holder)
    authorise(case, c.Request(CODE, made(c.Dispatch), both), setting().org)
    nobody = Principal("x", (), case.holder)
    with pytest.raises(Refused, match="FORBIDDEN"):
        authorise(case, c.Request(CODE, made(c.Dispatch), nobody), setting().org)


# -- seeing --------------------------------------------------------------------------------------
@cache
def cases() -> dict[str, tuple[Case, str]]:
    """A case and the unit it is seen from, by the heading of the page."""
    open_, face = Play(), Play(text="拍到人脸")
    sealed = Play(category="X02", text="举报")
    violence = Play(category="D01", text="家暴")
    accused = Play(category="X02", text="举报", accused=("620922100",))
    over = Play().closed()
    return {
        "holds it": (open_.case, open_.case.holder), "acts in it": (open_.case, "ecology"),
        "over it": (open_.case, "centre"), "elsewhere": (open_.case, "620922101"),
        "ended": (over.case, over.case.holder), "face sealed": (face.case, face.case.holder),
        "sealed, holds and acts": (sealed.case, sealed.case.holder),
        "sealed, over it": (sealed.case, "centre"),
        "violence, holds": (violence.case, violence.case.holder),
        "accused": (accused.case, "620922100"),
    }  # fmt: skip


def seen(role: str) -> dict[str, str]:
    org = setting().org
    return {
        heading: sight(Principal("somebody", (role,), unit), case, org)  # type: ignore[arg-type]
        for heading, (case, unit) in cases().items()
    }


@pytest.mark.parametrize("role", PEOPLE)
def test_whatever_the_role_the_accused_and_those_elsewhere_know_nothing(role: str) -> None:
    found = seen(role)
    assert found["accused"] == "none"
    watches = role in ("administrator", "auditor")
    assert found["elsewhere"] == ("masked" if watches else "none")
    assert found["sealed, over it"] == "none"
    if watches:
        assert set(found.values()) == {"none", "masked"}, "no names, of no case"
        assert found["sealed, holds and acts"] == found["violence, holds"] == "none"


def test_a_reporter_sees_the_own_report_and_the_matter_of_what_it_was_merged_into() -> None:
    org, case = setting().org, Play().case
    merged = msgspec.structs.replace(case, reporters=("r2",))
    look = {id: sight(Principal(id, ("reporter",)), merged, org) for id in ("r1", "r2", "r3", "")}
    assert look == {"r1": "full", "r2": "masked", "r3": "none", "": "none"}
    sealed = Play(category="X02", text="举报").case
    assert sight(Principal("r1", ("reporter",)), sealed, org) == "full"


# -- the page ------------------------------------------------------------------------------------
def page() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Roles"
    yield ""
    yield "Written by `python -m tests.unit.flow.test_roles`; the tests beside it hold every"
    yield "line against the table of steps and the checks: `lifecycle.py`, `flow/access.py`,"
    yield "`flow/authority.py`."
    yield ""
    yield "## What each sees"
    yield ""
    yield "`full` with names and phones, `masked` the matter without them, – not even that there"
    yield "is a case. By where the person's unit stands to it; *acts in it* is the unit of a live"
    yield "referral. Whoever has several roles in a unit sees what the most telling one does."
    yield ""
    headings = list(cases())
    yield "| role | | " + " | ".join(headings) + " |"
    yield "|---|---|" + "---|" * len(headings)
    for role in PEOPLE:
        row = seen(role)
        cells = " | ".join(SEEN[row[h]] for h in headings)
        yield f"| `{role}` | {POSTS.get(role, '')} | {cells} |"
    yield ""
    yield "A `reporter` sees the own case in full, sealed or not; whoever's report was merged into"
    yield "it sees the matter and not the other's name. The engine sees what it decides on."
    yield ""
    yield "## What each may ask for"
    yield ""
    yield "In which states is in [lifecycle.md](lifecycle.md); what one person only proposes needs"
    yield "signatures, listed there. A referral's commands are its own unit's."
    yield ""
    yield "| role | is | commands |"
    yield "|---|---|---|"
    for role in ROLES:
        names = dict.fromkeys(step.command for step in STEPS if role in step.roles)
        told = " ".join(f"`{name}`" for name in names) or "–"
        yield f"| `{role}` | {MEANING[role]} | {told} |"


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text("utf-8") == page()
    assert set(MEANING) == set(ROLES)


if __name__ == "__main__":
    print(page(), end="")
