"""What needs a second person is not stored by one: not even when the door lets it by.

Each fault is planted in the flow of a whole engine, on both databases, and the store is what says
no.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from referral_engine.clock import VirtualClock
from referral_engine.desk.publishing import publish_first
from referral_engine.errors import Refused
from referral_engine.flow import decide, signing
from referral_engine.lifecycle import SIGNATURES, Need
from referral_engine.model import command as c
from referral_engine.model.case import Proposal, Signature
from referral_engine.model.plugin_settings import PluginSettings
from referral_engine.model.principal import ENGINE, Principal
from referral_engine.model.span import Span
from referral_engine.plugins.departments import Departments
from referral_engine.plugins.in_thread import InThread
from referral_engine.store import Conflict, Store, audit, schema, transaction
from referral_engine.store.approvals import APPROVAL_COLUMNS
from referral_engine.store.engine import open_writer
from referral_engine.store.security_tables import approval
from referral_engine.store.tables import case_event
from referral_engine.trial.box import Box
from tests.unit.desk.county import CLERK, DAY, LEADER, OFFICER, START, issue, lead, make, register

COUNTY = Principal("county", ("county_leader",), "centre")
REDIRECT = c.Redirect("litigation", "请向法院起诉")


@pytest.fixture
def box(any_store: Store, tmp_path: Path) -> Iterator[Box]:
    """An engine without plugins, on SQLite and on PostgreSQL."""
    with Departments(InThread({}), {}, (), (), PluginSettings()) as departments:
        made = Box(make(tmp_path / "county"), any_store, VirtualClock(START), departments)
        publish_first(made.desk, "tester")
        yield made


@pytest.fixture
def careless(monkeypatch: pytest.MonkeyPatch) -> None:
    """The door no longer asks who signs."""
    monkeypatch.setattr(signing, "_may_sign", lambda draft, proposal: None)


def proposed(box: Box, command: c.Command = REDIRECT, by: Principal = CLERK) -> tuple[str, str]:
    """A new case in which something waits for a signature; the codes of both."""
    code = register(box)
    box.do(code, command, by)
    return code, box.case(code).proposals[-1].id


def signed(box: Box) -> list[tuple[Any, ...]]:
    with box.store.reading() as reader:
        columns = [approval.c[name] for name in APPROVAL_COLUMNS]
        rows = reader.connection.execute(select(*columns).order_by(*columns))
        return [tuple(row) for row in rows]


def found(box: Box) -> list[tuple[str, int]]:
    return [(f.code, f.seq) for f in audit.verify(box.store.engine)]


def refused(box: Box, code: str, command: c.Command, by: Principal) -> Refused:
    """With which words; the case is as it was, and nothing is wrong with what is stored."""
    before = box.events(code)
    with pytest.raises(Refused) as caught:
        box.do(code, command, by)
    assert box.events(code) == before
    assert found(box) == []
    return caught.value


# -- what is right -------------------------------------------------------------------------------
def test_who_asked_and_who_agreed_is_kept_in_the_commit_of_the_act(box: Box) -> None:
    code, id = proposed(box)
    assert signed(box) == []
    box.do(code, c.Sign(id, agreed=True), LEADER)
    assert box.case(code).state == "redirected"
    seq = next(e.seq for e in box.events(code) if type(e.body).__name__ == "Signed")
    assert signed(box) == [(code, id, "leader", "clerk", "redirect", seq)]
    assert found(box) == []


def test_what_two_must_sign_has_two_rows_and_a_refusal_none(box: Box) -> None:
    code, id = proposed(box, c.Exclude("repeated", "x"))
    box.do(code, c.Sign(id, agreed=True), LEADER)
    box.do(code, c.Sign(id, agreed=True), COUNTY)
    assert [row[2:5] for row in signed(box)] == [
        ("county", "clerk", "exclude"), ("leader", "clerk", "exclude"),
    ]  # fmt: skip
    other, refuse = proposed(box)
    box.do(other, c.Sign(refuse, agreed=False, reason="x"), LEADER)
    assert len(signed(box)) == 2
    assert found(box) == []


@pytest.mark.parametrize("kind", sorted(SIGNATURES))
def test_every_kind_of_proposal_is_stored_once_it_is_signed(box: Box, kind: str) -> None:
    code, id, signers = way_of(box, kind)
    for each in signers:
        box.do(code, c.Sign(id, agreed=True), each)
    assert box.case(code).proposals[-1].state == "signed"
    assert {row[4] for row in signed(box)} == {kind}
    assert found(box) == []


def way_of(box: Box, kind: str) -> tuple[str, str, list[Principal]]:
    """A case with an open proposal of this kind, and who signs it."""
    if kind == "reject":
        code = box.register(issue(), ENGINE, auto_accept=False).case
        box.do(code, c.Reject("outside_remit", "x"), CLERK)
        return code, box.case(code).proposals[-1].id, [LEADER]
    code = register(box)
    part = lead(box, code).id
    if kind in ("defer", "explain"):
        box.do(code, c.Claim(part), OFFICER)
    if kind == "recommend":
        return code, recommended(box, code), [LEADER]
    asked: dict[str, tuple[c.Command, Principal]] = {
        "redirect": (REDIRECT, CLERK),
        "exclude": (c.Exclude("repeated", "x"), CLERK),
        "defer": (c.Defer((START + 30 * DAY).date(), "x"), OFFICER),
        "explain": (c.Report(part, "政策所限", "explained"), OFFICER),
        "extend": (c.Extend(Span.parse("1d"), "x", part), OFFICER),
        "hold": (c.Hold("x", START + DAY, part), OFFICER),
        "withdraw": (c.Withdraw("x"), CLERK),
    }
    box.do(code, *asked[kind])
    reporter = Principal(box.case(code).reporter, ("reporter",))
    two = SIGNATURES[kind].count == 2
    signers = [reporter] if kind == "withdraw" else [LEADER, COUNTY] if two else [LEADER]
    return code, box.case(code).proposals[-1].id, signers


def recommended(box: Box, code: str) -> str:
    """The engine proposes a rung of the ladder, as an escalation rule would have it."""

    def rule(draft: Any, _command: Any) -> None:
        detail = {"step": "yellow_card", "against": "housing", "rule": "card"}
        signing.propose(draft, "recommend", detail, engine=True)

    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(decide.HANDLERS, c.Supervise, rule)
        box.do(code, c.Supervise(), CLERK)
    return box.case(code).proposals[-1].id


# -- faults of the flow --------------------------------------------------------------------------
@pytest.mark.usefixtures("careless")
@pytest.mark.parametrize("kind", sorted(set(SIGNATURES) - {"recommend", "withdraw"}))
def test_whoever_asked_cannot_sign_though_the_door_forgot_to_ask(box: Box, kind: str) -> None:
    code, id, _signers = way_of(box, kind)
    asker = next(p.by for p in box.case(code).proposals if p.id == id)
    same = Principal(asker, ("duty_leader",), "centre")
    assert refused(box, code, c.Sign(id, agreed=True), same).code == "ONE_PERSON"
    assert signed(box) == []


@pytest.mark.usefixtures("careless")
def test_nobody_signs_twice_though_the_door_forgot_to_ask(box: Box) -> None:
    code, id = proposed(box, c.Exclude("repeated", "x"))
    box.do(code, c.Sign(id, agreed=True), LEADER)
    assert refused(box, code, c.Sign(id, agreed=True), LEADER).code == "ONE_PERSON"
    assert [row[2] for row in signed(box)] == ["leader"]


@pytest.mark.usefixtures("careless")
def test_a_machine_does_not_sign(box: Box) -> None:
    code, id = proposed(box)
    machine = Principal("engine", ("engine", "duty_leader"), "centre")
    assert refused(box, code, c.Sign(id, agreed=True), machine).code == "ONE_PERSON"


def test_what_two_must_sign_is_not_done_with_one(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    fewer = SIGNATURES | {"exclude": Need(1, SIGNATURES["exclude"].roles)}
    monkeypatch.setattr(signing, "SIGNATURES", fewer)
    code, id = proposed(box, c.Exclude("repeated", "x"))
    assert refused(box, code, c.Sign(id, agreed=True), LEADER).code == "ONE_PERSON"


def test_nothing_is_done_without_being_proposed(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    def at_once(draft: Any, command: c.Redirect) -> None:
        detail = {"legal_path": command.legal_path}
        signing._EFFECTS["redirect"](draft, Proposal("P", "redirect", "x", draft.at, 1, (), detail))

    monkeypatch.setitem(decide.HANDLERS, c.Redirect, at_once)
    code = register(box)
    assert refused(box, code, REDIRECT, CLERK).code == "ONE_PERSON"


def test_nobody_signs_in_anothers_name(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "_may_sign", lambda draft, proposal: None)
    monkeypatch.setattr(
        signing, "Signature", lambda by, unit, at, agreed: Signature("leader", unit, at, agreed)
    )
    code, id = proposed(box)
    assert refused(box, code, c.Sign(id, agreed=True), CLERK).code == "ONE_PERSON"


def test_nobody_asks_in_anothers_name(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else one person would ask as a colleague and sign as themselves."""
    monkeypatch.setattr(
        signing, "Proposal", lambda **given: Proposal(**given | {"by": "somebody else"})
    )
    code = register(box)
    assert refused(box, code, REDIRECT, LEADER).code == "ONE_PERSON"


