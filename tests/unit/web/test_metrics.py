"""/metrics: what is counted, what is never told, and what a scrape costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from sqlalchemy import event, update

from referral_engine.model import command as c
from referral_engine.model.principal import ENGINE
from referral_engine.runner.auditor import CODES, Auditor
from referral_engine.runner.housekeeping import DOWN_AFTER
from referral_engine.store.tables import plugin_call, wakeup
from referral_engine.trial.box import Box
from referral_engine.version import __version__
from referral_engine.web.app import create_app
from tests.unit.desk.county import DAY, HOUR, OFFICER, by_name, issue, lead, register

LABELS = {
    "box", "code", "department", "hash", "implementation", "le", "outcome", "state", "verb",
    "version",
}  # fmt: skip


def scraped(pages: TestClient) -> list[Sample]:
    answer = pages.get("/metrics")
    assert answer.status_code == 200
    return [s for family in text_string_to_metric_families(answer.text) for s in family.samples]


def value(pages: TestClient, name: str, **labels: str) -> float | None:
    found = [s.value for s in scraped(pages) if s.name == name and s.labels == labels]
    assert len(found) < 2
    return found[0] if found else None


# -- the work in hand -------------------------------------------------------------------------
def test_what_is_due_is_counted_by_box_with_its_age(box: Box, pages: TestClient) -> None:
    box.register(issue(), ENGINE)
    assert value(pages, "referral_cases_open") == 1
    due, age = "referral_queue_due_items", "referral_queue_oldest_due_age_seconds"
    assert value(pages, due, box="plugin_call") == 1
    assert value(pages, age, box="plugin_call") == 0
    box.clock.advance(HOUR)
    assert value(pages, age, box="plugin_call") == 3600
    box.settle()
    assert value(pages, due, box="plugin_call") == 0


def test_a_timer_is_late_after_a_minute(box: Box, pages: TestClient) -> None:
    register(box, issue())
    box.settle()
    at = box.store.read(lambda reader: reader.upcoming())["wakeup"]
    box.clock.set(at)
    assert value(pages, "referral_queue_due_items", box="wakeup") == 1
    assert value(pages, "referral_wakeups_late") == 0
    box.clock.advance(HOUR)
    assert value(pages, "referral_wakeups_late") == 1


def test_dead_letters_are_counted_by_box(box: Box, pages: TestClient) -> None:
    register(box, issue())
    box.store.transact(lambda tx: tx.connection.execute(update(wakeup).values(dead=1)))
    box.store.transact(lambda tx: tx.connection.execute(update(plugin_call).values(status="dead")))
    assert value(pages, "referral_dead_letters", box="wakeup") == 1
    assert value(pages, "referral_dead_letters", box="plugin_call") == 1
    assert value(pages, "referral_dead_letters", box="notice") == 0
    assert value(pages, "referral_wakeups_late") == 0


def test_workers_and_downtime(box: Box, pages: TestClient) -> None:
    assert value(pages, "referral_workers_alive") == 0
    box.sleep_until(box.now() + HOUR)
    assert value(pages, "referral_workers_alive") == 1
    assert value(pages, "referral_downtime_seconds_total") == 3600


def test_what_the_process_is_and_has_written(box: Box, pages: TestClient) -> None:
    before = value(pages, "referral_commits_total")
    box.register(issue(), ENGINE)
    after = value(pages, "referral_commits_total")
    assert before is not None
    assert after is not None
    assert after == before + 1
    assert value(pages, "referral_commit_conflicts_total") == 0
    assert value(pages, "referral_writer_queue_commands") == 0
    assert value(pages, "referral_engine_info", version=__version__) == 1
    active = box.store.read(lambda reader: reader.active_rule_set(box.now()))
    assert value(pages, "referral_rule_set_info", hash=str(active)) == 1


def test_the_calendar_ends(box: Box, pages: TestClient) -> None:
    left = value(pages, "referral_calendar_horizon_seconds")
    assert left == (box.workspace.calendar.horizon - box.now().date()).days * DAY.total_seconds()


def test_the_clock_and_the_plugins_stand_so(box: Box, pages: TestClient) -> None:
    assert value(pages, "referral_clock_suspended") == 0
    box.runner.suspended = True
    assert value(pages, "referral_clock_suspended") == 1
    state = "referral_plugin_state"
    assert value(pages, state, department="housing", state="closed") == 1
    assert value(pages, state, department="housing", state="open") == 0


# -- departments ------------------------------------------------------------------------------
def test_calls_are_counted_by_outcome_and_timed(box: Box, pages: TestClient) -> None:
    register(box, issue())
    register(box, issue("停车位被占用", territory="620922100200"))
    box.settle()
    calls = "referral_plugin_calls_total"
    assert value(pages, calls, department="housing", verb="offered", outcome="ok") == 1
    assert value(pages, calls, department="housing", verb="offered", outcome="raised") == 1
    timed = "referral_plugin_call_duration_seconds_count"
    assert value(pages, timed, department="housing", verb="offered") == 2


def test_the_time_to_claim_and_to_report_is_spread_by_department(
    box: Box, pages: TestClient
) -> None:
    code = box.register(issue(), ENGINE).case
    box.clock.advance(3 * HOUR)
    box.settle()
    claims = "referral_claim_latency_seconds"
    assert value(pages, f"{claims}_count", department="housing") == 1
    assert value(pages, f"{claims}_sum", department="housing") == 3 * 3600
    assert value(pages, f"{claims}_bucket", department="housing", le="7200.0") == 0
    assert value(pages, f"{claims}_bucket", department="housing", le="14400.0") == 1
    box.clock.advance(DAY)
    box.do(code, c.Contact(lead(box, code).id), OFFICER)
    box.do(code, c.Report(lead(box, code).id, text="修好了", outcome="solved"), OFFICER)
    assert value(pages, "referral_report_latency_seconds_sum", department="housing") == 27 * 3600
    assert value(pages, f"{claims}_count", department="housing") == 1, "none is counted twice"


def test_what_happened_before_the_process_began_is_not_counted(box: Box) -> None:
    register(box, issue())
    box.settle()
    later = TestClient(create_app(box.desk, box.runner))
    assert value(later, "referral_claim_latency_seconds_count", department="housing") is None


def test_a_sealed_case_is_in_no_figure_of_a_department(box: Box, pages: TestClient) -> None:
    code = register(box, issue("举报某人", category="X02"))
    box.settle()
    assert box.case(code).sealed
    assert lead(box, code).state == "claimed"
    told = [s for s in scraped(pages) if s.labels.get("department") == "discipline"]
    assert {s.name for s in told} == {"referral_plugin_state"}
    assert value(pages, "referral_cases_open") == 1, "it is in the county's total"


# -- what is never told -----------------------------------------------------------------------
def test_no_label_holds_a_person_or_a_case(box: Box, pages: TestClient) -> None:
    who = by_name("欧阳震华", "13987654321")
    code = register(box, issue("电梯坏了，找13987654321", **who))
    box.settle()
    text = pages.get("/metrics").text
    for word in (code, "欧阳震华", "13987654321", "电梯"):
        assert word not in text
    assert {label for sample in scraped(pages) for label in sample.labels} <= LABELS


# -- the auditor ------------------------------------------------------------------------------
def test_findings_are_there_from_the_first_look(box: Box, pages: TestClient) -> None:
    register(box, issue())
    meter = box.runner.meter
    meter.findings = Auditor.counted(Auditor(box.store).look(box.now()))
    for code in CODES:
        assert value(pages, "referral_auditor_findings", code=code) == 0


# -- a scrape ---------------------------------------------------------------------------------
def test_a_store_that_is_away_leaves_the_rest(box: Box, pages: TestClient, tmp_path: Path) -> None:
    box.store.engine.dispose()
    for file in tmp_path.glob("box.db*"):
        file.unlink()
    tmp_path.joinpath("box.db").mkdir()
    assert value(pages, "referral_store_up") == 0
    assert value(pages, "referral_cases_open") is None
    assert value(pages, "referral_clock_suspended") == 0


def test_a_scrape_reads_no_history(box: Box, pages: TestClient) -> None:
    """Whatever the store holds, only indexes of open or waiting rows and the newest events."""
    register(box, issue())
    box.settle()
    asked: list[tuple[str, Any]] = []
    event.listen(
        box.store.engine, "before_cursor_execute",
        lambda _c, _cursor, sql, values, _context, _many: asked.append((sql, values)),
    )  # fmt: skip
    scraped(pages)
    plans = planned(box, asked)
    small = ("heartbeat", "downtime", "publication", "setting")
    whole = {p for p in plans if p.startswith("SCAN") and not p.split()[1].startswith(small)}
    assert {plan for plan in whole if "USING" not in plan} == set()
    assert not {plan for plan in whole if "sqlite_autoindex" in plan}


def planned(box: Box, asked: list[tuple[str, Any]]) -> list[str]:
    with box.store.reading() as reader:
        return [
            str(row[-1])
            for sql, values in list(asked)
            if sql.lstrip().startswith("SELECT")
            for row in reader.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        ]


def test_no_figures_of_other_libraries_get_in(pages: TestClient) -> None:
    foreign = {s.name for s in scraped(pages) if not s.name.startswith(("referral_", "process_"))}
    assert foreign == set()


def test_downtime_and_silence_go_by_one_figure(box: Box, pages: TestClient) -> None:
    box.store.transact(lambda tx: tx.beat("tester", box.now(), DOWN_AFTER))
    box.clock.advance(DOWN_AFTER)
    assert value(pages, "referral_workers_alive") == 0
