"""init, doctor, audit, db, deadletter, plugin, org: what keeps a workspace going."""

from __future__ import annotations

import socket
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from referral_engine.shipped import TEMPLATE_PARTS
from referral_engine.store import Outage, Store
from tests.unit.cli.conftest import Referral


def checks(referral: Referral) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for each in referral("doctor", "--json").json["checks"]:
        found.setdefault(each["name"], []).append((each["status"], each["message"]))
    return found


# -- init -------------------------------------------------------------------------------------
def test_a_new_workspace_is_whole_and_healthy(
    tmp_path: Path, referral: Referral, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = referral("init", tmp_path / "county")
    assert made.code == 0
    assert {path.name for path in (tmp_path / "county").iterdir()} == set(TEMPLATE_PARTS)
    assert "cd " in made.out
    monkeypatch.chdir(tmp_path / "county")
    ran = referral("doctor")
    assert ran.code == 0, ran.out


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path, referral: Referral) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    ran = referral("init", tmp_path)
    assert ran.code == 1
    assert "NOT_EMPTY" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


# -- doctor -----------------------------------------------------------------------------------
@pytest.mark.usefixtures("cases")
def test_the_doctor_looks_at_everything(referral: Referral) -> None:
    found = checks(referral)
    assert set(found) == {
        "config", "organisation", "rules", "plugins", "store", "keys", "timers", "calendar",
        "audit", "web",
    }  # fmt: skip
    assert ("ok", "the newest 2 cases replay from their events") in found["store"]
    assert referral("doctor").code == 0


def test_faulty_rules_are_a_fault(county: Path, referral: Referral) -> None:
    (county / "rules/routing.yaml").write_text("kind: routing\n", "utf-8")
    ran = referral("doctor")
    assert ran.code == 1
    assert "✗ rules: rules/routing.yaml:1:1" in ran.out
    assert "→ Correct them: `referral rules check`." in ran.out


def test_a_faulty_config_is_a_fault(county: Path, referral: Referral) -> None:
    (county / "config.yaml").write_text("cuonty: {}\n", "utf-8")
    ran = referral("doctor", "--json")
    assert ran.code == 1
    assert ran.json["ok"] is False
    assert "config.yaml:1:1" in ran.json["checks"][0]["message"]


def test_a_plugin_that_cannot_be_loaded_is_a_fault(county: Path, referral: Referral) -> None:
    (county / "plugins/broken").mkdir(parents=True)
    (county / "plugins/broken/__init__.py").write_text("import no_such_module\n", "utf-8")
    config = (county / "config.yaml").read_text("utf-8")
    (county / "config.yaml").write_text(
        config.replace("folders: []", "folders: [plugins]"), "utf-8"
    )
    status, message = checks(referral)["plugins"][0]
    assert status == "fault"
    assert "no_such_module" in message
    listed = referral("plugin", "list", "--json")
    assert listed.code == 1
    assert listed.json["loaded"] == []
    assert "no_such_module" in listed.json["quarantined"][0]["reason"]


@pytest.mark.usefixtures("cases")
def test_unpublished_changes_are_told(county: Path, referral: Referral) -> None:
    rules = county / "rules/routing.yaml"
    rules.write_text(rules.read_text("utf-8").replace("D15", "D02"), "utf-8")
    assert ("warning", "not published") in [
        (status, message[-13:]) for status, message in checks(referral)["rules"]
    ]


def test_work_that_nobody_does_is_told(county: Path, referral: Referral, cases: list[str]) -> None:
    assert cases
    with sqlite3.connect(county / "var/referral.db") as connection:
        connection.execute("UPDATE wakeup SET due_at = 1000000")
    status, message = checks(referral)["timers"][0]
    assert status == "fault"
    assert "1970-01-01" in message
    assert "referral run" in referral("doctor").out


