"""/healthz and /readyz: 503 says what is wrong, and never anything of a case."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.engine import make_url

from referral_engine.desk.operations import FRESH
from referral_engine.runner.housekeeping import DOWN_AFTER
from referral_engine.trial.box import Box, open_box
from referral_engine.web.app import create_app
from tests.unit.desk.county import START, make


def beat(box: Box) -> None:
    box.store.transact(lambda tx: tx.beat("tester", box.now(), DOWN_AFTER))


def refused(pages: TestClient) -> list[str]:
    answer = pages.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    return [each["check"] for each in answer.json()["problems"]]


def test_it_is_ready_once_a_worker_was_heard_of(box: Box, pages: TestClient) -> None:
    assert refused(pages) == ["worker"]
    beat(box)
    answer = pages.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "problems": []})


def test_a_worker_that_fell_silent_is_none(box: Box, pages: TestClient) -> None:
    beat(box)
    box.clock.advance(FRESH - timedelta(seconds=1))
    assert pages.get("/readyz").status_code == 200
    box.clock.advance(timedelta(seconds=1))
    assert refused(pages) == ["worker"]


def test_readiness_and_downtime_go_by_the_same_silence() -> None:
    assert FRESH == DOWN_AFTER


def test_another_schema_is_named_with_both(box: Box, pages: TestClient) -> None:
    beat(box)
    box.store.transact(
        lambda tx: tx.connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    )
    assert refused(pages) == ["migrations"]
    assert "0001" in pages.get("/readyz").json()["problems"][0]["reason"]


def test_a_store_that_is_away_is_named_without_its_address(
    box: Box, pages: TestClient, tmp_path: Path
) -> None:
    beat(box)
    box.store.engine.dispose()
    for file in tmp_path.glob("box.db*"):
        file.unlink()
    tmp_path.joinpath("box.db").mkdir()
    assert refused(pages) == ["store"]
    assert str(tmp_path) not in pages.get("/readyz").text
    assert pages.get("/healthz").status_code == 200


def test_nobody_may_write_here(pages: TestClient) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert pages.post(path).status_code == 405


@pytest.mark.parametrize("path", ["/", "/docs", "/cases"])
def test_what_is_not_there_is_not_found(pages: TestClient, path: str) -> None:
    assert pages.get(path).status_code == 404


@pytest.mark.postgres
def test_a_server_that_lets_nobody_in_is_named_and_comes_back(
    tmp_path: Path, postgres_url: str
) -> None:
    with open_box(make(tmp_path), START, database=postgres_url) as box:
        pages = TestClient(create_app(box.desk, box.runner))
        beat(box)
        assert pages.get("/readyz").status_code == 200
        let_in(postgres_url, everybody=False)
        assert refused(pages) == ["store"]
        assert "referral_store_up 0.0" in pages.get("/metrics").text
        let_in(postgres_url, everybody=True)
        assert pages.get("/readyz").status_code == 200
        assert "referral_store_up 1.0" in pages.get("/metrics").text


def let_in(url: str, *, everybody: bool) -> None:
    """Opens or shuts the database, and ends who is in it."""
    parsed = make_url(url).set(drivername="postgresql")
    name = sql.Identifier(str(parsed.database))
    admin = parsed.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        flag = sql.SQL("true" if everybody else "false")
        connection.execute(
            sql.SQL("alter database {} with allow_connections {}").format(name, flag)
        )
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
            [parsed.database],
        )
