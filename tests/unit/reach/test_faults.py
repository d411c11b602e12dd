"""Each way to a department against a system that is slow, down, repeats itself, answers out of
order and lies: nothing is lost, nothing is done twice.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from fastapi.testclient import TestClient

from referral_engine import Department, FileExchange, Handler, Polling, Webhook, from_env
from referral_engine.errors import Refused
from referral_engine.model import command as c
from referral_engine.model import event as e
from referral_engine.model.principal import Principal
from referral_engine.reach.signature import sign
from referral_engine.testing.outside import Fault, Outside, outside
from referral_engine.trial.box import Box
from referral_engine.web.app import create_app
from tests.unit.desk.county import START, issue, lead, register, staffed

SECRET = "a secret of the housing bureau"
EVERY = timedelta(minutes=5)
HOUR = timedelta(hours=1)
REPORTS = "/api/v1/departments/housing/reports"
DONE = Counter(Claimed=1, Contacted=1, Arrived=1, Progressed=1, Reported=1)
Order = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
ORDERS: dict[str, Order] = {
    "in order": list,
    "twice": lambda told: [message for each in told for message in (each, each)],
    "backwards": lambda told: told[::-1],
    "all again, backwards": lambda told: [*told, *told[::-1]],
}


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    monkeypatch.setenv("HOUSING_SECRET", SECRET)
    with outside() as system:
        yield system


def reached(folder: Path, way: Handler) -> Any:
    return staffed(folder, Department("housing", "县住建局", "1.0", reach=way))


def story(id: str) -> list[dict[str, Any]]:
    """What the bureau does with a referral, one message an act."""
    acts: list[dict[str, Any]] = [
        {"act": "claim"}, {"act": "contact", "note": "已联系"}, {"act": "arrive"},
        {"act": "progress", "note": "在修"}, {"act": "report", "text": "修好了"},
    ]  # fmt: skip
    return [
        {"key": f"{id}/{n}", "referral": id, "number": n, "acts": [act]}
        for n, act in enumerate(acts, 1)
    ]


def lies(id: str) -> list[dict[str, Any]]:
    """Done before it was begun, done tomorrow, done by nobody it knows."""
    future = (START + timedelta(days=9)).isoformat()
    return [
        {"key": f"{id}/early", "referral": id, "acts": [{"act": "report", "text": "早修好了"}]},
        {"key": f"{id}/future", "referral": id, "acts": [{"act": "claim", "at": future}]},
        {"key": f"{id}/nobody", "referral": "none", "acts": [{"act": "claim"}]},
    ]


def steps(box: Box, code: str) -> Counter[str]:
    names = {*DONE, "AnsweredLate", "CallGivenUp"}
    found = (type(event.body).__name__ for event in box.events(code))
    return Counter(name for name in found if name in names)


def at_rest(box: Box) -> bool:
    with box.store.reading() as reader:
        waiting = reader.connection.exec_driver_sql(
            "SELECT count(*) FROM incoming WHERE status = 'waiting'"
        ).scalar()
        return not reader.dead_letters() and not waiting


# -- webhook ----------------------------------------------------------------------------------
def post(pages: TestClient, box: Box, message: dict[str, Any], secret: str = SECRET) -> Any:
    body = json.dumps(message).encode()
    headers = sign(secret.encode(), "POST", REPORTS, body, box.now())
    return pages.post(REPORTS, content=body, headers=headers)


@pytest.fixture
def hooked(tmp_path: Path, system: Outside) -> Iterator[Box]:
    with reached(tmp_path, Webhook(system.url, from_env("HOUSING_SECRET"), timeout=0.2)) as box:
        yield box


def test_a_webhook_enters_each_matter_once_whatever_befalls_it(
    hooked: Box, system: Outside
) -> None:
    for fault in get_args(Fault):
        system.faults = [fault, fault]
        id = lead(hooked, register(hooked, issue(f"{fault} 第一件"))).id
        hooked.advance_to(hooked.now() + timedelta(seconds=40))
        assert system.of(id) == ["offered"], fault
        (key,) = (key for key, m in system.matters.items() if m["referral"]["id"] == id)
        assert system.tried[key] == (3 if fault == "slow" else 1), fault
    assert at_rest(hooked)


def test_what_it_reports_in_is_done_once_and_in_order(hooked: Box) -> None:
    pages = TestClient(create_app(hooked.desk, hooked.runner))
    for order, told in ORDERS.items():
        code = register(hooked, issue(f"{order} 第二件"))
        messages = told(story(lead(hooked, code).id))
        answers = [post(pages, hooked, message) for message in messages]
        assert {answer.status_code for answer in answers} <= {200, 202}
        assert steps(hooked, code) == DONE, order
    assert at_rest(hooked)


def test_its_lies_are_answered_and_change_nothing(hooked: Box) -> None:
    pages = TestClient(create_app(hooked.desk, hooked.runner))
    code = register(hooked)
    id = lead(hooked, code).id
    answers = [post(pages, hooked, each) for each in lies(id)]
    assert [answer.status_code for answer in answers] == [202, 409, 409]
    assert [answer.json().get("code", "") for answer in answers] == [
        "", "IN_THE_FUTURE", "NO_SUCH_REFERRAL",
    ]  # fmt: skip
    assert steps(hooked, code) == Counter(AnsweredLate=1)
    hooked.advance_to(START + 2 * HOUR)
    hooked.runner.inbox.settle_overdue()
    assert steps(hooked, code) == Counter(AnsweredLate=2)
    for message in story(id):
        post(pages, hooked, message)
    assert steps(hooked, code) == DONE + Counter(AnsweredLate=2)
    assert at_rest(hooked)


def test_nobody_else_reports_in(hooked: Box) -> None:
    pages = TestClient(create_app(hooked.desk, hooked.runner))
    code = register(hooked)
    message = story(lead(hooked, code).id)[0]
    assert post(pages, hooked, message, "another secret, long enough").status_code == 401
    assert pages.post(REPORTS, json=message).status_code == 401
    body = json.dumps(message).encode()
    old = sign(SECRET.encode(), "POST", REPORTS, body, hooked.now() - HOUR)
    assert pages.post(REPORTS, content=body, headers=old).status_code == 401
    other = REPORTS.replace("housing", "police")
    mine = sign(SECRET.encode(), "POST", other, body, hooked.now())
    assert pages.post(other, content=body, headers=mine).status_code == 401
    assert pages.post(REPORTS, content=b"x" * ((1 << 20) + 1)).status_code == 413
    assert post(pages, hooked, {"key": "x"}).status_code == 422
    assert steps(hooked, code) == Counter()


def test_the_number_of_the_other_system_is_kept_and_given_back(
    tmp_path: Path, system: Outside
) -> None:
    way = Webhook(system.url, from_env("HOUSING_SECRET"), system="zhujian")
    with reached(tmp_path, way) as box:
        system.faults = ["slow"]
        code = register(box, issue("小区燃气泄漏", channel="pingan", id="PA-7"))
        part = lead(box, code)
        box.advance_to(START + timedelta(seconds=10))
        number = f"ZJ-{part.id[-6:]}"
        assert box.case(code).external_ids == {"zhujian": number}
        officer = Principal("officer", ("officer",), "housing")
        box.do(code, c.Enter(part.id, "zhujian", number), officer)
        with pytest.raises(Refused, match="ENTERED_TWICE"):
            box.do(code, c.Enter(part.id, "zhujian", "ZJ-2"), officer)
        with pytest.raises(Refused, match="NOT_YOUR_REFERRAL"):
            box.do(code, c.Enter(part.id, "other", "X"), Principal("p", ("officer",), "police"))
        assert [type(x.body) for x in box.events(code)].count(e.Entered) == 1
        assert system.matters[part.id + "/offered/1"]["referral"]["external_ids"] == {
            "pingan": "PA-7"
        }
        box.advance_to(START + HOUR)
        urged = [m for m in system.matters.values() if m["verb"] == "escalated"]
        assert urged[0]["referral"]["external_ids"] == {"pingan": "PA-7", "zhujian": number}


# -- polling ----------------------------------------------------------------------------------
def test_a_polled_system_that_fails_loses_nothing(tmp_path: Path, system: Outside) -> None:
    with reached(tmp_path, Polling(system.url, every=EVERY, timeout=0.2)) as box:
        for fault in get_args(Fault):
            system.faults = [fault, fault]
            code = register(box, issue(f"{fault} 第三件"))
            id = lead(box, code).id
            system.told[id] = [*lies(id)[2:], *story(id)]
            box.advance_to(box.now() + timedelta(minutes=1))
            system.faults = [fault, fault]
            box.advance_to(box.now() + 4 * EVERY)
            assert system.of(id) == ["offered"], fault
            assert steps(box, code) == DONE, fault
        assert at_rest(box)


def test_what_it_tells_again_and_again_is_done_once(tmp_path: Path, system: Outside) -> None:
    with reached(tmp_path, Polling(system.url, every=EVERY)) as box:
        for order, told in ORDERS.items():
            code = register(box, issue(f"{order} 第四件"))
            id = lead(box, code).id
            first, *rest = told(story(id))
            for told_now in ([first], [first, *rest[:2]], [first, *rest]):
                system.told[id] = told_now
                box.advance_to(box.now() + EVERY)
            box.advance_to(box.now() + EVERY)
            assert steps(box, code) == DONE, order
        assert at_rest(box)


def test_a_polled_system_learns_what_became_of_what_it_told(
    tmp_path: Path, system: Outside
) -> None:
    with reached(tmp_path, Polling(system.url, every=EVERY)) as box:
        id = lead(box, register(box)).id
        system.told[id] = lies(id)[1:2]
        box.advance_to(START + 3 * EVERY)
        assert [(each["key"], each["code"]) for each in system.receipts] == [
            (f"{id}/future", "IN_THE_FUTURE")
        ]


# -- files ------------------------------------------------------------------------------------
def dropped(folder: Path) -> list[dict[str, str]]:
    """The rows in out, in the order in which they were written."""
    files = sorted((folder / "out").glob("*.csv"), key=lambda file: file.stat().st_mtime_ns)
    return [
        row for file in files for row in csv.DictReader(io.StringIO(file.read_text("utf-8-sig")))
    ]


def listed(messages: list[dict[str, Any]], encoding: str = "utf-8-sig") -> bytes:
    """The same as an office's list, its columns in Chinese."""
    words = {"claim": "签收", "contact": "联系", "arrive": "报到", "progress": "进展",
             "report": "反馈"}  # fmt: skip
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(["编号", "派单号", "序号", "动作", "说明", "备注"])
    for each in messages:
        (act,) = each["acts"]
        text = act.get("note") or act.get("text", "")
        writer.writerow(
            [each["key"], each["referral"], each["number"], words[act["act"]], text, "电话联系"]
        )
    return made.getvalue().encode(encoding)