def test_what_the_auditor_finds_is_told_with_its_case(
    county: Path, referral: Referral, cases: list[str]
) -> None:
    assert ("ok", f"{len(cases)} cases looked at, nothing amiss") in checks(referral)["audit"]
    with sqlite3.connect(county / "var/referral.db") as connection:
        connection.execute("DELETE FROM wakeup WHERE case_code = ?", cases[:1])
    assert ("fault", f"NO_TIMER in 1 cases: {cases[0]}") in checks(referral)["audit"]
    assert "docs/monitoring.md" in referral("doctor").out


def test_who_listens_at_the_pages_address_is_told(county: Path, referral: Referral) -> None:
    def asked(host: str, port: int) -> list[tuple[str, str]]:
        config = (county / "config.yaml").read_text("utf-8").partition("\nweb:")[0]
        text = f"{config}\nweb: {{host: {host}, port: {port}}}\n"
        (county / "config.yaml").write_text(text, "utf-8")
        return checks(referral)["web"]

    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        taken = other.getsockname()[1]
        threading.Thread(target=lambda: other.accept()[0].sendall(b"220 mail\r\n")).start()
        assert asked("127.0.0.1", taken)[0][0] == "warning"
    ((status, message),) = asked("127.0.0.1", taken)
    assert (status, "nobody listens" in message) == ("ok", True)
    assert "other machines" in asked("0.0.0.0", taken)[1][1]
    assert asked("127.0.0.1", 0) == [("ok", "any free port; the log of `referral run` names it")]


