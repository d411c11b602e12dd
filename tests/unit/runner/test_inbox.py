"""What departments' systems tell: twice is once, out of order waits, too late is answered so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from referral_engine import (
    Arrive,
    Claim,
    Contact,
    Decline,
    Department,
    Handler,
    Message,
    Progress,
    Receipt,
    Referral,
    Reply,
    Report,
    Wait,
)
from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.runner.inbox import PATIENCE
from referral_engine.store.tables import incoming
from referral_engine.trial.box import Box
from tests.unit.desk.county import OFFICER, START, handled, issue, lead, register, staffed

HOUR = timedelta(hours=1)
shown: list[tuple[Receipt, ...]] = []
told: list[Message] = []
housing = Department("housing", "县住建局", "1.0", grounds={"busy": "忙"})
police = Department("police", "县公安局", "1.0")


@housing.handles()
class Polled(Handler):
    """Tells what `told` holds, and asks again every hour."""

    def offered(self, referral: Referral) -> Reply:
        return Wait(HOUR)

    def work(self, referral: Referral) -> Reply:
        shown.append(referral.receipts)
        return [*told, Wait(HOUR)]


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    shown.clear()
    told.clear()
    with staffed(tmp_path, housing, police) as box:
        yield box


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    """The same on both databases."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    with staffed(tmp_path, housing, police, database=url) as box:
        yield box


def tell(
    box: Box, key: str, *acts: Any, id: str, number: int = 0, unit: str = "housing"
) -> Receipt:
    return box.runner.inbox.receive(unit, Message(key, id, acts, number))


def said(box: Box, code: str) -> list[str]:
    """The department's steps, in the order of the history."""
    steps = (e.Claimed, e.Contacted, e.Arrived, e.Progressed, e.Reported, e.AnsweredLate)
    found = [event.body for event in box.events(code) if isinstance(event.body, steps)]
    return [type(body).__name__ for body in found]


def test_a_message_is_what_the_department_did(box: Box) -> None:
    code = register(box)
    id = lead(box, code).id
    receipt = tell(box, "m1", Claim(), Contact("已联系"), id=id)
    assert receipt == Receipt("m1", id, "done")
    assert said(box, code) == ["Claimed", "Contacted"]
    claimed = next(x for x in box.events(code) if isinstance(x.body, e.Claimed))
    assert claimed.by.id == "plugin:housing@1.0"


def test_twice_is_once_and_another_one_under_the_key_is_refused(any_box: Box) -> None:
    box = any_box
    code = register(box)
    id = lead(box, code).id
    tell(box, "m1", Claim(), id=id)
    tell(box, "m2", Progress("派人了"), id=id)
    assert tell(box, "m2", Progress("派人了"), id=id) == Receipt("m2", id, "done", duplicate=True)
    assert tell(box, "m2", Progress("又派人了"), id=id).code == "KEY_REUSED"
    assert said(box, code) == ["Claimed", "Progressed"]


def test_what_comes_out_of_order_is_sorted_out_by_number(any_box: Box) -> None:
    box = any_box
    code = register(box)
    id = lead(box, code).id
    waits = [
        tell(box, "m4", Report("修好了"), id=id, number=4),
        tell(box, "m2", Arrive(), id=id, number=2),
        tell(box, "m3", Progress("在修"), id=id, number=3),
    ]
    assert [receipt.status for receipt in waits] == ["waiting"] * 3
    assert said(box, code) == []
    tell(box, "m1", Claim(), Contact("已联系"), id=id, number=1)
    assert said(box, code) == ["Claimed", "Contacted", "Arrived", "Progressed", "Reported"]
    assert tell(box, "m4", Report("修好了"), id=id, number=4).status == "done"


def test_a_report_before_the_claim_waits_without_any_number(box: Box) -> None:
    code = register(box)
    id = lead(box, code).id
    assert tell(box, "r", Contact("联系"), Report("修好了"), id=id).status == "waiting"
    with box.store.reading() as reader:
        (stored,) = reader.connection.execute(select(incoming.c.payload)).scalars()
    assert stored
    assert "修好了".encode() not in stored
    box.do(code, c.Claim(id), OFFICER)
    tell(box, "c", Claim(), id=id)
    assert said(box, code) == ["Claimed", "Contacted", "Reported"]


def test_what_waits_too_long_is_tried_as_it_stands(any_box: Box) -> None:
    box = any_box
    code = register(box)
    id = lead(box, code).id
    tell(box, "r", Report("早就修好了"), id=id)
    box.advance_to(START + PATIENCE)
    assert box.runner.inbox.settle_overdue() == 0
    box.advance_to(START + PATIENCE + timedelta(seconds=1))
    assert box.runner.inbox.settle_overdue() == 1
    assert box.runner.inbox.settle_overdue() == 0
    assert said(box, code) == ["AnsweredLate"]
    again = tell(box, "r", Report("早就修好了"), id=id)
    assert (again.status, again.code, again.duplicate) == ("refused", "REFERRAL_STATE", True)


