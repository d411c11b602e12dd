"""Whoever changes the history by hand is found, and told where: `referral audit verify`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.contract.conftest import Placed
from tests.databases import copied, execute, question
from tests.district import Ran, referral, referral_here

TABLES = (
    "case_event", "case_file", "referral", "case_link", "content", "data_key", "command_key",
    "intake_key", "wakeup", "plugin_call", "follow_up", "notice", "access_log",
)  # fmt: skip


class Victim(NamedTuple):
    """A case and how many events it has."""

    code: str
    events: int


Tamper = Callable[[Path, Victim], int]
"""Changes the store of a folder behind the engine's back; says how many rows."""


@pytest.fixture(scope="module")
def history(county: Path, placed: Placed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some sample issues that went their way, with checkpoints in and outside the database."""
    folder = placed(copied(county, tmp_path_factory.mktemp("history") / "county"))
    lines = (folder / "samples" / "issues.csv").read_bytes().splitlines(keepends=True)
    (folder / "few.csv").write_bytes(b"".join(lines[:13]))
    referral(folder, "intake", "few.csv", ends=0)
    referral(folder, "run", "--until-idle", "--clock", "virtual", ends=0)
    assert referral(folder, "audit", "verify", "--json", ends=0).json["ok"]
    return folder


@pytest.fixture
def copy(history: Path, tmp_path: Path) -> Path:
    return copied(history, tmp_path / "copy")


def victim(folder: Path) -> Victim:
    """The case with the most events, among those that have a referral and are not yet over."""
    sql = (
        "SELECT case_code, version FROM case_file f WHERE is_open = 1 AND EXISTS"
        " (SELECT 1 FROM referral r WHERE r.case_code = f.case_code) ORDER BY version DESC, 1"
    )
    return Victim(*question(folder, sql)[0])


def delete_a_row(folder: Path, at: Victim) -> int:
    return execute(folder, "DELETE FROM case_event WHERE case_code = ? AND seq = 4", at.code)


def alter_a_body(folder: Path, at: Victim) -> int:
    return _rewrite(folder, at, 3, lambda body: body.replace(b'"kind"', b'"kinD"'))


def alter_an_owner(folder: Path, at: Victim) -> int:
    change = "UPDATE case_event SET owner = 'somebody' WHERE case_code = ? AND seq = 5"
    return execute(folder, change, at.code)


def forge_an_event(folder: Path, at: Victim) -> int:
    """Body and hash are changed together; the next event still follows the old one."""
    asked = "SELECT body, prev_hash FROM case_event WHERE case_code = ? AND seq = 2"
    ((body, before),) = question(folder, asked, at.code)
    forged = body.replace(b'"happened_at":"2', b'"happened_at":"1')
    _rewrite(folder, at, 2, lambda _body: forged)
    fresh = hashlib.sha256(before + forged).digest()
    change = "UPDATE case_event SET event_hash = ? WHERE case_code = ? AND seq = 2"
    return execute(folder, change, fresh, at.code)


def _rewrite(folder: Path, at: Victim, seq: int, how: Callable[[bytes], bytes]) -> int:
    where = "WHERE case_code = ? AND seq = ?"
    ((body,),) = question(folder, f"SELECT body FROM case_event {where}", at.code, seq)
    assert how(body) != body
    return execute(folder, f"UPDATE case_event SET body = ? {where}", how(body), at.code, seq)


def cut_the_end(folder: Path, at: Victim) -> int:
    cut = "DELETE FROM case_event WHERE case_code = ? AND seq > ?"
    return execute(folder, cut, at.code, at.events - 2)


def remove_the_events(folder: Path, at: Victim) -> int:
    return execute(folder, "DELETE FROM case_event WHERE case_code = ?", at.code)


def remove_the_case(folder: Path, at: Victim) -> int:
    tables = (f"DELETE FROM {table} WHERE case_code = ?" for table in TABLES)
    return sum(execute(folder, each, at.code) for each in tables)


def swap_the_projection(folder: Path, at: Victim) -> int:
    return execute(folder, "UPDATE case_file SET owner = 'nobody' WHERE case_code = ?", at.code)


def swap_a_referral(folder: Path, at: Victim) -> int:
    return execute(folder, "UPDATE referral SET unit = 'nobody' WHERE case_code = ?", at.code)


def silence_a_timer(folder: Path, at: Victim) -> int:
    return execute(folder, "UPDATE wakeup SET due_at = 1 WHERE case_code = ?", at.code)


# What is done, the code named first, and the first event that does not fit (-1: the last two).
CASES: tuple[tuple[Tamper, str, int], ...] = (
    (delete_a_row, "EVENT_MISSING", 4),
    (alter_a_body, "EVENT_ALTERED", 3),
    (alter_an_owner, "EVENT_ALTERED", 5),
    (forge_an_event, "CHAIN_BROKEN", 3),
    (cut_the_end, "EVENTS_CUT", -1),
    (remove_the_events, "EVENTS_GONE", 1),
    (remove_the_case, "CASE_GONE", 1),
    (swap_the_projection, "PROJECTION", 0),
    (swap_a_referral, "PROJECTION", 0),
    (silence_a_timer, "PROJECTION", 0),
)


@pytest.mark.parametrize("anchored", [True, False], ids=["anchor", "no-anchor"])
@pytest.mark.parametrize(
    ("tamper", "code", "seq"), CASES, ids=[case[0].__name__.replace("_", "-") for case in CASES]
)
def test_it_is_named_with_the_first_event_that_does_not_fit(
    copy: Path, tamper: Tamper, code: str, seq: int, anchored: bool
) -> None:
    at = victim(copy)
    assert tamper(copy, at) > 0
    ran = _verify(copy, anchored=anchored)
    first = {-1: at.events - 1, 0: at.events}.get(seq, seq)
    found = ran.json["findings"]
    assert (ran.code, ran.json["ok"]) == (1, False)
    assert (found[0]["code"], found[0]["case"], found[0]["seq"]) == (code, at.code, first)
    assert {each["case"] for each in found} <= {at.code, ""}

    if anchored:
        for_people = referral_here(copy, "audit", "verify", ends=1).out.splitlines()[0]
        assert at.code in for_people
        assert code in for_people


def test_a_case_that_vanished_with_its_checkpoints_is_missed_by_the_anchor_alone(
    copy: Path,
) -> None:
    at = victim(copy)
    assert remove_the_case(copy, at) > 0
    assert execute(copy, "DELETE FROM checkpoint") > 0
    gone = [each for each in _verify(copy, anchored=True).json["findings"] if each["case"]]
    assert [(each["code"], each["case"], each["seq"]) for each in gone] == [
        ("CASE_GONE", at.code, 1)
    ]
    # Without the anchor nobody can know: that is why it belongs on another disk.
    assert _verify(copy, anchored=False).code == 0


def test_an_anchor_file_by_name(copy: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.jsonl"
    (copy / "var" / "checkpoints.jsonl").rename(elsewhere)
    at = victim(copy)
    assert remove_the_case(copy, at) > 0
    assert execute(copy, "DELETE FROM checkpoint") > 0
    assert referral_here(copy, "audit", "verify").code == 0
    ran = referral(copy, "audit", "verify", "--anchor", elsewhere, "--json", ends=1)
    assert at.code in {each["case"] for each in ran.json["findings"]}
    referral_here(copy, "audit", "verify", "--anchor", copy / "none.jsonl", ends=1)


def _verify(folder: Path, *, anchored: bool) -> Ran:
    if not anchored:
        (folder / "var" / "checkpoints.jsonl").unlink(missing_ok=True)
    return referral_here(folder, "audit", "verify", "--json")