@pytest.fixture
def exchange(tmp_path: Path) -> Path:
    folder = tmp_path / "exchange"
    folder.mkdir()
    return folder


def test_files_are_dropped_once_and_each_row_is_done_once(tmp_path: Path, exchange: Path) -> None:
    with reached(tmp_path, FileExchange(str(exchange), every=EVERY)) as box:
        for number, (order, told) in enumerate(ORDERS.items()):
            code = register(box, issue(f"{order} 第五件"))
            id = lead(box, code).id
            assert [row["verb"] for row in dropped(exchange) if row["referral"] == id] == [
                "offered"
            ]
            box.advance_to(box.now() + EVERY)
            content = listed(told(story(id)), "gb18030" if number % 2 else "utf-8-sig")
            (exchange / "in" / "list.csv").write_bytes(content)
            (exchange / "in" / "copy of list.csv").write_bytes(content)
            box.advance_to(box.now() + 2 * EVERY)
            assert steps(box, code) == DONE, order
        register(box, issue("又一件"))
        box.advance_to(box.now() + 2 * EVERY)
        assert list((exchange / "in").iterdir()) == []
        assert at_rest(box)


def test_a_file_that_is_still_being_copied_waits_and_its_rows_are_not_split(
    tmp_path: Path, exchange: Path
) -> None:
    with reached(tmp_path, FileExchange(str(exchange), every=EVERY)) as box:
        code = register(box)
        box.advance_to(START + EVERY)
        whole = listed(story(lead(box, code).id))
        slow = exchange / "in" / "slow.csv"
        for cut in (len(whole) // 3, len(whole) // 2):
            slow.write_bytes(whole[:cut])
            box.advance_to(box.now() + EVERY)
        slow.write_bytes(whole)
        box.advance_to(box.now() + 2 * EVERY)
        assert steps(box, code) == DONE
        assert at_rest(box)


def test_what_is_no_table_and_what_lies_is_answered_in_a_file(
    tmp_path: Path, exchange: Path
) -> None:
    with reached(tmp_path, FileExchange(str(exchange), every=EVERY)) as box:
        code = register(box)
        id = lead(box, code).id
        box.advance_to(START + EVERY)
        (exchange / "in" / "broken.xlsx").write_bytes(b"PK no workbook")
        rows = f"派单号,动作,时间,说明\n{id},跳舞,,\nnone,签收,,\n{id},签收,2027-01-01 09:00,\n"
        (exchange / "in" / "lies.csv").write_text(rows, "utf-8")
        box.advance_to(START + 5 * EVERY)
        answers = [
            row
            for file in (exchange / "answers").glob("*.csv")
            for row in csv.DictReader(io.StringIO(file.read_text("utf-8-sig")))
        ]
        assert {row["code"] for row in answers} == {"BAD_ROW", "IN_THE_FUTURE"}
        assert len(list((exchange / "faulty").iterdir())) == 1
        assert list((exchange / "in").iterdir()) == []
        assert steps(box, code) == Counter(AnsweredLate=1)


def test_without_its_folder_nothing_is_said_to_have_been_sent(tmp_path: Path) -> None:
    with reached(tmp_path, FileExchange(str(tmp_path / "unmounted"), every=EVERY)) as box:
        register(box)
        (tmp_path / "unmounted").mkdir()
        box.advance_to(START + timedelta(seconds=10))
        assert [row["verb"] for row in dropped(tmp_path / "unmounted")] == ["offered"]