def test_for_a_case_that_is_over_the_answer_is_the_reason_and_people_can_read_it(box: Box) -> None:
    code = handled(box, issue())
    id = lead(box, code).id
    receipt = tell(box, "m1", Claim(), Report("修好了水管"), id=id, number=7)
    assert receipt.status == "refused"
    assert receipt.code == "WRONG_STATE"
    assert "not possible now" in receipt.reason
    late = next(x.body for x in box.events(code) if isinstance(x.body, e.AnsweredLate))
    with box.store.reading() as reader:
        kept = reader.content(code, (late.note,))[late.note]
    assert "修好了水管" in kept


def test_of_another_department_s_referral_nothing_is_known(box: Box) -> None:
    code = register(box)
    id = lead(box, code).id
    other = tell(box, "m1", Claim(), id=id, unit="police")
    nobody = tell(box, "m1", Claim(), id="no-such", unit="police")
    assert (other.code, nobody.code) == ("NO_SUCH_REFERRAL", "NO_SUCH_REFERRAL")
    assert other.reason.replace(id, "?") == nobody.reason.replace("no-such", "?")
    assert said(box, code) == []


def test_an_undeclared_ground_is_refused_and_may_be_corrected_under_the_key(box: Box) -> None:
    code = register(box)
    id = lead(box, code).id
    assert tell(box, "m1", Decline("lazy", "police"), id=id).code == "BAD_REPORT"
    assert tell(box, "m1", Decline("busy", "police"), id=id).status == "done"


def test_a_claim_where_a_person_was_faster_is_no_fault(box: Box) -> None:
    code = register(box)
    id = lead(box, code).id
    box.do(code, c.Claim(id), OFFICER)
    assert tell(box, "m1", Claim(), Progress("派人了"), id=id).status == "done"
    assert said(box, code) == ["Claimed", "Progressed"]


def test_an_act_in_the_future_is_a_lie(box: Box) -> None:
    code = register(box)
    id = lead(box, code).id
    tell(box, "m1", Claim(), id=id)
    receipt = tell(box, "m2", Arrive(at=START + timedelta(days=3)), id=id)
    assert (receipt.status, receipt.code) == ("refused", "IN_THE_FUTURE")
    assert said(box, code) == ["Claimed", "AnsweredLate"]


def test_messages_an_answer_brings_are_taken_once_and_their_receipts_given_back(box: Box) -> None:
    first, second = register(box), register(box, issue("路灯不亮了"))
    ids = lead(box, first).id, lead(box, second).id
    told.extend(Message(f"m{n}", id, (Claim(), Contact("已联系"))) for n, id in enumerate(ids))
    box.advance_to(START + 2 * HOUR)
    assert [said(box, code) for code in (first, second)] == [["Claimed", "Contacted"]] * 2
    assert shown[0] == ()
    given = [receipt for receipts in shown for receipt in receipts]
    assert sorted(given, key=lambda r: r.key) == [
        Receipt("m0", ids[0], "done"), Receipt("m1", ids[1], "done"),
    ]  # fmt: skip


def test_what_waits_is_destroyed_with_the_content_of_its_case(box: Box) -> None:
    code = register(box)
    tell(box, "r", Report("修好了"), id=lead(box, code).id)
    box.store.transact(lambda tx: tx.erase(code))
    box.clock.advance(PATIENCE + HOUR)
    assert box.runner.inbox.settle_overdue() == 0
    with box.store.reading() as reader:
        assert reader.connection.execute(select(incoming.c.payload)).scalars().all() == [b""]


def test_one_that_cannot_be_read_holds_up_no_other(
    box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("bad", "good"):
        tell(box, name, Report(f"{name}修好了"), id=lead(box, register(box, issue(name))).id)
    changed = update(incoming).where(incoming.c.sender_key == "bad").values(payload=b"changed")
    box.store.transact(lambda tx: tx.connection.execute(changed) and None)
    box.clock.advance(PATIENCE + HOUR)
    assert box.runner.inbox.settle_overdue() == 1
    assert "a message of housing that waits failed" in caplog.text


STORY: tuple[Any, ...] = (Claim(), Contact("联系"), Arrive(), Progress("在修"), Report("修好了"))


@settings(max_examples=15)
@given(st.permutations([*range(5)] * 2), st.booleans())
def test_in_whatever_order_and_however_often_it_comes_the_history_is_the_same(
    county: Box, order: list[int], polled: bool
) -> None:
    """`polled`: all of it is told again in the end, as a system does that is asked anew."""
    code = register(county, issue(f"第{len(county.codes())}件"))
    id = lead(county, code).id
    for n in [*order, *(range(5) if polled else ())]:
        receipt = tell(county, f"{id}/{n}", STORY[n], id=id, number=n + 1)
        assert receipt.status != "refused"
    assert said(county, code) == ["Claimed", "Contacted", "Arrived", "Progressed", "Reported"]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """One engine for many examples, each a case of its own."""
    with staffed(tmp_path_factory.mktemp("county"), police, housing) as box:
        yield box
