"""The real district's events through the whole engine: 200 in the default run, 7,000 in CI."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import question
from tests.district import make_district, referral

pytestmark = pytest.mark.data

CENTRE = "区指挥中心"
SCOPES = [pytest.param(200, id="200"), pytest.param(7_000, id="7000", marks=pytest.mark.long)]


@pytest.fixture(scope="module", params=SCOPES)
def replayed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared_data: Path
) -> tuple[Path, int]:
    """A district whose events were all taken in and run until nothing is due."""
    rows: int = request.param
    export = shared_data / "pingshan_events_7000.csv"
    folder = make_district(tmp_path_factory.mktemp("district") / "pingshan", export, rows)
    intake = ("intake", "EXPORT.csv", "--mapping", "mapping.yaml", "--json")
    first = referral(folder, *intake, ends=0).json
    assert (first["read"], first["accepted"], first["errors"]) == (rows, rows, [])
    again = referral(folder, *intake, ends=0).json
    assert (again["accepted"], again["duplicates"], again["rejected"]) == (0, rows, 0)
    referral(folder, "run", "--until-idle", "--clock", "virtual", ends=0)
    return folder, rows


def test_nothing_is_left_to_do(replayed: tuple[Path, int]) -> None:
    folder, rows = replayed
    assert question(folder, "SELECT count(*) FROM case_file") == [(rows,)]
    assert question(folder, "SELECT count(*) FROM wakeup WHERE due_at IS NOT NULL OR dead = 1") == [
        (0,)
    ]
    for box in ("plugin_call", "follow_up", "notice"):
        left = f"SELECT count(*) FROM {box} WHERE status IN ('pending', 'dead')"
        assert question(folder, left) == [(0,)], box


def test_no_moment_of_any_case_is_without_an_owner(replayed: tuple[Path, int]) -> None:
    """Every event names the owner after it; from the first to the last there is no gap."""
    folder, rows = replayed
    assert question(folder, "SELECT count(*) FROM case_event WHERE trim(owner) = ''") == [(0,)]
    whole = (
        "SELECT count(*), sum(events = last AND first = 1 AND opens = 'registered') FROM ("
        " SELECT case_code, count(*) events, min(seq) first, max(seq) last,"
        " max(CASE seq WHEN 1 THEN kind END) opens FROM case_event GROUP BY case_code)"
    )
    assert question(folder, whole) == [(rows, rows)]
    backwards = (
        "SELECT count(*) FROM case_event a JOIN case_event b ON b.case_code = a.case_code"
        " AND b.seq = a.seq + 1 WHERE b.recorded_at < a.recorded_at"
    )
    assert question(folder, backwards) == [(0,)]


def test_what_nobody_claims_is_stepped_up_to_the_district(replayed: tuple[Path, int]) -> None:
    folder, rows = replayed
    assert question(folder, "SELECT owner, count(*) FROM case_file GROUP BY owner") == [
        (CENTRE, rows)
    ]
    not_stepped_up = (
        "SELECT count(*) FROM case_file f WHERE NOT EXISTS (SELECT 1 FROM case_event e WHERE"
        " e.case_code = f.case_code AND e.kind = 'stepped_up')"
        " AND (SELECT owner FROM case_event e WHERE e.case_code = f.case_code AND seq = 1) <> ?"
    )
    assert question(folder, not_stepped_up, CENTRE) == [(0,)]


def test_every_timer_fired_once(replayed: tuple[Path, int]) -> None:
    """Clocks that nobody met: a mark each, and never the same mark a second time."""
    folder, rows = replayed
    twice = (
        "SELECT count(*) FROM (SELECT 1 FROM case_event WHERE kind = 'mark_fired' GROUP BY"
        " case_code, json_extract(body, '$.body.deadline'), json_extract(body, '$.body.share')"
        " HAVING count(*) > 1)"
    )
    assert question(folder, twice) == [(0,)]
    ((fired,),) = question(folder, "SELECT count(*) FROM case_event WHERE kind = 'mark_fired'")
    assert fired >= 10 * rows


def test_the_history_is_whole(replayed: tuple[Path, int]) -> None:
    folder, rows = replayed
    proof = referral(folder, "audit", "verify", "--json", ends=0).json
    assert (proof["ok"], proof["cases"], proof["findings"]) == (True, rows, [])
    assert proof["anchor"]
    assert proof["checkpoints"] >= 1