def test_an_old_signature_does_not_serve_twice(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    code, id = proposed(box, c.Hold("x", START + DAY))
    box.do(code, c.Sign(id, agreed=True), LEADER)
    box.do(code, c.Resume(reason="x"), CLERK)
    held = next(p for p in box.case(code).proposals if p.id == id)

    def again(draft: Any, _command: Any) -> None:
        signing._EFFECTS["hold"](draft, held)

    monkeypatch.setitem(decide.HANDLERS, c.Hold, again)
    box.clock.set(START + DAY / 2)
    assert refused(box, code, c.Hold("x", START + DAY), CLERK).code == "ONE_PERSON"


# -- faults of the store itself, and hands in the database ---------------------------------------
def test_the_table_refuses_one_person_where_the_store_forgot_too(
    box: Box, careless: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, id = proposed(box)
    row = (code, id, "clerk", "clerk", "redirect", 9)
    monkeypatch.setattr(transaction, "approval_rows", lambda before, events: [row])
    before = box.events(code)
    with pytest.raises(Conflict) as caught:
        box.do(code, c.Sign(id, agreed=True), CLERK)
    assert "two_persons" in str(caught.value.__cause__)
    assert box.events(code) == before
    assert box.case(code).state != "redirected"


@pytest.mark.parametrize(("asked", "agreed"), [("clerk", "clerk"), ("clerk", "")])
def test_the_database_refuses_such_a_row_by_any_hand(box: Box, asked: str, agreed: str) -> None:
    row = dict(zip(APPROVAL_COLUMNS, ("A-1", "A-1-P1", agreed, asked, "reject", 3), strict=True))

    def write(connection: Connection) -> None:
        connection.execute(insert(approval).values(row))

    with pytest.raises((Conflict, IntegrityError)):
        box.store.transact(lambda tx: write(tx.connection))
    assert signed(box) == []


def test_the_audit_finds_in_the_events_what_one_person_did(
    box: Box, careless: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, id = proposed(box)
    monkeypatch.setattr(transaction, "approval_rows", lambda before, events: [])
    box.do(code, c.Sign(id, agreed=True), CLERK)
    act = next(e.seq for e in box.events(code) if type(e.body).__name__ == "Signed")
    assert found(box) == [("ONE_PERSON", act)]


def test_a_removed_row_is_named_and_made_anew_from_the_events(box: Box) -> None:
    code, id = proposed(box)
    box.do(code, c.Sign(id, agreed=True), LEADER)
    kept = signed(box)
    box.store.transact(lambda tx: tx.connection.execute(delete(approval)))
    assert [kind for kind, _seq in found(box)] == ["PROJECTION"]
    box.store.rebuild()
    assert signed(box) == kept
    assert found(box) == []


def test_an_upgraded_store_knows_who_signed_before(box: Box, tmp_path: Path) -> None:
    code, id = proposed(box)
    box.do(code, c.Sign(id, agreed=True), LEADER)
    old = open_writer(f"sqlite:///{tmp_path}/old.db")
    schema.upgrade(old, "0001")
    with box.store.reading() as reader, old.begin() as connection:
        for row in reader.connection.execute(select(case_event)).mappings():
            connection.execute(insert(case_event).values(dict(row)))
    schema.upgrade(old)
    with old.connect() as connection:
        columns = [approval.c[name] for name in APPROVAL_COLUMNS]
        assert [tuple(row) for row in connection.execute(select(*columns))] == signed(box)
    old.dispose()
