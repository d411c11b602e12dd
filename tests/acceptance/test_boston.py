"""A second country: the Boston example by its README's commands, in English throughout."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from referral_engine import cli
from referral_engine.clock import SystemClock

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples/boston"
README = (EXAMPLE / "README.md").read_text("utf-8")
_CHINESE = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
THEN = "2019-11-27T18:00:00-05:00"
POTHOLE = (
    '{"id": "1", "channel": "app", "category": "Highway Maintenance/Request for Pothole Repair",'
    f' "territory": "BOS-10A", "title": "Pothole", "received_at": "{THEN}"}}\n'
)


def run(folder: Path, *words: object) -> str:
    """What a command says, in this process; in the example not a word of it is Chinese."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.status([str(word) for word in words])
    assert code == 0, err.getvalue()[-2000:]
    assert _CHINESE.findall(out.getvalue() + err.getvalue()) == []
    return out.getvalue()


def told(folder: Path, *words: object) -> Any:
    return msgspec.json.decode(run(folder, *words, "--json"))


def figure(pattern: str) -> tuple[float, ...]:
    """The numbers that the README gives."""
    found = re.search(pattern, README)
    assert found is not None, pattern
    return tuple(float(each.replace(",", "")) for each in found.groups())


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "boston"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("var", "EXPORT.csv"))
    return folder


@pytest.fixture
def with_export(city: Path, shared_data: Path) -> Path:
    export = shared_data / "boston311_2500.csv"
    if not export.is_file():
        pytest.skip(f"no real export {export}; set REFERRAL_SHARED_DATA to where it is")
    (city / "EXPORT.csv").symlink_to(export)
    return city


def test_the_workspace_is_sound(city: Path) -> None:
    checks = told(city, "doctor")
    assert [each for each in checks["checks"] if each["status"] == "fault"] == []
    assert msgspec.json.decode(run(city, "rules", "check", "--format", "json")) == []
    assert "all passed" in run(city, "rules", "test", "--coverage")


def test_no_file_of_it_is_in_chinese() -> None:
    texts = [path for path in EXAMPLE.rglob("*.*") if path.suffix in {".yaml", ".csv", ".md"}]
    assert len(texts) > 10
    assert [path for path in texts if _CHINESE.search(path.read_text("utf-8"))] == []


def test_deadlines_know_thanksgiving(city: Path) -> None:
    """Received on its eve, after hours: business goes on on Friday."""
    (city / "issues.jsonl").write_text(POTHOLE, "utf-8")
    run(city, "intake", "issues.jsonl")
    run(city, "run", "--until-idle", "--clock", "virtual")
    (case,) = told(city, "case", "list")
    shown = told(city, "case", "show", case["code"])
    due = {each["name"]: each["due"] for each in shown["deadlines"]}
    assert due["claim"] == "2019-11-29T12:30:00-05:00"
    assert due["report"] == "2019-11-29T17:00:00-05:00"
    assert shown["referrals"][0]["station"] == "PWDx_10A"
    assert told(city, "audit", "verify")["cases"] == 1


def test_a_case_lives_in_english(city: Path) -> None:
    """From the first word to the rating, every message of it in the city's language."""
    received = SystemClock().now().isoformat()
    (city / "issues.jsonl").write_text(POTHOLE.replace(THEN, received), "utf-8")
    run(city, "intake", "issues.jsonl")
    (case,) = told(city, "case", "list")
    code, referral = case["code"], f"{case['code']}-1"
    run(city, "desk", "inbox", "PWDx_10A")
    run(city, "desk", "claim", referral, "--actor", "b102")
    run(city, "desk", "contact", referral, "--actor", "b102")
    run(
        city,
        "desk",
        "report",
        referral,
        "--text",
        "Filled.",
        "--outcome",
        "solved",
        "--actor",
        "b102",
    )
    run(city, "centre", "review", code, "--passed", "--actor", "b004")
    run(city, "centre", "call-back", code, "--resolved", "yes", "--score", "5", "--actor", "b005")
    run(city, "centre", "close", code, "--actor", "b003")
    run(city, "rate", code, "--contacted", "yes", "--resolved", "yes", "--score", "5")
    for view in ("show", "history", "explain"):
        run(city, "case", view, code)
    assert told(city, "case", "show", code)["state"] == "closed"


@pytest.mark.data
def test_the_rules_are_as_good_as_the_readme_says(with_export: Path) -> None:
    words = ("rules", "score", "EXPORT.csv", "--mapping", "mapping.yaml", "--truth", "Department")
    made = told(with_export, *words)
    said = figure(r"\*\*(0\.\d+)\*\* \(([\d,]+) of ([\d,]+)\)")
    assert (made["accuracy"], made["correct"], made["total"]) == said


@pytest.mark.data
def test_every_request_is_taken_in_once(with_export: Path) -> None:
    words = ("intake", "EXPORT.csv", "--mapping", "mapping.yaml")
    first = told(with_export, *words)
    assert (first["read"], first["accepted"], first["errors"]) == (2497, 2497, [])
    again = told(with_export, *words)
    assert (again["read"], again["accepted"], again["duplicates"]) == (2497, 0, 2497)
    assert told(with_export, "audit", "verify")["cases"] == 2497


@pytest.mark.data
def test_a_hundred_requests_run_in_virtual_time(with_export: Path) -> None:
    lines = (with_export / "EXPORT.csv").read_bytes().splitlines(keepends=True)
    (with_export / "last.csv").write_bytes(b"".join([lines[0], *lines[-100:]]))
    run(with_export, "intake", "last.csv", "--mapping", "mapping.yaml")
    run(with_export, "run", "--until-idle", "--clock", "virtual")
    # Nobody works in a replay: every claim ran out, and 311 has taken each case up.
    cases = told(with_export, "case", "list", "--limit", "200")
    assert {case["owner"] for case in cases} == {"INFO"}
    assert told(with_export, "audit", "verify")["cases"] == 100


@pytest.mark.data
def test_on_time_is_as_the_readme_says(with_export: Path) -> None:
    made = msgspec.json.decode(
        subprocess.run(
            [sys.executable, "on_time.py", "EXPORT.csv", "--json"],
            cwd=with_export,
            capture_output=True,
            check=True,
        ).stdout
    )
    rows = {
        r"in the export \|": "rows",
        r"nothing was promised \|": "without a target",
        r"without a status \|": "with a target, without a status",
        r"judged by both \|": "judged by both",
        r"CLOSED_DT ≤ TARGET_DT says \|": "status is closed by the target",
        r"cut to the minute\) \|": "target recomputed",
        r"system had none \|": "target recomputed without holidays",
        r"promise for the type \|": "target of its own",
        r"same verdict as the export \|": "engine agrees",
        r"next business day \|": "engine on time, export not: end of the day",
        r"closed in between \|": "engine late, export not: end of the day",
        r"2018 did not have \|": "engine on time, export not: holiday not kept",
        r"on time here, late there: a target of its own \|": (
            "engine on time, export not: own target"
        ),
        r"late here, on time there: a target of its own \|": "engine late, export not: own target",
    }
    assert {name: made[name] for name in rows.values()} == {
        name: figure(f"{where} ([\\d,]+) \\|")[0] for where, name in rows.items()
    }
    assert (made["engine on time"], made["judged by both"], made["export on time"]) == figure(
        r"On time are ([\d,]+) of ([\d,]+) by the engine and ([\d,]+) by"
    )
    assert made["without a target"] == made["without a target, on time by the export"]