def test_an_old_schema_is_a_fault(county: Path, referral: Referral, cases: list[str]) -> None:
    assert cases
    with sqlite3.connect(county / "var/referral.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    ran = referral("doctor")
    assert ran.code == 1
    assert "referral db upgrade" in ran.out


@pytest.mark.usefixtures("county")
def test_units_are_listed(referral: Referral) -> None:
    units = {unit["id"]: unit["name"] for unit in referral("doctor", "--units", "--json").json}
    assert units["housing"] == "县住建局"
    assert "县住建局" in referral("doctor", "--units").out


# -- audit ------------------------------------------------------------------------------------
def test_a_whole_history_is_proved(referral: Referral, cases: list[str]) -> None:
    proof = referral("audit", "verify", "--json")
    assert proof.code == 0
    assert (proof.json["ok"], proof.json["cases"], proof.json["findings"]) == (True, 2, [])


def test_the_first_event_that_does_not_fit_is_named(
    county: Path, referral: Referral, cases: list[str]
) -> None:
    with sqlite3.connect(county / "var/referral.db") as connection:
        connection.execute("DELETE FROM case_event WHERE case_code = ? AND seq = 3", (cases[0],))
    ran = referral("audit", "verify", "--json")
    assert ran.code == 1
    (finding,) = ran.json["findings"]
    assert (finding["case"], finding["seq"], finding["code"]) == (cases[0], 3, "EVENT_MISSING")
    assert cases[0] in referral("audit", "verify").out
    status, message = checks(referral)["store"][-1]
    assert status == "fault"
    assert cases[0] in message


def test_an_anchor_must_be_one(county: Path, referral: Referral, cases: list[str]) -> None:
    assert cases
    missing = referral("audit", "verify", "--anchor", "nowhere.jsonl")
    assert missing.code == 1
    (county / "text.txt").write_text("no anchor\n", "utf-8")
    wrong = referral("audit", "verify", "--anchor", "text.txt")
    assert wrong.code == 1
    assert "ANCHOR_UNREADABLE" in wrong.err


# -- db, deadletter ---------------------------------------------------------------------------
def test_the_schema_is_made_and_kept(county: Path, referral: Referral) -> None:
    assert "made a store at schema" in referral("db", "upgrade").out
    assert "already" in referral("db", "upgrade").out
    assert (county / "var/referral.db").exists()


def test_dead_letters_are_listed_and_put_back(
    county: Path, referral: Referral, cases: list[str]
) -> None:
    with sqlite3.connect(county / "var/referral.db") as connection:
        connection.execute(
            "UPDATE wakeup SET dead = 1, claims = 8, error = 'it broke' WHERE case_code = ?",
            (cases[0],),
        )
    (letter,) = referral("deadletter", "list", "--json").json
    assert (letter["id"], letter["error"]) == (f"wakeup:{cases[0]}", "it broke")
    assert ("fault", "1 dead letters") in checks(referral)["timers"]
    assert referral("deadletter", "requeue", letter["id"]).code == 0
    assert referral("deadletter", "list", "--json").json == []
    again = referral("deadletter", "requeue", letter["id"])
    assert again.code == 1
    assert "NO_SUCH_LETTER" in again.err


# -- org --------------------------------------------------------------------------------------
def test_an_organisation_is_derived_and_never_overwritten(
    tmp_path: Path, referral: Referral
) -> None:
    (tmp_path / "export.csv").write_text(
        "id,at,street,street_name,unit\n1,2026-11-02T09:00+08:00,001,东街,住建局\n", "utf-8"
    )
    (tmp_path / "mapping.yaml").write_text(
        "kind: mapping\ncolumns: {id: id, at: received_at}\ntruth: {unit: {}}\n"
        "territory: {code: '440310', name: 某区, level: county,"
        " levels: [{level: township, code: street, name: street_name}]}\n"
        "organisation: {unit: unit, centre: [指挥中心], discipline: [纪委]}\n",
        "utf-8",
    )
    words = ("org", "derive", tmp_path / "export.csv", "--mapping", tmp_path / "mapping.yaml")
    made = referral(*words)
    assert made.code == 0, made.err
    assert "住建局" in (tmp_path / "org/units.csv").read_text("utf-8")
    again = referral(*words)
    assert again.code == 1
    assert "FILE_EXISTS" in again.err
    assert referral(*words, "--force").code == 0


# -- retention --------------------------------------------------------------------------------
def test_what_rules_would_take_is_counted_and_never_named(
    county: Path, referral: Referral, cases: list[str]
) -> None:
    assert "no rules" in referral("retention", "run").out
    config = county / "config.yaml"
    rules = "retention:\n  cases: [{name: all, after: 1d, do: anonymise}]\n  access_log: 1y\n"
    config.write_text(rules + config.read_text("utf-8"), "utf-8")
    ran = referral("retention", "run", "--dry-run", "--json")
    assert ran.json == {"dry_run": True, "cases": {"all": 0}, "access_log": 0}
    with sqlite3.connect(county / "var/referral.db") as connection:
        connection.execute("UPDATE case_file SET is_open = 0, closed_at = 1, state = 'closed'")
    would = referral("retention", "run", "--dry-run")
    assert (would.code, "all" in would.out, "2" in would.out) == (0, True, True)
    assert not any(code in would.out for code in cases)


def test_a_case_is_kept_back_and_given_free(referral: Referral, cases: list[str]) -> None:
    held = referral("retention", "hold", cases[0], "--reason", "行政诉讼", "--json")
    assert held.code == 0, held.err
    again = referral("retention", "hold", cases[0], "--reason", "again")
    assert (again.code, "PRESERVED_ALREADY" in again.err) == (1, True)
    assert referral("retention", "release", cases[0], "--reason", "判决生效").code == 0
    kinds = [event["kind"] for event in referral("case", "history", cases[0], "--json").json]
    assert kinds[-2:] == ["preserved", "preservation_ended"]
    assert referral("audit", "verify").code == 0


def test_a_department_that_does_not_answer_is_named(
    county: Path, referral: Referral, cases: list[str]
) -> None:
    since = datetime(2026, 11, 2, 1, tzinfo=UTC)
    with Store.open(f"sqlite:///{county}/var/referral.db") as store:
        outage = Outage("housing", since, "hung: no answer within 10 s")
        store.transact(lambda tx: tx.fell_silent(outage))
    told = "housing does not answer since 2026-11-02 09:00: its calls wait"
    assert any(status == "warning" and told in said for status, said in checks(referral)["plugins"])
    assert told in referral("plugin", "list").out
    (silent,) = referral("plugin", "list", "--json").json["silent"]
    assert (silent["unit"], silent["error"]) == ("housing", "hung: no answer within 10 s")
